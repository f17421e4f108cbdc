"""Opening, moving and ending sessions."""

import re
from uuid import UUID

from django.contrib.auth import login, logout
from django.http import HttpRequest

from pepites.accounts.events import SessionEnded
from pepites.accounts.models import User, UserSession
from pepites.accounts.selectors import practices_of
from pepites.accounts.services.traces import trace
from pepites.accounts.values import Method, Origin
from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.clock import now
from pepites.common.errors import NotFound
from pepites.common.events import publish

REF = 8  # characters of the session key that name it in the journal
_REF = re.compile(rf"^[a-z0-9]{{{REF}}}\Z")
_BACKEND = "pepites.accounts.backends.LocalBackend"


def open_session(*, request: HttpRequest, user: User, method: Method, origin: Origin) -> None:
    """Open the session of a person who has proved both factors, under a new key (RIE §6.3).

    When the person has a single place of practice, it is chosen at once.
    """
    UserSession.objects.filter(expire_date__lt=now()).delete()
    moment = now().isoformat()
    request.session.flush()
    login(request, user, backend=_BACKEND)
    request.session.update(
        {
            "strong": True,
            "auth_method": str(method),
            "ip": origin.ip,
            "agent": origin.agent[:200],
            "signed_in_at": moment,
            "confirmed_at": moment,
        }
    )
    practices = practices_of(user)
    if len(practices) == 1:
        request.session["practice_id"] = practices[0].pk
    trace("accounts.sign_in.done", user=user, method=str(method))


def choose_practice(*, actor: Actor, request: HttpRequest, user: User, public_id: UUID) -> None:
    """Work from one of one's places of practice: the session goes on under a new key, its former streams close."""
    chosen = next((practice for practice in practices_of(user) if practice.public_id == public_id), None)
    if chosen is None:
        raise NotFound
    former = request.session.session_key
    request.session["practice_id"] = chosen.pk
    request.session.cycle_key()
    user.last_practice = chosen.practice
    user.save(update_fields=["last_practice"])
    record("accounts.context.chosen", action="E", object_type="practice", object_id=chosen.public_id)
    if former and actor.practice_id is not None:
        publish(SessionEnded(session_ref=former[:REF], user_id=user.pk))


def sign_out(*, actor: Actor, request: HttpRequest) -> None:
    """End the session in use."""
    key = request.session.session_key or ""
    record("accounts.sign_out", action="E", object_type="session", object_id=key[:REF])
    if actor.user_id is not None:
        publish(SessionEnded(session_ref=key[:REF], user_id=actor.user_id))
    logout(request)


def end_session(*, actor: Actor, user: User, ref: str) -> None:
    """End one of an account's sessions, named by the first characters of its key; it is out at its next request."""
    session = UserSession.objects.filter(user=user, session_key__startswith=ref).first() if _REF.match(ref) else None
    if session is None:
        raise NotFound
    _end(session)
    record("accounts.session.ended", action="D", object_type="session", object_id=ref)
    del actor


def end_all_sessions(*, actor: Actor, user: User, keep: str = "") -> int:
    """End every session of an account but the one whose key is ``keep``; returns how many."""
    sessions = list(UserSession.objects.filter(user=user).exclude(session_key=keep))
    for session in sessions:
        _end(session)
    if sessions:
        record(
            "accounts.session.ended",
            action="D",
            object_type="user",
            object_id=user.public_id,
            detail={"sessions": len(sessions)},
        )
    del actor
    return len(sessions)


def _end(session: UserSession) -> None:
    user_id, ref = session.user_id, session.session_key[:REF]
    session.delete()
    if user_id is not None:
        publish(SessionEnded(session_ref=ref, user_id=user_id))
