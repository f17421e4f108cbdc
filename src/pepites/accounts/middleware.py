"""Says whose a session is, ends those that lasted too long, remembers that one is in use; lets machines by."""

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import resolve
from django.utils.crypto import constant_time_compare
from django.utils.functional import SimpleLazyObject

from pepites.accounts.events import SessionEnded
from pepites.accounts.models import User, UserSession
from pepites.accounts.selectors import session_limits_passed
from pepites.accounts.sessions import SessionStore
from pepites.common.clock import now
from pepites.common.events import publish

TOUCH_EVERY = timedelta(minutes=1)
BACKGROUND = "X-Pep-Background"  # requests the page makes by itself are no sign of a person


class MachineMiddleware:
    """Answers the addresses of machines (``MACHINE_PATHS``) at once: no session, no cookie, hence no forged form.

    What stands behind these addresses opens its own unit of work, with the actor of a proved client.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(settings.MACHINE_PATHS):
            return self.get_response(request)
        request.get_host()  # refuses a host that is not ours
        found = resolve(request.path_info)
        response: HttpResponse = found.func(request, *found.args, **found.kwargs)
        return response


class AccountMiddleware:
    """Sets ``request.user``: the account read with the session, once Django's own proof of it holds.

    Whatever is not plainly so (other session, other password, other backend) goes through Django's check.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.user = SimpleLazyObject(lambda: _account(request))  # type: ignore[assignment]
        return self.get_response(request)


def _account(request: HttpRequest) -> User | AnonymousUser:
    session = request.session
    user_id = session.get(auth.SESSION_KEY)
    account = getattr(session, "account", None)
    if account is not None and str(account.pk) == str(user_id):
        proved = constant_time_compare(session.get(auth.HASH_SESSION_KEY, ""), account.get_session_auth_hash())
        if proved and session.get(auth.BACKEND_SESSION_KEY) in settings.AUTHENTICATION_BACKENDS:
            return account  # type: ignore[no-any-return]
    return auth.get_user(request)


class SessionLimitsMiddleware:
    """Idle and absolute limits (design §8). Runs before the unit of work: a GET writes nothing inside one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        session = request.session
        if isinstance(session, SessionStore) and session.session_key and request.user.is_authenticated and session.row:
            self._apply(request, session.row)
        return self.get_response(request)

    @staticmethod
    def _apply(request: HttpRequest, row: UserSession) -> None:
        moment = now()
        if session_limits_passed(row, moment):
            with transaction.atomic():
                publish(SessionEnded(session_ref=row.session_key[:8], user_id=row.user_id or 0))
                request.session.flush()
            request.user = AnonymousUser()
        elif moment - row.last_seen_at > TOUCH_EVERY and BACKGROUND not in request.headers:
            UserSession.objects.filter(pk=row.pk).update(last_seen_at=moment)
