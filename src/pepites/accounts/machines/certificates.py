"""The client certificate that the reverse proxy verified (mutual TLS), believed from that proxy only.

The proxy checks the chain (IGC-Santé) and the revocation, and writes the certificate in one header, which it must
overwrite: escaped PEM (nginx) or ``:base64 DER:`` (RFC 9440). We compare its SHA-256 fingerprint.
"""

import base64
import binascii
import ipaddress
import logging
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Final
from urllib.parse import unquote

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from django.conf import settings

MAX_HEADER: Final = 16 * 1024
logger = logging.getLogger("pepites.machines")


def fingerprint_of(certificate: bytes) -> str:
    """SHA-256 of a certificate (PEM or DER), 64 hexadecimal characters; raises ``ValueError``."""
    pem = certificate.lstrip().startswith(b"-----BEGIN CERTIFICATE-----")
    loaded = x509.load_pem_x509_certificate(certificate) if pem else x509.load_der_x509_certificate(certificate)
    return loaded.fingerprint(hashes.SHA256()).hex()


def presented(meta: Mapping[str, Any]) -> str:
    """Fingerprint of the caller's certificate, empty without one; ``meta`` is the WSGI environment.

    A header from anybody but a configured proxy counts for nothing.
    """
    header = settings.PEPITES_MTLS_HEADER
    value = str(meta.get(f"HTTP_{header.upper().replace('-', '_')}", "")) if header else ""
    if not value:
        return ""
    if not from_proxy(peer_of(meta)):
        logger.warning("certificat annoncé par une adresse qui n'est pas un mandataire")
        return ""
    try:
        return fingerprint_of(_decoded(value))
    except ValueError:
        logger.warning("certificat illisible annoncé par le mandataire")
        return ""


def _decoded(value: str) -> bytes:
    if len(value) > MAX_HEADER:
        raise ValueError("too long")
    if value.startswith(":") and value.endswith(":"):
        try:
            return base64.b64decode(value[1:-1], validate=True)
        except binascii.Error as error:
            raise ValueError("not base64") from error
    return unquote(value).encode("ascii")


def peer_of(meta: Mapping[str, Any]) -> str:
    """Address that opened the connection: the proxy's, when ``REMOTE_ADDR`` has become the reader's own."""
    scope = meta.get("asgi.scope") or {}
    peer = scope.get("peer") or scope.get("client")
    return str(peer[0]) if peer else str(meta.get("REMOTE_ADDR", ""))


def from_proxy(address: str) -> bool:
    """Whether that address is one of our reverse proxies (``PEPITES_MTLS_PROXIES``)."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(found in network for network in _networks(tuple(settings.PEPITES_MTLS_PROXIES)))


@lru_cache(maxsize=8)
def _networks(texts: Iterable[str]) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    return tuple(ipaddress.ip_network(text, strict=False) for text in texts)
