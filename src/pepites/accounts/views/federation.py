"""Pro Santé Connect on the screen: leave for it, come back from it, be told that it ended (§5.2 to §5.4).

These views stand outside the request's unit of work (``OWN_UNIT_PATHS``, ``MACHINE_PATHS``): the provider is asked
first, with no transaction open and no connection held, then everything is written at once.
"""

import dataclasses
import logging
from collections.abc import Callable
from datetime import timedelta
from hmac import compare_digest
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from pepites.accounts import services
from pepites.accounts.models import FederatedSignIn, User
from pepites.accounts.outage.selectors import last_use_since
from pepites.accounts.ports import (
    AskedSignIn,
    IdentificationFailed,
    IdentityProvider,
    VerifiedIdentity,
    identity_provider,
)
from pepites.accounts.views.button import picture
from pepites.accounts.views.flow import (
    FRESH,
    acting,
    asked_path,
    next_page,
    origin_of,
    public_url,
    remember_device,
    safe_path,
)
from pepites.audit.unit import release_connection, unit_of_work
from pepites.common.actor import ANONYMOUS
from pepites.common.clock import CAYENNE, now
from pepites.common.errors import NotFound
from pepites.common.rates import Bucket
from pepites.common.views import client_ip, public

SIGN_IN, CONFIRM, ATTACH = "connexion", "confirmer", "rattacher"
AWAITED_FOR = timedelta(minutes=10)
MOST_AWAITED = 5  # tabs
NOTICES_PER_MINUTE = 300
STATE = "Cette connexion a déjà servi, a trop attendu, ou a été commencée dans un autre navigateur. Recommencez."
DENIED = "La connexion par Pro Santé Connect n'a pas abouti : vous y avez renoncé, ou elle a été refusée. Recommencez."
MOVED = "La réponse ne vient pas de Pro Santé Connect : elle a été refusée. Recommencez."

log = logging.getLogger("pepites.web")
_notices = Bucket()


@public
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Send the person to Pro Santé Connect; what must come back is kept in this browser's session only."""
    provider = _provider()
    purpose = request.POST.get("but", SIGN_IN)
    signed_in = acting(request).signed_in
    if purpose not in {SIGN_IN, CONFIRM, ATTACH} or (purpose != SIGN_IN and not signed_in):
        raise NotFound
    suite = asked_path(request)
    if purpose == SIGN_IN and signed_in:
        return redirect(next_page(request, suite))
    again = purpose != SIGN_IN
    release_connection()
    try:
        asked = provider.begin(
            return_to=_return_to(request), max_age=0 if again else None, fresh=again or settings.PEPITES_PSC_FRESH
        )
    except IdentificationFailed as failure:
        return refused_page(request, failure, None)
    awaited = [*_awaited(request), {**dataclasses.asdict(asked), "at": now().timestamp(), "suite": suite,
                                    "but": purpose, "user": acting(request).user_id}]  # fmt: skip
    request.session["psc"] = awaited[-MOST_AWAITED:]
    return HttpResponseRedirect(asked.url)


@public
@require_GET
def come_back(request: HttpRequest) -> HttpResponse:
    """The provider's answer: whatever it says serves once, and only in the browser that asked."""
    provider = _provider()
    awaited = _take(request, request.GET.get("state", ""))
    if awaited is None:
        return refused_page(request, IdentificationFailed("state", STATE), None)
    if awaited["user"] != acting(request).user_id:
        return refused_page(request, IdentificationFailed("state", STATE), awaited)
    try:
        verified = _verified(request, provider, awaited)
        with unit_of_work(acting(request)):
            return _DONE[awaited["but"]](request, awaited, verified)
    except IdentificationFailed as failure:
        return refused_page(request, failure, awaited)


def _verified(request: HttpRequest, provider: IdentityProvider, awaited: dict[str, Any]) -> VerifiedIdentity:
    if request.GET.get("error"):
        raise IdentificationFailed("denied", DENIED)
    asked = AskedSignIn(awaited["url"], awaited["state"], awaited["nonce"], awaited["verifier"])
    code = request.GET.get("code", "")
    if not code or len(code) > 4096:
        raise IdentificationFailed("code", DENIED)
    release_connection()
    verified = provider.finish(code=code, asked=asked, return_to=_return_to(request))
    named = request.GET.get("iss")  # RFC 9207
    if named is not None and named != verified.issuer:
        raise IdentificationFailed("issuer", MOVED)
    return verified


def _signed_in(request: HttpRequest, awaited: dict[str, Any], verified: VerifiedIdentity) -> HttpResponse:
    user = services.sign_in_federated(request=request, verified=verified, origin=origin_of(request))
    tell_of_emergency_use(request, user)
    response = HttpResponseRedirect(next_page(request, safe_path(request, awaited["suite"])))
    remember_device(request, response, user)
    return response


def tell_of_emergency_use(request: HttpRequest, user: User) -> None:
    """The person is back by Pro Santé Connect: told of the codes that served since the time before."""
    before = FederatedSignIn.objects.filter(identity__user=user).order_by("-at")[1:2]
    used = last_use_since(user, before[0].at if before else None)
    if used is not None and used.used_at is not None:
        day = used.used_at.astimezone(CAYENNE).strftime("%d/%m/%Y à %H h %M")
        text = f"Un de vos codes de secours a servi le {day}. Si ce n'était pas vous, prévenez votre administrateur."
        messages.warning(request, text)


def _confirmed(request: HttpRequest, awaited: dict[str, Any], verified: VerifiedIdentity) -> HttpResponse:
    services.confirm_federated(user=_own(request), verified=verified, asked_at=awaited["at"])
    request.session["confirmed_at"] = request.session[FRESH] = now().isoformat()
    return redirect(safe_path(request, awaited["suite"]) or "accounts:account")


def _attached(request: HttpRequest, awaited: dict[str, Any], verified: VerifiedIdentity) -> HttpResponse:
    del awaited
    services.attach_federated(actor=acting(request), user=_own(request), verified=verified)
    messages.success(request, "Pro Santé Connect est rattaché à votre compte : vous pourrez entrer par lui.")
    return redirect("accounts:account")


_DONE: dict[str, Callable[[HttpRequest, dict[str, Any], VerifiedIdentity], HttpResponse]] = {
    SIGN_IN: _signed_in,
    CONFIRM: _confirmed,
    ATTACH: _attached,
}


def _own(request: HttpRequest) -> User:
    user = request.user
    if not isinstance(user, User):
        raise NotFound
    return user


def refused_page(request: HttpRequest, failure: IdentificationFailed, awaited: dict[str, Any] | None) -> HttpResponse:
    """Say why in French; the journal keeps the reason. For the views that open their own unit of work."""
    user = request.user if isinstance(request.user, User) else None
    with unit_of_work(acting(request)):
        services.refuse_sign_in(failure.reason, user=user)
    log.info("Pro Santé Connect : %s", failure.reason)
    context = {
        "message": failure.message,
        "away": failure.reason == "unavailable",
        "purpose": awaited["but"] if awaited else SIGN_IN,
        "suite": safe_path(request, awaited["suite"]) if awaited else "",
    }
    return render(request, "accounts/psc_refused.html", context, status=failure.status)


def _awaited(request: HttpRequest) -> list[dict[str, Any]]:
    kept = request.session.get("psc")
    oldest = (now() - AWAITED_FOR).timestamp()
    return [one for one in kept if one["at"] > oldest] if isinstance(kept, list) else []


def _take(request: HttpRequest, state: str) -> dict[str, Any] | None:
    """The sign-in that waits for this state, taken away whatever comes next."""
    awaited = _awaited(request)
    found = next((one for one in awaited if compare_digest(one["state"].encode(), state.encode())), None)
    if found is not None:
        request.session["psc"] = [one for one in awaited if one is not found]
        request.session.save()
    return found


def _return_to(request: HttpRequest) -> str:
    return public_url(request, reverse("accounts:psc-return"))


def _provider() -> IdentityProvider:
    provider = identity_provider()
    if provider is None:
        raise NotFound
    return provider


@public
@require_POST
def logout_notice(request: HttpRequest) -> HttpResponse:
    """Back-channel logout (OIDC Back-Channel Logout §2.5): the provider's session is over, ours ends at once."""
    provider = identity_provider()
    if provider is None:
        return JsonResponse({"error": "not_found"}, status=404)
    if wait := _notices.take(client_ip(request), NOTICES_PER_MINUTE):
        return JsonResponse({"error": "too_many"}, status=429, headers={"Retry-After": str(wait)})
    release_connection()
    actor = dataclasses.replace(ANONYMOUS, ref=dataclasses.replace(ANONYMOUS.ref, ip=client_ip(request)))
    try:
        notice = provider.logout_notice(request.POST.get("logout_token", ""))
        with unit_of_work(actor):
            ended = services.end_federated(notice=notice)
            if ended is None:
                raise IdentificationFailed("replay", "")
    except IdentificationFailed as failure:
        with unit_of_work(actor):
            services.refuse_sign_in(f"logout_{failure.reason}")
        return JsonResponse({"error": "invalid_request"}, status=400, headers={"Cache-Control": "no-store"})
    return HttpResponse(status=200, headers={"Cache-Control": "no-store"})


@public
@require_GET
def button(request: HttpRequest) -> HttpResponse:
    """The official picture, when the deployment gave one (§5.7): it is not shipped."""
    del request
    found = picture()
    if found is None:
        raise NotFound
    kind, body = found
    return HttpResponse(body, content_type=kind, headers={"Cache-Control": "public, max-age=86400"})
