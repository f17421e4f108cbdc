"""Means of identification of the platform: Pro Santé Connect, homologation of local accounts, accounts that wait."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from pepites.accounts import administration as reading
from pepites.accounts import selectors, services
from pepites.accounts.forms import HomologationForm
from pepites.accounts.outage.selectors import uses_to_review
from pepites.accounts.ports import psc_configured
from pepites.accounts.views.flow import acting
from pepites.accounts.views.machines import platform_administrators
from pepites.common.errors import DomainError, NotFound, Refused
from pepites.common.views import identifier


@platform_administrators
@require_http_methods(["GET", "POST"])
def identification(request: HttpRequest) -> HttpResponse:
    """What lets people in; record or withdraw the homologation of local accounts."""
    form, status = HomologationForm(), 200
    if request.method == "POST" and request.POST.get("act") == "withdraw":
        return _withdraw(request, identifier(request.POST.get("homologation")))
    if request.method == "POST":
        form, status = HomologationForm(request.POST), 422
        if form.is_valid():
            try:
                services.record_homologation(actor=acting(request), **form.cleaned_data)
            except Refused:
                raise
            except DomainError as error:
                form.add_error(error.field, error.message)
            else:
                messages.success(request, "Homologation enregistrée : les comptes locaux peuvent entrer.")
                return redirect("accounts:identification")
    context = {
        "form": form,
        "psc": psc_configured(),
        "emergency_uses": len(uses_to_review(acting(request))),
        "psc_environment": settings.PEPITES_PSC_ENV,
        "psc_levels": [(acr, settings.PEPITES_PSC_LEVELS.get(acr, "")) for acr in settings.PEPITES_PSC_ACR_ALLOWED],
        "homologation": selectors.homologation_in_force(),
        "local_open": selectors.local_sign_in_open(),
        "waiting": reading.waiting_accounts(acting(request)),
    }
    return render(request, "accounts/administration/identification.html", context, status=status)


def _withdraw(request: HttpRequest, public_id: UUID | None) -> HttpResponse:
    if public_id is None:
        raise NotFound
    services.withdraw_homologation(actor=acting(request), public_id=public_id)
    messages.success(request, "Homologation retirée.")
    return redirect("accounts:identification")
