"""Answers sealed at rest, numbers found again without being read: one secret, derived by purpose (RNIV-8)."""

import hashlib
import hmac
import os
from functools import lru_cache

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from pepites.identity.ins import InsNumber

_NONCE = 12  # bytes, as NIST SP 800-38D asks of GCM


@lru_cache(maxsize=8)
def _key(secret: str, purpose: str) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt=None, info=f"pepites identity {purpose}".encode()).derive(secret.encode())


def seal(plain: bytes, *, where: str) -> bytes:
    """Encrypt an answer for the one row it belongs to."""
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(_key(settings.PEPITES_IDENTITY_KEY, "insi")).encrypt(nonce, plain, where.encode())


def unseal(sealed: bytes | memoryview, *, where: str) -> bytes:
    """The opposite; raises ``cryptography.exceptions.InvalidTag`` for another row or another key."""
    data = bytes(sealed)
    key = _key(settings.PEPITES_IDENTITY_KEY, "insi")
    return AESGCM(key).decrypt(data[:_NONCE], data[_NONCE:], where.encode())


def fingerprint(number: InsNumber) -> str:
    """HMAC of ``(oid, matricule)``: correlates lines of the journal, finds the same number on two persons (RNIV-7)."""
    return keyed_digest("ins", f"{number.oid}|{number.matricule}").hex()


def keyed_digest(purpose: str, text: str) -> bytes:
    """HMAC-SHA256 with the instance's secret: without it, nobody tries all the numbers against the table."""
    return hmac.new(_key(settings.PEPITES_IDENTITY_KEY, purpose), text.encode(), hashlib.sha256).digest()
