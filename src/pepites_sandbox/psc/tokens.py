"""The tokens, right by default, wrong as the fault asks."""

from __future__ import annotations

import base64
import hashlib
import json
import time
import uuid
from typing import Any

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from pepites_sandbox.psc.persons import BY_NUMBER, PERSONS
from pepites_sandbox.psc.state import TOKEN_LIFE, Grant, RegisteredClient, State

EVENT = "http://schemas.openid.net/event/backchannel-logout"
OTHER = "https://autre-emetteur.invalid"


def published_keys(state: State) -> dict[str, Any]:
    """The public keys; the one that turned appears with its fault."""
    keys = [state.key, state.next_key] if state.fault == "cle_tournee" else [state.key]
    return {"keys": [key.as_dict(private=False, alg="RS256") for key in keys]}


def id_token(state: State, issuer: str, client: RegisteredClient, grant: Grant, access: str) -> str:
    """The ID token of a sign-in (§5.3)."""
    moment = int(time.time())
    person = BY_NUMBER[grant.number]
    claims: dict[str, Any] = {
        "iss": issuer, "sub": person.subject, "aud": client.client_id, "azp": client.client_id, "typ": "ID",
        "exp": moment + TOKEN_LIFE, "iat": moment, "auth_time": grant.auth_time, "nonce": grant.nonce,
        "sid": grant.sid, "session_state": grant.sid, "acr": "eidas1", "amr": ["MOBILE"],
        "preferred_username": grant.number, "SubjectNameID": grant.number, "at_hash": _half_hash(access),
    }  # fmt: skip
    if not grant.nonce:
        del claims["nonce"]
    claims |= _wrong_claims(state.fault, moment)
    if state.fault == "sans_acr":
        del claims["acr"]
    return _signed(state, client, claims)


def _wrong_claims(fault: str, moment: int) -> dict[str, Any]:
    wrong: dict[str, dict[str, Any]] = {
        "acr_0": {"acr": "0"},
        "nonce": {"nonce": "un-autre-nonce"},
        "aud": {"aud": "un-autre-client", "azp": "un-autre-client"},
        "iss": {"iss": OTHER},
        "expire": {"iat": moment - 900, "exp": moment - 600},
        "futur": {"iat": moment + 900, "exp": moment + 1200},
    }
    return wrong.get(fault, {})


def _signed(state: State, client: RegisteredClient, claims: dict[str, Any]) -> str:
    if state.fault == "alg_none":
        parts = ({"alg": "none", "kid": state.key.kid}, claims)
        return ".".join(_encoded(json.dumps(part).encode()) for part in parts) + "."
    if state.fault == "hs256":
        secret = OctKey.import_key(client.client_secret or "secret-vide-pour-une-panne-demandee")
        return jwt.encode({"alg": "HS256", "kid": state.key.kid}, claims, secret)
    text = encode(claims, {"cle_tournee": state.next_key, "kid_inconnu": state.hidden_key}.get(state.fault, state.key))
    return f"{text.rsplit('.', 1)[0]}.{_encoded(bytes(256))}" if state.fault == "signature" else text


def encode(claims: dict[str, Any], key: RSAKey, typ: str = "JWT") -> str:
    """A token signed RS256."""
    return jwt.encode({"alg": "RS256", "typ": typ, "kid": key.kid}, claims, key)


def userinfo(state: State, issuer: str, grant: Grant) -> tuple[str, bytes]:
    """Media type and body of UserInfo."""
    claims = BY_NUMBER[grant.number].claims()
    if state.fault == "userinfo_sub":
        claims["sub"] = next(one.subject for one in PERSONS if one.number != grant.number)
    if state.fault in {"userinfo_jwt", "userinfo_jwt_faux"}:
        key = state.hidden_key if state.fault == "userinfo_jwt_faux" else state.key
        return "application/jwt", encode(claims | {"iss": issuer, "aud": grant.client_id}, key).encode()
    return "application/json", json.dumps(claims, ensure_ascii=False).encode()


def logout_token(state: State, issuer: str, client: RegisteredClient, sid: str, number: str) -> str:
    """A back-channel logout token (§5.4)."""
    claims: dict[str, Any] = {
        "iss": issuer, "aud": client.client_id, "iat": int(time.time()), "jti": str(uuid.uuid4()), "sid": sid,
        "sub": BY_NUMBER[number].subject, "events": {EVENT: {}},
    }  # fmt: skip
    if state.fault == "fin_sans_evenement":
        del claims["events"]
    claims |= {"fin_nonce": {"nonce": "n"}, "fin_aud": {"aud": "un-autre-client"}}.get(state.fault, {})
    return encode(claims, state.key, "logout+jwt")


def _half_hash(text: str) -> str:
    return _encoded(hashlib.sha256(text.encode("ascii")).digest()[:16])


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
