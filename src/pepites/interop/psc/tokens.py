"""The tokens of the provider: signature, issuer, audience, dates, level (§5.3, §5.4, points 1 to 5 of §8)."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from authlib.oauth2.claims import JWTClaims
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import (
    ExpiredTokenError,
    InvalidClaimError,
    InvalidKeyIdError,
    JoseError,
    MissingClaimError,
)
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from pepites.interop.psc.directory import Published
from pepites.interop.psc.trouble import failed

ALGORITHMS: Final = ("RS256", "PS256", "ES256")  # whatever discovery lists: it lists HS256 too
LEEWAY: Final = 30  # seconds between two clocks that are both right
MAX_LENGTH: Final = 64 * 1024
LOGOUT_EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"
NOTICE_LIFE: Final = 300  # seconds during which a logout token is taken, and remembered
_REASONS: Final = {"iss": "issuer", "aud": "audience", "azp": "audience", "iat": "not_yet", "nbf": "not_yet"}


@dataclass(frozen=True, slots=True)
class Expected:
    """What a token must say."""

    issuer: str
    client_id: str
    moment: int  # seconds since 1970, of the house's clock


def signed(published: Published, text: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The header and claims of a token signed by one of the provider's keys; raises ``IdentificationFailed``."""
    if len(text) > MAX_LENGTH or text.count(".") != 2:
        raise failed("shape")
    found = published.with_keys(lambda keys: _decoded(text, keys))
    if found is None:
        raise failed("key")
    return found["header"], found["claims"]


def _decoded(text: str, keys: KeySet) -> dict[str, Any] | None:
    """None when no key of the set bears the token's name: the keys may have turned."""
    try:
        token = jwt.decode(text, keys, registry=JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False))
    except InvalidKeyIdError:
        return None
    except (JoseError, ValueError, TypeError, RecursionError):
        raise failed("signature") from None
    if not token.header.get("kid") or "crit" in token.header:
        raise failed("header")
    return {"header": dict(token.header), "claims": dict(token.claims)}


def id_claims(
    published: Published, text: str, *, expected: Expected, nonce: str, acr_allowed: Collection[str], access_token: str
) -> dict[str, Any]:
    """The claims of an ID token that holds: signature, iss, aud, azp, exp, iat, nonce, at_hash, then the level.

    ``claims_options`` replaces Authlib's own check of the issuer: both are always given (§8, point 1).
    """
    header, claims = signed(published, text)
    options: dict[str, Any] = {
        "iss": {"essential": True, "values": [expected.issuer]},
        "aud": {"essential": True, "values": [expected.client_id]},
    }
    checked = CodeIDToken(
        claims, header, options, {"nonce": nonce, "client_id": expected.client_id, "access_token": access_token}
    )
    _validate(checked, expected)
    if claims.get("acr") not in acr_allowed:  # a missing level counts as none: stricter than the ANS connector
        raise failed("acr")
    return claims


def userinfo_claims(published: Published, text: str, expected: Expected) -> dict[str, Any]:
    """The claims of a signed UserInfo; the issuer and audience it names must be ours."""
    header, claims = signed(published, text)
    if claims.get("iss", expected.issuer) != expected.issuer:
        raise failed("issuer")
    named = claims.get("aud", expected.client_id)
    if expected.client_id not in (named if isinstance(named, list) else [named]):
        raise failed("audience")
    del header
    return claims


def logout_claims(published: Published, text: str, expected: Expected) -> dict[str, Any]:
    """The claims of a back-channel logout token (OIDC Back-Channel Logout §2.6)."""
    header, claims = signed(published, text)
    if header.get("typ") not in {None, "JWT", "logout+jwt"}:
        raise failed("header")
    options: dict[str, Any] = {
        "iss": {"essential": True, "values": [expected.issuer]},
        "aud": {"essential": True, "values": [expected.client_id]},
        "iat": {"essential": True},
        "jti": {"essential": True},
    }
    _validate(JWTClaims(claims, header, options), expected)
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(LOGOUT_EVENT), dict):
        raise failed("events")
    if "nonce" in claims:
        raise failed("nonce")
    if not any(isinstance(claims.get(name), str) and claims[name] for name in ("sid", "sub")):
        raise failed("subject")
    if not 1 <= len(claims["jti"]) <= 200:
        raise failed("jti")
    if claims["iat"] < expected.moment - NOTICE_LIFE:
        raise failed("expired")
    return claims


def _validate(checked: JWTClaims, expected: Expected) -> None:
    try:
        checked.validate(now=expected.moment, leeway=LEEWAY)
    except ExpiredTokenError:
        raise failed("expired") from None
    except (InvalidClaimError, MissingClaimError) as error:
        raise failed(_REASONS.get(error.claim, error.claim)[:40]) from None
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):
        raise failed("claims") from None
