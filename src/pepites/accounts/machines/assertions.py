"""Client assertions: a JWT signed by the client's own key (RFC 7523 §2.2 and §3, ``private_key_jwt``).

``joserfc`` checks the signature; the claims are checked here, by the house's clock.
"""

import base64
import binascii
import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from joserfc import jwt
from joserfc.errors import JoseError

from pepites.accounts.machines.keys import ALGORITHMS, candidates

MAX_LENGTH: Final = 4096
LONGEST_LIFE: Final = timedelta(minutes=5)
SKEW: Final = timedelta(seconds=30)  # between two clocks that are both right
_TYPES = {None, "JWT", "client-authentication+jwt"}


class BadAssertion(Exception):
    """Why an assertion does not hold: a word for the journal, never for the caller."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Assertion:
    """What a good assertion leaves: an identifier never to be seen again before ``expires_at``."""

    jti: str
    expires_at: datetime


def claimed_client(text: str) -> str:
    """The client an assertion says it comes from, nothing being proved yet; raises ``BadAssertion``."""
    if len(text) > MAX_LENGTH or text.count(".") != 2:
        raise BadAssertion("shape")
    subject = _part(text.split(".")[1]).get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= 64:
        raise BadAssertion("subject")
    return subject


def verified(
    text: str, *, client_id: str, jwks: dict[str, Any], audiences: Collection[str], moment: datetime
) -> Assertion:
    """The assertion of that client, for one of our addresses, signed by one of its keys; raises ``BadAssertion``."""
    header = _part(text.split(".")[0])
    if header.get("alg") not in ALGORITHMS:
        raise BadAssertion("algorithm")
    if header.get("typ") not in _TYPES or "crit" in header:
        raise BadAssertion("header")
    claims = _signed_claims(text, header, jwks)
    if claims.get("iss") != client_id or claims.get("sub") != client_id:
        raise BadAssertion("issuer")
    said = claims.get("aud")
    named = said if isinstance(said, list) else [said]
    if not any(isinstance(one, str) and one in audiences for one in named):
        raise BadAssertion("audience")
    return Assertion(jti=_jti(claims), expires_at=_expiry(claims, moment))


def _part(encoded: str) -> dict[str, Any]:
    try:
        padded = encoded + "=" * (-len(encoded) % 4)
        value = json.loads(base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True))
    except (binascii.Error, UnicodeError, ValueError, RecursionError):
        raise BadAssertion("shape") from None
    if not isinstance(value, dict):
        raise BadAssertion("shape")
    return value


def _signed_claims(text: str, header: dict[str, Any], jwks: dict[str, Any]) -> dict[str, Any]:
    for key in candidates(jwks, header):
        try:
            return dict(jwt.decode(text, key, algorithms=list(ALGORITHMS)).claims)
        except (JoseError, ValueError, TypeError, RecursionError):
            continue
    raise BadAssertion("signature")


def _jti(claims: dict[str, Any]) -> str:
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 8 <= len(jti) <= 200:
        raise BadAssertion("jti")
    return jti


def _instant(claims: dict[str, Any], name: str) -> datetime | None:
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 4_102_444_800:
        raise BadAssertion(name)
    return datetime.fromtimestamp(value, tz=UTC)


def _expiry(claims: dict[str, Any], moment: datetime) -> datetime:
    expires_at, issued_at, not_before = (_instant(claims, name) for name in ("exp", "iat", "nbf"))
    if expires_at is None:
        raise BadAssertion("exp")
    if expires_at <= moment - SKEW:
        raise BadAssertion("expired")
    if expires_at > moment + LONGEST_LIFE + SKEW:
        raise BadAssertion("too_long")
    if any(start is not None and start > moment + SKEW for start in (issued_at, not_before)):
        raise BadAssertion("not_yet")
    return expires_at
