"""A regional person, and what the cell undoes (STIC-9)."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pepites.access.policies import require
from pepites.common.errors import NotFound
from pepites.common.identifiers import is_regional_id
from pepites.common.views import actor_of, posted, status_of
from pepites.identity.views.base import attempt
from pepites.regional import policies, services
from pepites.regional.forms import ReasonForm
from pepites.regional.selectors import persons

REFUSED = "regional.link.refused"


@require_safe
def person(request: HttpRequest, irp: str) -> HttpResponse:
    """One regional person: its records, its links, what was separated from it."""
    actor = actor_of(request)
    require(policies.is_cell(actor), code=REFUSED)
    if not is_regional_id(irp):
        raise NotFound
    return render(request, "regional/person.html", {"page": persons.person_visible_to(actor, irp)})


@require_http_methods(["GET", "POST"])
def separate(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take one record out of its person; then the accesses made through the link are listed."""
    actor = actor_of(request)
    require(policies.is_cell(actor), code=REFUSED)
    form = ReasonForm(posted(request))
    if request.method == "POST" and form.is_valid():
        with attempt(form):
            done = services.unlink_record(actor=actor, record_public_id=public_id, reason=form.cleaned_data["reason"])
            return render(request, "regional/separated.html", {"done": persons.separation(done)})
    return _ask(request, form, persons.record_summary(public_id), "Séparer cette identité")


@require_http_methods(["GET", "POST"])
def undo(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Undo one act of linking as a whole."""
    actor = actor_of(request)
    require(policies.is_cell(actor), code=REFUSED)
    form = ReasonForm(posted(request))
    if request.method == "POST" and form.is_valid():
        with attempt(form):
            done = services.undo_link(actor=actor, link_public_id=public_id, reason=form.cleaned_data["reason"])
            return render(request, "regional/separated.html", {"done": persons.separation(done)})
    return _ask(request, form, persons.link_summary(public_id), "Défaire ce rapprochement")


@require_POST
def lift(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Lift « deux personnes »."""
    actor = actor_of(request)
    require(policies.is_cell(actor), code=REFUSED)
    form = ReasonForm(request.POST)
    irp = persons.irp_of_separation(public_id)
    if not form.is_valid():
        messages.warning(request, "Dites pourquoi cette décision est levée.")
        return redirect("regional:person", irp)
    services.lift_non_link(actor=actor, non_link_public_id=public_id, reason=form.cleaned_data["reason"])
    messages.success(request, "Décision levée : les deux identités peuvent de nouveau être rapprochées.")
    return redirect("regional:person", irp)


def _ask(request: HttpRequest, form: forms.Form, asked: dict[str, object], title: str) -> HttpResponse:
    return render(request, "regional/separate.html", asked | {"form": form, "title": title}, status=status_of(form))
