"""What the provider publishes of itself: its addresses and its keys, kept a while, asked again when a key is new."""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from pepites.accounts.ports import IdentificationFailed
from pepites.interop.breaker import Breaker
from pepites.interop.outgoing import NotProtected, Peer, Received, call
from pepites.interop.psc.trouble import failed

KEEP: Final = 3600.0  # seconds
ASK_AGAIN: Final = 10.0  # seconds between two questions about an outage
KEYS_AGAIN: Final = 10.0  # seconds between two reloads that an unknown key asks for
MAX_BYTES: Final = 256 * 1024
ADDRESSES: Final = ("issuer", "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")


def read_json(raw: bytes) -> dict[str, Any]:
    """A JSON object; raises ``IdentificationFailed`` for anything else."""
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        raise failed("malformed") from None
    if not isinstance(value, dict):
        raise failed("malformed")
    return value


@dataclass
class Published:
    """The provider's metadata and keys, for one discovery address."""

    url: str
    peer: Peer
    breaker: Breaker = field(default_factory=Breaker)
    _metadata: dict[str, Any] = field(default_factory=dict, repr=False)
    _read_at: float = 0.0
    _keys: KeySet | None = field(default=None, repr=False)
    _keys_at: float = 0.0
    _asked_at: float = float("-inf")
    _answered: bool = True
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def fetch(self, method: str, url: str, *, headers: dict[str, str], content: bytes | None = None) -> Received:
        """One call to the provider; raises ``IdentificationFailed`` when it does not answer."""
        if not self.breaker.allows():
            raise failed("unavailable")
        try:
            answer = call(method, url, peer=self.peer, max_bytes=MAX_BYTES, headers=headers, content=content)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, NotProtected):
            self.breaker.failed()
            raise failed("unavailable") from None
        if answer.status >= 500:
            self.breaker.failed()
            raise failed("unavailable")
        self.breaker.succeeded()
        if not answer.whole:
            raise failed("oversize")
        return answer

    def metadata(self) -> dict[str, Any]:
        """The discovery document, an hour old at most."""
        with self._lock:
            if self._metadata and time.monotonic() - self._read_at < KEEP:
                return self._metadata
        answer = self.fetch("GET", self.url, headers={"Accept": "application/json"})
        found = read_json(answer.body) if answer.status == 200 else {}
        if not all(isinstance(found.get(name), str) and found[name] for name in ADDRESSES):
            raise failed("metadata")
        if not self.url.startswith(f"{found['issuer']}/"):  # OIDC Discovery §4.3: the document is the issuer's own
            raise failed("metadata")
        with self._lock:
            self._metadata, self._read_at = found, time.monotonic()
        return found

    def answers(self, *, again: bool = False) -> bool:
        """Whether the provider answers now; asked at most every ten seconds, whoever wants to know."""
        with self._lock:
            if not again and time.monotonic() - self._asked_at < ASK_AGAIN:
                return self._answered
        try:
            self.fetch("GET", self.url, headers={"Accept": "application/json"})
            answered = True
        except IdentificationFailed as failure:
            answered = failure.reason != "unavailable"
        with self._lock:
            self._asked_at, self._answered = time.monotonic(), answered
        return answered

    def keys(self, *, again: bool = False) -> KeySet:
        """The provider's public keys; ``again`` reloads them, at most once every ten seconds."""
        with self._lock:
            age = time.monotonic() - self._keys_at
            if self._keys is not None and age < (KEYS_AGAIN if again else KEEP):
                return self._keys
        answer = self.fetch("GET", str(self.metadata()["jwks_uri"]), headers={"Accept": "application/json"})
        loaded = _key_set(read_json(answer.body)) if answer.status == 200 else None
        if loaded is None:
            raise failed("keys")
        with self._lock:
            self._keys, self._keys_at = loaded, time.monotonic()
        return loaded

    def with_keys(self, use: Callable[[KeySet], dict[str, Any] | None]) -> dict[str, Any] | None:
        """``use`` the keys; when it finds none that fits (None), once more with the keys of now."""
        found = use(self.keys())
        return found if found is not None else use(self.keys(again=True))


def _key_set(raw: dict[str, Any]) -> KeySet | None:
    keys = raw.get("keys")
    if not isinstance(keys, list):
        return None
    # Encryption keys, and kinds that we do not know, stand beside the others: only those that sign are read.
    signing = [key for key in keys[:50] if isinstance(key, dict) and _signs(key)]
    try:
        return KeySet.import_key_set({"keys": signing}) if signing else None
    except (JoseError, ValueError, TypeError, KeyError):
        return None


def _signs(key: dict[str, Any]) -> bool:
    return key.get("kty") in {"RSA", "EC"} and key.get("use", "sig") == "sig" and bool(key.get("kid"))
