"""Pro Santé Connect is down: print codes beforehand, enter with one, declare the outage, look at each use (§6.4 b)."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from pepites.accounts.forms_outage import EmergencySignInForm, OutageForm, PrintForm
from pepites.accounts.models import User
from pepites.accounts.outage.enums import CODES, SESSION_HOURS, Outage
from pepites.accounts.outage.selectors import outage_declared, sheet_of, uses_to_review
from pepites.accounts.outage.services import (
    declare_outage,
    end_outage,
    print_codes,
    review_use,
    sign_in_emergency,
)
from pepites.accounts.ports import identity_provider
from pepites.accounts.views.flow import (
    acting,
    asked_path,
    entered_by_provider,
    next_page,
    origin_of,
    own_account,
    recently_confirmed,
    remember_device,
    with_suite,
)
from pepites.accounts.views.machines import platform_administrators
from pepites.audit.unit import release_connection, unit_of_work
from pepites.common.errors import DomainError, NotFound, Refused
from pepites.common.views import identifier, posted, public, without_context


@without_context
@require_http_methods(["GET", "POST"])
def emergency_codes(request: HttpRequest) -> HttpResponse:
    """The sheet to print, shown once; only for who came in by Pro Santé Connect, a moment ago."""
    user, form, status = own_account(request), PrintForm(posted(request)), 200
    if not entered_by_provider(request):
        return render(request, "accounts/emergency_codes.html", {"refused": True}, status=403)
    if not recently_confirmed(request):
        return redirect(with_suite("accounts:confirm", request.path))
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return _printed(request, user, form.cleaned_data["pin"])
            except Refused:
                raise
            except DomainError as error:
                form.add_error(error.field if error.field in form.fields else None, error.message)
    context = {"form": form, "sheet": sheet_of(user), "count": CODES, "hours": SESSION_HOURS}
    return render(request, "accounts/emergency_codes.html", context, status=status)


def _printed(request: HttpRequest, user: User, pin: str) -> HttpResponse:
    external: dict[str, Any] = request.session.get("external") or {}
    codes = print_codes(actor=acting(request), user=user, pin=pin, exercices=list(external.get("exercices") or []))
    context = {"codes": codes, "sheet": sheet_of(user), "hours": SESSION_HOURS}
    return render(request, "accounts/emergency_sheet.html", context)


@public
@require_http_methods(["GET", "POST"])
def emergency(request: HttpRequest) -> HttpResponse:
    """Enter with a code of the sheet; only while Pro Santé Connect is down, which is asked of it first."""
    if identity_provider() is None:
        raise NotFound
    if acting(request).signed_in:
        return redirect(next_page(request, asked_path(request)))
    outage, form, status = _outage(request), EmergencySignInForm(posted(request)), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            done = _entered(request, form, outage)
            if not isinstance(done, int):
                return done
            status = done
    context = {"form": form, "outage": outage, "suite": asked_path(request), "hours": SESSION_HOURS}
    return render(request, "accounts/emergency.html", context, status=status)


def _outage(request: HttpRequest) -> Outage:
    """Declared, else what the provider's own silence says: it is asked with no transaction open."""
    with unit_of_work(acting(request), read_only=True):
        declared = outage_declared()
    if declared is not None:
        return Outage.DECLARED
    provider = identity_provider()
    release_connection()
    return Outage.SEEN if provider is not None and provider.is_down(ask=True) else Outage.NONE


def _entered(request: HttpRequest, form: EmergencySignInForm, outage: Outage) -> HttpResponse | int:
    """The way in, or the status of a refusal that the form says; counts and lines are kept either way."""
    with unit_of_work(acting(request)):
        try:
            user = sign_in_emergency(request=request, outage=outage, origin=origin_of(request), **form.cleaned_data)
        except DomainError as error:
            form.add_error(None, error.message)
            return error.status
    messages.warning(
        request,
        f"Vous êtes entré par un code de secours, pour {SESSION_HOURS} heures. Ni services nationaux, ni accès en"
        " urgence, ni administration. Cet usage sera examiné.",
    )
    response = HttpResponseRedirect(next_page(request, asked_path(request)))
    remember_device(request, response, user)
    return response


@platform_administrators
@require_http_methods(["GET", "POST"])
def outages(request: HttpRequest) -> HttpResponse:
    """Declare an outage or its end; the uses of emergency codes to look at."""
    form, status = OutageForm(), 200
    if request.method == "POST" and request.POST.get("act") == "end":
        end_outage(actor=acting(request))
        messages.success(request, "Fin de panne enregistrée : les codes de secours ne laissent plus entrer.")
        return redirect("accounts:outages")
    if request.method == "POST":
        form, status = OutageForm(request.POST), 422
        if form.is_valid():
            try:
                declare_outage(actor=acting(request), **form.cleaned_data)
            except Refused:
                raise
            except DomainError as error:
                form.add_error(error.field if error.field in form.fields else None, error.message)
            else:
                messages.success(request, "Panne déclarée : la page de connexion propose les codes de secours.")
                return redirect("accounts:outages")
    context = {"form": form, "declared": outage_declared(), "uses": uses_to_review(acting(request))}
    return render(request, "accounts/administration/outages.html", context, status=status)


@platform_administrators
@require_POST
def review(request: HttpRequest) -> HttpResponse:
    """One use has been looked at."""
    public_id = identifier(request.POST.get("usage"))
    if public_id is None:
        raise NotFound
    review_use(actor=acting(request), public_id=public_id)
    messages.success(request, "Usage examiné.")
    return redirect("accounts:outages")
