"""What the sign-in screens share: where the try comes from, who is between two steps, where to go next."""

import ipaddress
import secrets
from datetime import datetime, timedelta
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from pepites.accounts import selectors, services
from pepites.accounts.models import User
from pepites.accounts.ports import psc_configured
from pepites.accounts.services import PasskeyRequest
from pepites.accounts.values import Method, Origin
from pepites.common.actor import Actor
from pepites.common.clock import now
from pepites.common.views import client_ip

DEVICE_COOKIE = "pepites_appareil"
DEVICE_AGE = 400 * 24 * 3600  # seconds; browsers keep no cookie longer
DEVICE_USERS = 8
PENDING_FOR = timedelta(minutes=15)
CONFIRMED_FOR = timedelta(minutes=5)
FRESH = "provider_confirmed_at"


def acting(request: HttpRequest) -> Actor:
    """The actor of the request."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def own_account(request: HttpRequest) -> User:
    """The account signed in; only for views that need one."""
    user = request.user
    if not isinstance(user, User):
        raise TypeError("no account behind this request")
    return user


def origin_of(request: HttpRequest) -> Origin:
    """Where the request comes from, with the accounts this device already signed in."""
    raw = request.get_signed_cookie(DEVICE_COOKIE, default="", salt=DEVICE_COOKIE, max_age=DEVICE_AGE) or ""
    device, _, users = raw.partition(":")
    known = frozenset(int(user) for user in users.split(",") if user.isdigit())
    return Origin(client_ip(request), request.headers.get("User-Agent", "")[:200], device, known)


def remember_device(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """Let this device keep its own counter of failures for that account."""
    origin = origin_of(request)
    users = [user.pk, *(known for known in sorted(origin.known_users) if known != user.pk)][:DEVICE_USERS]
    response.set_signed_cookie(
        DEVICE_COOKIE,
        f"{origin.device or secrets.token_hex(12)}:{','.join(map(str, users))}",
        salt=DEVICE_COOKIE,
        max_age=DEVICE_AGE,
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )


def safe_path(request: HttpRequest, path: str) -> str:
    """``path`` when it stays on this very host, else nothing: a sign-in page must not send people elsewhere."""
    if not path.startswith("/") or path.startswith(("//", "/\\")):
        return ""
    allowed = url_has_allowed_host_and_scheme(
        path, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return path if allowed else ""


def asked_path(request: HttpRequest) -> str:
    """The page the person wanted before signing in."""
    return safe_path(request, request.POST.get("suite") or request.GET.get("suite") or "")


def with_suite(url_name: str, suite: str) -> str:
    """Address of a step that keeps the page wanted."""
    target = reverse(url_name)
    return f"{target}?suite={quote(suite)}" if suite else target


def next_page(request: HttpRequest, suite: str) -> str:
    """Where a person just signed in goes: the choice of a place of practice, or the page wanted."""
    if request.session.get("practice_id") is None:
        return with_suite("accounts:contexts", suite)
    return suite or "/"


def set_pending(request: HttpRequest, user: User, suite: str) -> None:
    """Remember, between the two steps, who gave the right password. Nobody is signed in yet."""
    request.session.cycle_key()
    request.session["pending"] = {"user": user.pk, "at": now().isoformat(), "suite": suite}


def pending_user(request: HttpRequest) -> User | None:
    """Who gave the right password less than fifteen minutes ago in this browser, if passwords still let in."""
    pending = request.session.get("pending")
    if not isinstance(pending, dict) or not selectors.local_sign_in_open():
        return None
    if now() - datetime.fromisoformat(str(pending["at"])) > PENDING_FOR:
        return None
    user = selectors.account(int(pending["user"]))
    return user if user is not None and user.is_active else None


def pending_suite(request: HttpRequest) -> str:
    """The page wanted, kept between the steps."""
    pending = request.session.get("pending")
    return safe_path(request, str(pending.get("suite", ""))) if isinstance(pending, dict) else ""


def finish(request: HttpRequest, user: User, method: Method, suite: str) -> HttpResponse:
    """Open the session and go on."""
    services.open_session(request=request, user=user, method=method, origin=origin_of(request))
    response = HttpResponseRedirect(next_page(request, suite))
    remember_device(request, response, user)
    return response


def public_url(request: HttpRequest, path: str) -> str:
    """The address of a page as the outside knows it: exactly what was declared to the provider."""
    base = settings.PEPITES_PUBLIC_URL.rstrip("/")
    return f"{base}{path}" if base else request.build_absolute_uri(path)


def passkey_site(request: HttpRequest) -> PasskeyRequest | None:
    """The site as passkeys know it; None on a bare IP address, where browsers refuse them."""
    host = request.get_host()
    name = host.rpartition(":")[0] if ":" in host and not host.endswith("]") else host
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return PasskeyRequest(rp_id=name, origin=f"{request.scheme}://{host}")
    return None


def entered_by_provider(request: HttpRequest) -> bool:
    """Whether the session was opened by Pro Santé Connect: it is then what proves the person again."""
    return psc_configured() and request.session.get("auth_method") == Method.PSC


def provider_just_confirmed(request: HttpRequest) -> bool:
    """Whether Pro Santé Connect has identified the person again in the last five minutes, for an act not yet made."""
    stamp = request.session.get(FRESH)
    return bool(stamp) and now() - datetime.fromisoformat(str(stamp)) < CONFIRMED_FOR


def use_provider_confirmation(request: HttpRequest) -> bool:
    """Take that proof for one act: it serves once."""
    fresh = provider_just_confirmed(request)
    request.session.pop(FRESH, None)
    return fresh


def recently_confirmed(request: HttpRequest) -> bool:
    """Whether a second factor was proved in the last five minutes: asked before touching one's factors (RIE §6.3)."""
    stamp = request.session.get("confirmed_at")
    return bool(stamp) and now() - datetime.fromisoformat(str(stamp)) < CONFIRMED_FOR
