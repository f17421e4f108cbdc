"""The public keys of a machine client (RFC 7517): checked when they are registered, never a private one kept."""

import base64
from collections.abc import Mapping
from typing import Any, Final

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from pepites.common.errors import DomainError

MAX_KEYS: Final = 5
MIN_RSA_BITS: Final = 2048
ALGORITHMS: Final = ("RS256", "PS256", "ES256")
_PUBLIC = {"RSA": ("kty", "n", "e"), "EC": ("kty", "crv", "x", "y")}
_PRIVATE = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}


def checked_jwks(raw: object) -> dict[str, Any]:
    """A key set reduced to its public members; raises ``DomainError`` that says what to send instead."""
    keys = raw.get("keys") if isinstance(raw, Mapping) else None
    if not isinstance(keys, list) or not keys:
        raise _refuse('Le fichier des clés doit être un JWKS : {"keys": [ … ]}.')
    if len(keys) > MAX_KEYS:
        raise _refuse(f"Le fichier contient plus de {MAX_KEYS} clés : n'envoyez que celles en service.")
    return {"keys": [_checked_key(key) for key in keys]}


def _checked_key(key: object) -> dict[str, Any]:
    if not isinstance(key, Mapping):
        raise _refuse("Une des clés n'est pas un objet JSON.")
    if _PRIVATE & set(key):
        raise _refuse(
            "Le fichier contient une clé privée ou un secret : ne l'envoyez jamais. Donnez les clés publiques seules, "
            "et changez cette clé, car elle est sortie de chez vous."
        )
    kind = str(key.get("kty", ""))
    if kind not in _PUBLIC or (kind == "EC" and key.get("crv") != "P-256"):
        raise _refuse("Seules les clés RSA (2 048 bits ou plus) et EC P-256 sont admises.")
    public = {name: key[name] for name in _PUBLIC[kind] if name in key}
    try:
        if kind == "RSA" and _bits(str(public["n"])) < MIN_RSA_BITS:
            raise _refuse("La clé RSA compte moins de 2 048 bits : créez-en une plus longue.")
        imported(public)
    except (JoseError, ValueError, TypeError, KeyError):
        raise _refuse("Une des clés est illisible : exportez-la de nouveau au format JWK.") from None
    if kid := key.get("kid"):
        public["kid"] = str(kid)[:100]
    return public


def _bits(modulus: str) -> int:
    padded = modulus + "=" * (-len(modulus) % 4)
    return int.from_bytes(base64.b64decode(padded, altchars=b"-_", validate=True)).bit_length()


def imported(public: Mapping[str, Any]) -> RSAKey | ECKey:
    """A stored key, ready to verify a signature."""
    members: dict[str, str | list[str]] = {name: str(value) for name, value in public.items()}
    return RSAKey.import_key(members) if members["kty"] == "RSA" else ECKey.import_key(members)


def candidates(jwks: Mapping[str, Any], header: Mapping[str, object]) -> list[RSAKey | ECKey]:
    """Keys that may have signed: those of the header's ``kid``, else all; of the family of its ``alg``."""
    kind = "EC" if str(header.get("alg", "")).startswith("ES") else "RSA"
    keys = [key for key in jwks.get("keys", []) if key["kty"] == kind]
    kid = header.get("kid")
    named = [key for key in keys if kid is not None and key.get("kid") == kid]
    return [imported(key) for key in (named or [key for key in keys if kid is None or "kid" not in key])]


def _refuse(message: str) -> DomainError:
    return DomainError(message, field="jwks")
