"""A provider in memory: its keys, its published addresses, and tokens right but for what a test changes."""

import time
from dataclasses import dataclass
from typing import Any

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from pepites.accounts.ports import IdentificationFailed
from pepites.interop.outgoing import Peer
from pepites.interop.psc.directory import Published
from pepites.interop.psc.tokens import LOGOUT_EVENT, Expected

ISSUER, CLIENT, NONCE, ACCESS = "https://psc.invalid/auth/realms/esante-wallet", "pepites", "n-1", "acces"
KEY = RSAKey.generate_key(2048, {"kid": "un", "use": "sig"})
NEXT = RSAKey.generate_key(2048, {"kid": "deux", "use": "sig"})


class InMemory(Published):
    """Published without a network: ``keys`` gives what ``shown`` holds, ``turned`` is what a reload finds."""

    def __init__(self, *shown: RSAKey, turned: tuple[RSAKey, ...] = ()) -> None:
        super().__init__(f"{ISSUER}/.well-known/wallet-openid-configuration", Peer())
        self.shown, self.turned, self.reloads = shown or (KEY,), turned, 0

    def keys(self, *, again: bool = False) -> KeySet:
        if again:
            self.reloads += 1
            self.shown = self.turned or self.shown
        return KeySet(list(self.shown))


def expected() -> Expected:
    return Expected(ISSUER, CLIENT, int(time.time()))


def id_token(key: RSAKey = KEY, header: dict[str, Any] | None = None, **changes: Any) -> str:
    moment = int(time.time())
    claims = {
        "iss": ISSUER, "sub": "f:1:899700000017", "aud": CLIENT, "azp": CLIENT, "exp": moment + 120, "iat": moment,
        "auth_time": moment, "nonce": NONCE, "acr": "eidas1", "amr": ["CARD"], "sid": "s-1",
        "SubjectNameID": "899700000017",
    }  # fmt: skip
    return encoded(claims | changes, key, header)


def logout_token(key: RSAKey = KEY, header: dict[str, Any] | None = None, **changes: Any) -> str:
    claims = {
        "iss": ISSUER, "aud": CLIENT, "iat": int(time.time()), "jti": "j-1", "sid": "s-1", "sub": "f:1",
        "events": {LOGOUT_EVENT: {}},
    }  # fmt: skip
    return encoded(claims | changes, key, {"typ": "logout+jwt"} | (header or {}))


def encoded(claims: dict[str, Any], key: RSAKey = KEY, header: dict[str, Any] | None = None) -> str:
    kept = {
        name: int(time.time()) + value.seconds if isinstance(value, Shift) else value
        for name, value in claims.items()
        if value is not DROPPED
    }
    return jwt.encode({"alg": "RS256", "kid": key.kid} | (header or {}), kept, key)


DROPPED = object()


@dataclass(frozen=True)
class Shift:
    """A moment so many seconds away from when the token is made: tests are written long before they run."""

    seconds: int


def reason(work: Any) -> str:
    """Why ``work`` refused; fails when it did not."""
    try:
        work()
    except IdentificationFailed as failure:
        return failure.reason
    raise AssertionError("nothing was refused")
