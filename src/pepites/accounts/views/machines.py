"""Administration of machine clients, for the platform's administrators."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from pepites.accounts import selectors, services
from pepites.accounts.forms import MachineForm
from pepites.accounts.machines.scopes import known_scopes
from pepites.accounts.models import ServiceClient
from pepites.accounts.policies import can_administer_platform
from pepites.accounts.services import NewClient
from pepites.accounts.views.flow import acting
from pepites.common.errors import DomainError, NotFound, Refused
from pepites.common.views import posted, without_context

_FIELD = {"certificate_sha256": "certificate"}


def platform_administrators(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Open to the platform's administrators only."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        decision = can_administer_platform(acting(request))
        if not decision:
            raise Refused(decision, code="accounts.administration.refused", object_type="service_client")
        return view(request, *args, **kwargs)

    return without_context(checked)


@platform_administrators
@require_GET
def machines(request: HttpRequest) -> HttpResponse:
    """Every machine client."""
    return render(request, "accounts/administration/machines.html", {"clients": selectors.service_clients()})


@platform_administrators
@require_http_methods(["GET", "POST"])
def new_machine(request: HttpRequest) -> HttpResponse:
    """Add a machine client."""
    form = MachineForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            made = services.add_service_client(actor=acting(request), client=_client(form.cleaned_data))
        except DomainError as error:
            if isinstance(error, Refused):
                raise
            name = _FIELD.get(error.field or "", error.field)
            form.add_error(name if name in form.fields else None, error.message)
        else:
            messages.success(request, f"Logiciel ajouté : {made.name}.")
            return redirect("accounts:machine", public_id=made.public_id)
    status = 422 if request.method == "POST" else 200
    return render(request, "accounts/administration/machine_new.html", {"form": form}, status=status)


def _client(values: dict[str, Any]) -> NewClient:
    return NewClient(
        client_id=values["client_id"].strip(), name=values["name"], organization=values["found_organization"],
        domain_system=values["domain_system"], scopes=values["scopes"], jwks=values["jwks"],
        certificate_sha256=values["certificate"], days=values["days"], fr_core=values["fr_core"],
    )  # fmt: skip


@platform_administrators
@require_http_methods(["GET", "POST"])
def machine(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One machine client; revoke it."""
    found: ServiceClient | None = selectors.service_client_by_public_id(public_id)
    if found is None:
        raise NotFound
    if request.method == "POST":
        try:
            services.revoke_service_client(actor=acting(request), client=found)
        except Refused:
            raise
        except DomainError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, f"{found.name} est révoqué : sa prochaine demande sera refusée.")
        return redirect("accounts:machine", public_id=public_id)
    labels = known_scopes()
    context = {"client": found, "scopes": [(name, labels.get(name, "")) for name in found.scopes]}
    return render(request, "accounts/administration/machine.html", context)
