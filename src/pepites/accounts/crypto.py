"""Small secrets at rest: sealed seeds, keyed fingerprints. Keys are derived from the instance's own secret."""

import base64
import hashlib
import hmac
import os
from functools import lru_cache

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

NONCE = 12  # bytes, as NIST SP 800-38D asks of GCM


@lru_cache(maxsize=8)
def _key(secret: str, purpose: str) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt=None, info=f"pepites {purpose}".encode()).derive(secret.encode())


def seal(plain: bytes, *, where: str) -> bytes:
    """Encrypt for one place: ``where`` is ``table|column|user id``, so that a row copied elsewhere opens nothing."""
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(_key(settings.SECRET_KEY, "sealing")).encrypt(nonce, plain, where.encode())


def unseal(sealed: bytes | memoryview, *, where: str) -> bytes:
    """The opposite of ``seal``; raises ``cryptography.exceptions.InvalidTag`` for another place or another key."""
    data = bytes(sealed)
    return AESGCM(_key(settings.SECRET_KEY, "sealing")).decrypt(data[:NONCE], data[NONCE:], where.encode())


def fingerprint(purpose: str, *parts: object) -> str:
    """Keyed SHA-256, 64 hexadecimal characters: finds a value again without keeping it."""
    message = "\x1f".join(str(part) for part in parts).encode()
    return hmac.new(_key(settings.SECRET_KEY, purpose), message, hashlib.sha256).hexdigest()


def to_text(data: bytes) -> str:
    """Bytes as URL-safe text, for the session and WebAuthn's JSON."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def from_text(text: str) -> bytes:
    """The opposite of ``to_text``."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
