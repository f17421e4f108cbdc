"""The servers' side: tokens, UserInfo, introspection, CIBA (§5.2, §5.5)."""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from hmac import compare_digest

from pepites_sandbox.psc.answers import Answer, as_json, error
from pepites_sandbox.psc.persons import BY_NUMBER
from pepites_sandbox.psc.state import (
    CIBA_INTERVAL,
    CIBA_LIFE,
    REFRESH_LIFE,
    TOKEN_LIFE,
    Grant,
    RegisteredClient,
    State,
)
from pepites_sandbox.psc.tokens import id_token, userinfo

CIBA_GRANT = "urn:openid:params:grant-type:ciba"


@dataclass(frozen=True, slots=True)
class Proof:
    """What a client shows of itself: the header, and the subject of the certificate of its connection."""

    authorization: str = ""
    subject: str = ""


def client_of(state: State, form: Mapping[str, str], proof: Proof) -> RegisteredClient | None:
    """The client that proves itself: by its certificate when it is registered by one, else by the form or by Basic."""
    name, secret = form.get("client_id", ""), form.get("client_secret", "")
    if proof.authorization.startswith("Basic "):
        try:
            name, _, secret = base64.b64decode(proof.authorization[6:], validate=True).decode().partition(":")
        except (ValueError, UnicodeDecodeError):
            return None
    client = state.clients.get(name)
    if client is None:
        return None
    wanted, shown = client.client_secret, secret
    if client.certificate_subject:
        wanted, shown = client.certificate_subject, proof.subject
    return client if wanted and compare_digest(wanted.encode(), shown.encode()) else None


def token(state: State, issuer: str, form: Mapping[str, str], proof: Proof) -> Answer:
    """Exchange a code, a refresh token, or an accepted CIBA request."""
    if state.fault == "jeton_500":
        return error("server_error", 500)
    if state.fault == "jeton_malforme":
        return Answer(200, b'{"access_token": "x", ', "application/json")
    client = client_of(state, form, proof)
    if client is None:
        return error("invalid_client", 401)
    kind = form.get("grant_type")
    if kind == "authorization_code":
        grant = _by_code(state, client, form)
    elif kind == "refresh_token":
        grant = state.take(state.refresh, form.get("refresh_token", ""))
    elif kind == CIBA_GRANT:
        found = _by_ciba(state, client, form.get("auth_req_id", ""))
        if isinstance(found, Answer):
            return found
        grant = found
    else:
        return error("unsupported_grant_type")
    if grant is None or grant.client_id != client.client_id:
        return error("invalid_grant")
    return _issued(state, issuer, client, grant)


def _by_code(state: State, client: RegisteredClient, form: Mapping[str, str]) -> Grant | None:
    """A code serves once, for its client, its address and its verifier (RFC 7636)."""
    grant = state.take(state.codes, form.get("code", ""))
    proof = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
    challenge = base64.urlsafe_b64encode(proof).decode().rstrip("=")
    if grant is None or grant.client_id != client.client_id or grant.redirect_uri != form.get("redirect_uri"):
        return None
    return grant if compare_digest(grant.challenge, challenge) else None


def _issued(state: State, issuer: str, client: RegisteredClient, grant: Grant) -> Answer:
    moment = time.time()
    standing = Grant(client.client_id, grant.number, grant.sid, grant.auth_time, moment + TOKEN_LIFE)
    lasting = Grant(client.client_id, grant.number, grant.sid, grant.auth_time, moment + REFRESH_LIFE)
    access = state.remember(state.access, standing)
    body = {
        "access_token": access, "token_type": "Bearer", "expires_in": TOKEN_LIFE, "scope": "openid scope_all",
        "refresh_token": state.remember(state.refresh, lasting), "refresh_expires_in": REFRESH_LIFE,
        "session_state": grant.sid, "id_token": id_token(state, issuer, client, grant, access),
    }  # fmt: skip
    return as_json(body, delay=15.0 if state.fault == "jeton_lent" else 0.0)


def user(state: State, issuer: str, authorization: str) -> Answer:
    """UserInfo of a bearer token."""
    if state.fault == "userinfo_500":
        return error("server_error", 500)
    grant = state.standing(state.access, authorization.removeprefix("Bearer ")) if authorization else None
    if grant is None:
        return Answer(401, headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})
    kind, body = userinfo(state, issuer, grant)
    return Answer(200, body, kind, {"Cache-Control": "no-store"})


def introspect(state: State, form: Mapping[str, str], proof: Proof) -> Answer:
    """Whether an access token stands (RFC 7662)."""
    if client_of(state, form, proof) is None:
        return error("invalid_client", 401)
    grant = state.standing(state.access, form.get("token", ""))
    if grant is None:
        return as_json({"active": False})
    return as_json(
        {
            "active": True,
            "client_id": grant.client_id,
            "sub": BY_NUMBER[grant.number].subject,
            "exp": int(grant.ends_at),
        }
    )


def start_ciba(state: State, form: Mapping[str, str], proof: Proof) -> Answer:
    """A request on somebody's telephone, in poll mode."""
    client = client_of(state, form, proof)
    if client is None:
        return error("invalid_client", 401)
    if form.get("login_hint") not in BY_NUMBER:
        return error("unknown_user_id")
    if "openid" not in form.get("scope", "").split() or not form.get("binding_message"):
        return error("invalid_request")
    moment = time.time()
    grant = Grant(
        client.client_id, form["login_hint"], secrets.token_hex(16), int(moment), moment + CIBA_LIFE,
        message=form["binding_message"][:20],
    )  # fmt: skip
    name = state.remember(state.ciba, grant)
    return as_json({"auth_req_id": name, "expires_in": CIBA_LIFE, "interval": CIBA_INTERVAL})


def _by_ciba(state: State, client: RegisteredClient, name: str) -> Grant | Answer | None:
    with state.lock:
        grant = state.ciba.get(name)
        if grant is None or grant.client_id != client.client_id:
            return None
        moment = time.time()
        hurried, grant.last_poll = moment - grant.last_poll < CIBA_INTERVAL, moment
        if grant.ends_at <= moment:
            del state.ciba[name]
            return error("expired_token")
        if grant.state == "attend":
            return error("slow_down" if hurried else "authorization_pending")
        del state.ciba[name]
        if grant.state == "refuse":
            return error("access_denied")
        grant.auth_time = int(moment)
        return grant
