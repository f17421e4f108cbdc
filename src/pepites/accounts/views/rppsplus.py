"""RPPS+ on the screen: the board, a structure, one person."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pepites.accounts.administration import account_by_login
from pepites.accounts.forms_rpps import ContractForm, ManagerForm, PersonForm, StepForm
from pepites.accounts.policies import can_administer_platform
from pepites.accounts.rppsplus import selectors, services
from pepites.accounts.rppsplus.enums import Step
from pepites.accounts.rppsplus.export import as_csv
from pepites.accounts.rppsplus.models import RppsRegistration
from pepites.accounts.rppsplus.policies import can_follow_rpps, can_manage_structure
from pepites.accounts.views.flow import acting
from pepites.audit.unit import record
from pepites.common.errors import DomainError, NotFound, Refused
from pepites.common.views import posted, without_context
from pepites.directory.models import Organization
from pepites.directory.national.selectors import last_load, update_label
from pepites.directory.ports import national_directory
from pepites.directory.selectors import organization_by_public_id, search_organizations

REFUSED = "accounts.administration.refused"


def managers(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Open to whoever manages a structure, and to the platform's administrators."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        decision = can_follow_rpps(acting(request))
        if not decision:
            raise Refused(decision, code=REFUSED, object_type="rpps")
        return view(request, *args, **kwargs)

    return without_context(checked)


def _structure(request: HttpRequest, public_id: UUID) -> Organization:
    found = organization_by_public_id(public_id)
    if found is None:
        raise NotFound
    decision = can_manage_structure(acting(request), found.pk)
    if not decision:
        raise Refused(decision, code=REFUSED, object_type="organization", object_id=str(public_id), hide=True)
    return found


def _registration(request: HttpRequest, public_id: UUID) -> RppsRegistration:
    found = services.find_registration(public_id)
    decision = can_manage_structure(acting(request), found.organization_id)
    if not decision:
        raise Refused(decision, code=REFUSED, object_type="rpps", object_id=str(public_id), hide=True)
    return found


@managers
@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """Where each structure stands; a search to begin with another one."""
    actor, text = acting(request), request.GET.get("q", "").strip()
    wide = bool(can_administer_platform(actor))
    lines = selectors.board(actor)
    at_home = wide or bool(actor.administered)
    context = {
        "back": reverse("accounts:administration" if at_home else "accounts:account"),
        "back_label": "Administration" if at_home else "Mon compte",
        "lines": lines,
        "wide": wide,
        "text": text,
        "found": search_organizations(text, limit=10) if wide and text else [],
        "people": sum(line.people for line in lines),
        "active": sum(line.active for line in lines),
        "late": sum(line.late for line in lines),
        "directory": update_label(last_load()),
    }
    return render(request, "accounts/rpps/board.html", context)


@managers
@require_http_methods(["GET", "POST"])
def structure(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One structure: contract, people, managers; each form says what it does."""
    found = _structure(request, public_id)
    practices = selectors.practices_to_link(found)
    acts = {"contract": _set_contract, "person": _add_person, "manager": _name_manager, "unname": _end_manager}
    act = request.POST.get("act", "") if request.method == "POST" else ""
    if request.method == "POST" and act not in acts:
        raise NotFound
    contract = selectors.contract_of(found)
    forms: dict[str, Any] = {
        "contract": ContractForm(request.POST if act == "contract" else None, initial=_initial(contract)),
        "person": PersonForm(request.POST if act == "person" else None, practices=practices),
        "manager": ManagerForm(request.POST if act == "manager" else None),
    }
    if act:
        response = acts[act](request, found, forms)
        if response is not None:
            return response
    context = {
        "structure": found,
        "contract": contract,
        "forms": forms,
        "people": selectors.people_of(found),
        "closed": selectors.people_of(found, closed=True),
        "managers": selectors.managers_of(found) if can_administer_platform(acting(request)) else None,
    }
    return render(request, "accounts/rpps/structure.html", context, status=422 if act else 200)


def _initial(contract: Any) -> dict[str, Any]:
    names = ("state", "signed_on", "keeper_name", "keeper_contact", "keeper_card", "note")
    return {name: getattr(contract, name) for name in names} if contract else {"state": "aucun"}


def _attempt(form: Any, work: Callable[[], object]) -> bool:
    """Do the work of a valid form; False with the form's errors."""
    if not form.is_valid():
        return False
    try:
        work()
    except (Refused, NotFound):
        raise
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return False
    return True


def _set_contract(request: HttpRequest, found: Organization, forms: dict[str, Any]) -> HttpResponse | None:
    form = forms["contract"]
    work = lambda: services.set_contract(actor=acting(request), organization=found, **form.cleaned_data)  # noqa: E731
    return _done(request, found, "Contrat mis à jour.") if _attempt(form, work) else None


def _add_person(request: HttpRequest, found: Organization, forms: dict[str, Any]) -> HttpResponse | None:
    form = forms["person"]

    def work() -> object:
        person = services.NewRegistration(**form.cleaned_data)
        return services.add_registration(actor=acting(request), organization=found, person=person)

    return _done(request, found, "Personne ajoutée à la liste.") if _attempt(form, work) else None


def _name_manager(request: HttpRequest, found: Organization, forms: dict[str, Any]) -> HttpResponse | None:
    form = forms["manager"]

    def work() -> object:
        user = account_by_login(form.cleaned_data["login"])
        if user is None:
            raise DomainError("Aucun compte ne porte cet identifiant.", field="login")
        return services.name_manager(actor=acting(request), user=user, organization=found)

    return _done(request, found, "Gestionnaire nommé.") if _attempt(form, work) else None


def _end_manager(request: HttpRequest, found: Organization, forms: dict[str, Any]) -> HttpResponse | None:
    del forms
    user = account_by_login(request.POST.get("login", ""))
    if user is None:
        raise NotFound
    services.end_manager(actor=acting(request), user=user, organization=found)
    return _done(request, found, "Gestionnaire retiré.")


def _done(request: HttpRequest, found: Organization, text: str) -> HttpResponse:
    messages.success(request, text)
    return redirect("accounts:rpps-structure", public_id=found.public_id)


@managers
@require_http_methods(["GET", "POST"])
def person(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One person: the step that comes, the check of the number, the departure."""
    found = _registration(request, public_id)
    following = selectors.next_step(found)
    act = request.POST.get("act", "")
    form = StepForm(posted(request))
    if request.method == "POST" and _attempt(form, lambda: _act(request, found, act, form.cleaned_data)):
        messages.success(request, "Suivi mis à jour.")
        return redirect("accounts:rpps-person", public_id=found.public_id)
    context = {
        "person": found,
        "line": selectors.person_line(found),
        "next": following,
        "wants_number": following == Step.RECEIVED,
        "may_leave": found.step not in {Step.TO_CLOSE, Step.CLOSED},
        "form": form,
        "may_ask": national_directory() is not None,
        "directory": update_label(last_load()),
    }
    return render(request, "accounts/rpps/person.html", context, status=422 if request.method == "POST" else 200)


def _act(request: HttpRequest, found: RppsRegistration, act: str, values: dict[str, Any]) -> object:
    actor = acting(request)
    if act == "leave":
        return services.person_leaves(actor=actor, registration=found, on=values["on"])
    if act == "check":
        return services.check_number(actor=actor, registration=found)
    if act not in Step.values:
        raise NotFound
    return services.advance(actor=actor, registration=found, step=Step(act), on=values["on"], rpps=values["rpps"])


@managers
@require_POST
def export(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The list for the portal, as a file; a POST, so that taking it away is written in the journal."""
    found = _structure(request, public_id)
    rows = RppsRegistration.objects.filter(organization=found).order_by("family_name", "given_name", "pk")
    record("accounts.rpps.exported", action="R", object_type="organization", object_id=found.public_id,
           detail={"rows": len(rows)})  # fmt: skip
    response = HttpResponse(as_csv(rows), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="rpps-plus.csv"'
    return response
