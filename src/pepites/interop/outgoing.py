"""One HTTP call to a national service: one deadline, one size, TLS outside this machine, nothing followed."""

import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

import httpx

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class NotProtected(Exception):
    """A call that would leave the machine without TLS."""


@dataclass(frozen=True, slots=True)
class Peer:
    """How to reach a service. ``timeout`` in seconds, for one try from end to end; ``certificate`` is ours."""

    timeout: float = 10.0
    certificate: str = ""
    key: str = ""
    authorities: str = ""


@dataclass(frozen=True, slots=True)
class Received:
    """What came back, cut at the size allowed (``whole`` tells)."""

    status: int
    content_type: str
    body: bytes
    whole: bool


@lru_cache(maxsize=8)
def tls_context(certificate: str, key: str, authorities: str) -> ssl.SSLContext:
    """TLS 1.2 at least, our certificate shown, theirs checked against the given chain; raises ``OSError``."""
    context = ssl.create_default_context(cafile=authorities or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if certificate:
        context.load_cert_chain(certificate, key or None)
    return context


def tls_for(url: str, peer: Peer) -> ssl.SSLContext | bool:
    """The protection of a call; none on loopback, where only the sandbox answers. Raises ``NotProtected``."""
    said = urlsplit(url)
    if said.scheme != "https":
        if said.hostname in LOOPBACK:
            return False
        raise NotProtected
    return tls_context(peer.certificate, peer.key, peer.authorities)


def call(
    method: str, url: str, *, peer: Peer, max_bytes: int, headers: Mapping[str, str], content: bytes | None = None
) -> Received:
    """One call, within one deadline and one size, whatever the speed at which the bytes come.

    Raises ``httpx.HTTPError``, ``OSError`` or ``NotProtected``.
    """
    deadline = time.monotonic() + peer.timeout
    sent = {**headers, "Accept-Encoding": "identity"}  # nothing that grows when it is opened
    with (
        httpx.Client(verify=tls_for(url, peer), timeout=peer.timeout, trust_env=False) as client,
        client.stream(method, url, content=content, headers=sent) as response,
    ):
        received = bytearray()
        for chunk in response.iter_raw():
            received += chunk
            if time.monotonic() > deadline:
                raise httpx.ReadTimeout("deadline")
            if len(received) > max_bytes:
                break
        whole = len(received) <= max_bytes
        return Received(response.status_code, response.headers.get("content-type", ""), bytes(received), whole)
