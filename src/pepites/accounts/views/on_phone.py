"""Signing in by an approval on one's telephone, from another device (CIBA, §5.5); behind a setting."""

import dataclasses
import secrets
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from pepites.accounts import services
from pepites.accounts.forms import PhoneForm
from pepites.accounts.ports import AskedOnPhone, IdentificationFailed, IdentityProvider, identity_provider
from pepites.accounts.services.on_phone import count_start, national_id_of
from pepites.accounts.views.federation import refused_page, tell_of_emergency_use
from pepites.accounts.views.flow import acting, asked_path, next_page, origin_of, remember_device, safe_path
from pepites.audit.unit import release_connection, unit_of_work
from pepites.common.clock import now
from pepites.common.errors import DomainError, NotFound
from pepites.common.views import posted, public

KEY = "psc_phone"


@public
@require_http_methods(["GET", "POST"])
def on_phone(request: HttpRequest) -> HttpResponse:
    """Give one's number, then approve on the telephone the code shown here."""
    provider = identity_provider() if settings.PEPITES_PSC_CIBA else None
    if provider is None:
        raise NotFound
    if acting(request).signed_in:
        return redirect(next_page(request, asked_path(request)))
    act = request.POST.get("act", "") if request.method == "POST" else ""
    if act == "abandon":
        request.session.pop(KEY, None)
        return redirect("accounts:psc-phone")
    waiting = request.session.get(KEY)
    if act == "check" and isinstance(waiting, dict):
        return _check(request, provider, waiting)
    if isinstance(waiting, dict) and waiting["asked"]["ends_at"] > now().timestamp() and not act:
        return _waiting_page(request, waiting)
    return _start(request, provider)


def _start(request: HttpRequest, provider: IdentityProvider) -> HttpResponse:
    form, status = PhoneForm(posted(request)), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return _begun(request, provider, national_id_of(form.cleaned_data["number"]))
            except IdentificationFailed as failure:
                return refused_page(request, failure, None)
            except DomainError as error:
                form.add_error(error.field if error.field in form.fields else None, error.message)
                status = error.status
    context = {"form": form, "suite": asked_path(request)}
    return render(request, "accounts/psc_phone.html", context, status=status)


def _begun(request: HttpRequest, provider: IdentityProvider, national_id: str) -> HttpResponse:
    problem: DomainError | None = None
    with unit_of_work(acting(request)):
        try:
            count_start(national_id=national_id, origin=origin_of(request))
        except DomainError as error:
            problem = error  # raised once the count and its line are kept
    if problem is not None:
        raise problem
    release_connection()
    asked = provider.begin_on_phone(national_id=national_id, message=f"{secrets.randbelow(100):02d}")
    request.session[KEY] = {
        "asked": dataclasses.asdict(asked), "number": national_id, "suite": asked_path(request), "polled": 0.0,
    }  # fmt: skip
    return redirect("accounts:psc-phone")


def _check(request: HttpRequest, provider: IdentityProvider, waiting: dict[str, Any]) -> HttpResponse:
    asked = AskedOnPhone(**waiting["asked"])
    moment = now().timestamp()
    if moment - waiting["polled"] < asked.interval:
        return _waiting_page(request, waiting, early=True)
    request.session[KEY] = {**waiting, "polled": moment}
    release_connection()
    try:
        verified = provider.finish_on_phone(asked)
        if verified is None:
            return _waiting_page(request, waiting, early=True)
        if verified.national_id != waiting["number"]:
            raise IdentificationFailed("other_person", "Une autre personne a répondu : la connexion est refusée.")
        with unit_of_work(acting(request)):
            user = services.sign_in_federated(request=request, verified=verified, origin=origin_of(request))
            tell_of_emergency_use(request, user)
    except IdentificationFailed as failure:
        request.session.pop(KEY, None)
        return refused_page(request, failure, None)
    response = HttpResponseRedirect(next_page(request, safe_path(request, waiting["suite"])))
    remember_device(request, response, user)
    return response


def _waiting_page(request: HttpRequest, waiting: dict[str, Any], *, early: bool = False) -> HttpResponse:
    context = {"code": waiting["asked"]["message"], "early": early}
    return render(request, "accounts/psc_phone_wait.html", context)
