"""Opening, moving and ending sessions."""

import re
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.contrib.auth import login, logout
from django.db import IntegrityError, transaction
from django.http import HttpRequest

from pepites.accounts.contexts import choices_for, only_choice
from pepites.accounts.crypto import fingerprint, from_text, unseal
from pepites.accounts.events import SessionEnded
from pepites.accounts.models import UsedLogoutToken, User, UserSession
from pepites.accounts.ports import LogoutNotice
from pepites.accounts.selectors import PracticeChoice, local_assurance
from pepites.accounts.services.traces import trace
from pepites.accounts.values import Assurance, Method, Origin
from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.clock import now
from pepites.common.errors import NotFound
from pepites.common.events import publish

REF = 8  # characters of the session key that name it in the journal
_REF = re.compile(rf"^[a-z0-9]{{{REF}}}\Z")
_BACKEND = "pepites.accounts.backends.LocalBackend"


@dataclass(frozen=True, slots=True)
class External:
    """The provider's side of a session: what ends it from afar, and what it may work from (§5.3, §5.4)."""

    issuer: str
    subject: str
    sid: str
    id_token: str  # sealed
    exercices: list[dict[str, Any]]


def open_session(
    *,
    request: HttpRequest,
    user: User,
    method: Method,
    origin: Origin,
    assurance: Assurance | None = None,
    external: External | None = None,
) -> None:
    """Open the session of a person who has proved who they are, under a new key (RIE §6.3).

    When the person has a single place of practice, or the provider attests a single one, it is chosen at once.
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
            "assurance": str(assurance if assurance is not None else local_assurance(method)),
        }
    )
    if method is not Method.EMERGENCY:  # a sheet proves nobody before a sensitive act: no lasting means comes of it
        request.session["confirmed_at"] = moment
    if external is not None:
        request.session["external"] = asdict(external)
    chosen = only_choice(session_choices(request, user))
    if chosen is not None:
        request.session["practice_id"] = chosen.pk
    trace("accounts.sign_in.done", user=user, method=str(method))


def session_choices(request: HttpRequest, user: User) -> list[PracticeChoice]:
    """The places of practice this session may work from."""
    external = request.session.get("external")
    return choices_for(user, external.get("exercices") if isinstance(external, dict) else None)


def choose_practice(*, actor: Actor, request: HttpRequest, user: User, public_id: UUID) -> None:
    """Work from one of one's places of practice: the session goes on under a new key, its former streams close."""
    choices = session_choices(request, user)
    chosen = next((practice for practice in choices if practice.public_id == public_id), None)
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


def end_sessions_of_practice(*, practice_id: int) -> int:
    """End the sessions that work from a place of practice that is over; how many."""
    sessions = list(UserSession.objects.filter(practice_id=practice_id))
    for session in sessions:
        _end(session)
    return len(sessions)


def provider_token(request: HttpRequest, user: User) -> str:
    """The ID token the session was opened with, for the provider's logout; empty for a local session."""
    external = request.session.get("external")
    if not isinstance(external, dict) or not external["id_token"]:
        return ""
    return unseal(from_text(external["id_token"]), where=f"session|id_token|{user.pk}").decode()


def end_federated(*, notice: LogoutNotice) -> int | None:
    """End what the provider says is over: its session ``sid``, else all of ``subject``; how many ended.

    None when this very notice was already taken (§5.4): a replay ends nothing.
    """
    UsedLogoutToken.objects.filter(expires_at__lt=now()).delete()
    jti = fingerprint("logout token", notice.issuer, notice.jti)
    try:
        with transaction.atomic():
            UsedLogoutToken.objects.create(jti=jti, expires_at=datetime.fromtimestamp(notice.expires_at, tz=UTC))
    except IntegrityError:
        return None
    sessions = UserSession.objects.filter(issuer=notice.issuer, user__isnull=False).select_related("user")
    sessions = sessions.filter(sid=notice.sid) if notice.sid else sessions.filter(subject=notice.subject)
    if notice.sid and notice.subject:
        sessions = sessions.filter(subject=notice.subject)
    ended = list(sessions)
    for session in ended:
        trace("accounts.psc.logout", user=session.user, method=str(Method.PSC))
        _end(session)
    return len(ended)


def _end(session: UserSession) -> None:
    user_id, ref = session.user_id, session.session_key[:REF]
    session.delete()
    if user_id is not None:
        publish(SessionEnded(session_ref=ref, user_id=user_id))
