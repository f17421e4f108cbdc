"""First step of sign-in: identifier and password; or one click for a demonstration account."""

from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import check_password as hash_matches
from django.contrib.auth.hashers import make_password

from pepites.accounts import throttle
from pepites.accounts.models import User
from pepites.accounts.passwords import require_sound_password
from pepites.accounts.selectors import LOCAL_CLOSED, local_sign_in_open
from pepites.accounts.services.sessions import end_all_sessions
from pepites.accounts.services.traces import trace
from pepites.accounts.values import Origin
from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.errors import DomainError, NotFound

WRONG = "Identifiant ou mot de passe incorrect."


def check_password(*, login: str, password: str, origin: Origin) -> User:
    """The account behind an identifier and a password (PG-01).

    The same words and the same work for an unknown identifier, a closed account and a wrong password. Raises
    ``TooMany`` while the wait lasts, ``DomainError`` otherwise; the caller keeps the transaction, or the count is lost.
    """
    if not local_sign_in_open():
        trace("accounts.sign_in.failed", user=None, failed=True, reason="local_closed")
        raise DomainError(LOCAL_CLOSED)
    login = login.strip().lower()
    user = User.objects.select_related("professional").filter(login=login).first()
    counters = throttle.counters("password", login, origin, user_id=user.pk if user else None)
    throttle.guard(counters)
    if user is None:
        make_password(password)
        good = False
    else:
        good = hash_matches(password, user.password)
    if user is None or not good or not user.is_active:
        throttle.fail(counters)
        trace("accounts.sign_in.failed", user=user, failed=True, reason="password")
        raise DomainError(WRONG)
    throttle.clear(counters)
    return user


def sign_in_demo(*, public_id: UUID) -> User:
    """The demonstration account of that identifier; raises ``NotFound`` outside demonstration mode."""
    if not settings.PEPITES_DEMO or settings.PRODUCTION:
        raise NotFound
    user = User.objects.select_related("professional").filter(public_id=public_id, demo=True, is_active=True).first()
    if user is None:
        raise NotFound
    return user


def change_password(
    *, actor: Actor, user: User, current: str, new: str, keep_session: str, origin: Origin | None = None
) -> bool:
    """Change one's own password, then close one's other sessions; False when ``current`` is not the one in use.

    Wrong tries count like those of sign-in, or an open session would be a place to guess at leisure: raises
    ``TooMany`` while the wait lasts, ``DomainError`` for a weak password; the caller keeps the transaction.
    """
    counters = throttle.counters("password", user.login, origin or Origin(), user_id=user.pk)
    throttle.guard(counters)
    if not hash_matches(current, user.password):
        throttle.fail(counters)
        trace("accounts.sign_in.failed", user=user, failed=True, reason="password")
        return False
    throttle.clear(counters)
    require_sound_password(new, user)
    user.set_password(new)
    user.save(update_fields=["password"])
    end_all_sessions(actor=actor, user=user, keep=keep_session)
    record("accounts.password.changed", action="U", object_type="user", object_id=user.public_id)
    return True
