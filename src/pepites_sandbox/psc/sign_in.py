"""The browser's side: authorization, who signs in, the telephone, logout (§5.2, §5.4)."""

from __future__ import annotations

import random
import re
import secrets
import time
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

from pepites_sandbox.psc import pages
from pepites_sandbox.psc.answers import Answer, redirect
from pepites_sandbox.psc.notices import Ended
from pepites_sandbox.psc.persons import BY_NUMBER, PERSONS
from pepites_sandbox.psc.state import CODE_LIFE, SESSION_LIFE, Grant, Session, State
from pepites_sandbox.psc.tokens_read import claims_of

COOKIE = "psc_session"
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}\Z")


def authorize(state: State, asked: Mapping[str, str], cookie: str) -> Answer:
    """Check the request; let in at once who is signed in, else ask who it is."""
    client = state.clients.get(asked.get("client_id", ""))
    if client is None or asked.get("redirect_uri") not in client.redirect_uris:
        return Answer(400, pages.refused("Service ou adresse de retour inconnus : rien n'est renvoyé."))
    for wrong, name in (
        (asked.get("response_type") != "code", "unsupported_response_type"),
        ("openid" not in asked.get("scope", "").split(), "invalid_scope"),
        (asked.get("code_challenge_method") != "S256", "invalid_request"),
        (not _CHALLENGE.match(asked.get("code_challenge", "")), "invalid_request"),
        (not asked.get("state") or not asked.get("nonce"), "invalid_request"),
    ):
        if wrong:
            return _back(state, asked, {"error": name})
    if state.fault == "refus":
        return _back(state, asked, {"error": "access_denied"})
    session = state.session_of(cookie)
    if session is not None and asked.get("prompt") != "login" and not _too_old(session, asked.get("max_age", "")):
        return _granted(state, asked, session)
    if asked.get("prompt") == "none":
        return _back(state, asked, {"error": "login_required"})
    hinted = tuple(one for one in PERSONS if one.number == asked.get("login_hint")) or PERSONS
    return Answer(200, pages.who(state.remember(state.asked, dict(asked)), hinted))


def _too_old(session: Session, max_age: str) -> bool:
    return max_age.isdigit() and time.time() - session.auth_time > int(max_age[:9])


def identify(state: State, form: Mapping[str, str]) -> Answer:
    """Somebody was chosen: show the code of the telephone."""
    asked, person = state.asked.get(form.get("demande", "")), BY_NUMBER.get(form.get("numero", ""))
    if asked is None or person is None:
        return Answer(400, pages.refused("Cette page a expiré : revenez au service et recommencez."))
    asked["numero"] = person.number
    return Answer(200, pages.telephone(form["demande"], person, f"{random.randrange(100):02d}"))  # noqa: S311


def validate(state: State, form: Mapping[str, str], cookie: str) -> Answer:
    """The telephone answered: open the session, send the browser back with a code."""
    with state.lock:
        asked = state.asked.pop(form.get("demande", ""), None)
    if asked is None or "numero" not in asked:
        return Answer(400, pages.refused("Cette page a expiré : revenez au service et recommencez."))
    if form.get("choix") != "oui":
        return _back(state, asked, {"error": "access_denied"})
    moment = int(time.time())
    standing = state.session_of(cookie)
    if standing is not None and standing.number == asked["numero"]:
        standing.auth_time, standing.ends_at = moment, moment + SESSION_LIFE
        return _granted(state, asked, standing)
    session = Session(secrets.token_hex(16), asked["numero"], moment, ends_at=moment + SESSION_LIFE)
    name = state.remember(state.sessions, session)
    kept = f"{COOKIE}={name}; Path=/; HttpOnly; SameSite=Lax; Max-Age={SESSION_LIFE}"
    return _granted(state, asked, session, {"Set-Cookie": kept})


def _granted(
    state: State, asked: Mapping[str, str], session: Session, headers: Mapping[str, str] | None = None
) -> Answer:
    session.clients.add(asked["client_id"])
    grant = Grant(
        client_id=asked["client_id"], number=session.number, sid=session.sid, auth_time=session.auth_time,
        ends_at=time.time() + CODE_LIFE, nonce=asked["nonce"], redirect_uri=asked["redirect_uri"],
        challenge=asked["code_challenge"],
    )  # fmt: skip
    return _back(state, asked, {"code": state.remember(state.codes, grant), "session_state": session.sid}, headers)


def _back(
    state: State, asked: Mapping[str, str], said: Mapping[str, str], headers: Mapping[str, str] | None = None
) -> Answer:
    mark = "un-autre-etat" if state.fault == "etat" else asked.get("state", "")
    where = asked["redirect_uri"]
    return redirect(f"{where}{'&' if urlsplit(where).query else '?'}{urlencode({**said, 'state': mark})}", headers)


def log_out(state: State, asked: Mapping[str, str]) -> tuple[Answer, Ended | None]:
    """RP-initiated logout: the session of the token ends, its services are told, the browser goes back."""
    claims = claims_of(state, asked.get("id_token_hint", ""))
    client = state.clients.get(str(claims.get("aud"))) if claims else None
    if claims is None or client is None:
        return Answer(400, pages.refused("Jeton de déconnexion inconnu.")), None
    session = state.end(str(claims.get("sid")))
    ended = Ended(session.sid, session.number, tuple(session.clients)) if session else None
    where = asked.get("post_logout_redirect_uri", "")
    if not where:
        return Answer(200, pages.page("Vous êtes déconnecté (simulateur)", "<p>Session fermée.</p>")), ended
    if where not in client.post_logout_redirect_uris:
        return Answer(400, pages.refused("Adresse après déconnexion inconnue.")), ended
    mark = (
        f"{'&' if urlsplit(where).query else '?'}{urlencode({'state': asked['state']})}" if asked.get("state") else ""
    )
    return redirect(f"{where}{mark}", {"Set-Cookie": f"{COOKIE}=; Path=/; Max-Age=0"}), ended
