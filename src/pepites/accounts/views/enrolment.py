"""Local accounts on the screen: ask, approve, renew."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from pepites.accounts import administration as reading
from pepites.accounts.enrolment import selectors, services
from pepites.accounts.forms_enrolment import EnrolmentForm, RenewForm
from pepites.accounts.views.administration import administered_network, administrators, invitation_page
from pepites.accounts.views.flow import acting
from pepites.common.errors import DomainError, NotFound, Refused
from pepites.common.views import identifier, posted


@administrators
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask for a local account, having seen the person and a document."""
    network = administered_network(request, slug)
    form = EnrolmentForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            services.request_enrolment(actor=acting(request), network=network, asked=form.asked())
        except Refused:
            raise
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, "Demande enregistrée : un autre administrateur doit l'approuver.")
            return redirect("accounts:local-accounts")
    context = {"network": network, "form": form}
    status = 422 if request.method == "POST" else 200
    return render(request, "accounts/administration/local_ask.html", context, status=status)


@administrators
@require_http_methods(["GET", "POST"])
def local_accounts(request: HttpRequest) -> HttpResponse:
    """Requests to answer, and the local accounts in force with their end."""
    if request.method == "POST":
        try:
            response = reading.undo_on_error(lambda: _act(request))
        except (NotFound, Refused):
            raise
        except DomainError as error:
            messages.error(request, error.message)
            response = None
        return response or redirect("accounts:local-accounts")
    actor = acting(request)
    context: dict[str, Any] = {"accounts": selectors.local_accounts(actor), "own": actor.user_id, "form": RenewForm()}
    return render(request, "accounts/administration/local_accounts.html", context)


def _act(request: HttpRequest) -> HttpResponse | None:
    actor, act = acting(request), request.POST.get("act")
    public_id = identifier(request.POST.get("demande"))
    if public_id is None:
        raise NotFound
    if act == "approve":
        link = services.approve_enrolment(actor=actor, public_id=public_id)
        return invitation_page(request, link, "", request.path)
    if act == "refuse":
        services.refuse_enrolment(actor=actor, public_id=public_id)
        messages.success(request, "Demande refusée.")
    elif act == "renew":
        form = RenewForm(request.POST)
        if not form.is_valid():
            raise DomainError("Donnez la nouvelle date de fin.")
        services.renew_enrolment(actor=actor, public_id=public_id, ends_on=form.cleaned_data["ends_on"])
        messages.success(request, "Compte prolongé.")
    else:
        raise NotFound
    return None
