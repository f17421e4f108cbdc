"""Two persons in one file, and identity incidents: telling it from a file, the cell's own pages (RNIV-14, §2.7)."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pepites.access.policies import require
from pepites.common.errors import Conflict
from pepites.common.views import actor_of, posted, status_of
from pepites.identity import policies, services
from pepites.identity.collisions import selectors
from pepites.identity.collisions.service import REFUSED
from pepites.identity.enums import CollisionState, IncidentKind
from pepites.identity.forms_collisions import CloseForm, CollisionForm, IncidentForm, OtherForm, RuleForm
from pepites.identity.selectors import pages
from pepites.identity.views.base import attempt
from pepites.identity.views.person import person_context

_TABS = (("", "À traiter"), ("finies", "Réglées ou écartées"))


def _page_number(request: HttpRequest) -> int:
    text = request.GET.get("page", "1")
    return min(int(text), 500) if text.isdigit() and int(text) else 1


def _listing(request: HttpRequest, tabs: tuple[tuple[str, str], ...], *, more: bool) -> dict[str, Any]:
    state, page = request.GET.get("etat", ""), _page_number(request)
    return {
        "open": state == "",
        "tabs": [{"url": f"?etat={key}", "label": label, "active": key == state} for key, label in tabs],
        "previous": f"?etat={state}&page={page - 1}" if page > 1 else "",
        "next": f"?etat={state}&page={page + 1}" if more else "",
        "page_label": f"Page {page}",
    }


@require_http_methods(["GET", "POST"])
def tell(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """« Deux personnes dans ce dossier »: by whoever writes in it."""
    actor = actor_of(request)
    identity = pages.identity_for(actor, public_id, level=2)
    form = CollisionForm(posted(request))
    if form.is_bound and form.is_valid():
        try:
            with attempt(form):
                services.declare_collision(
                    actor=actor, patient_id=identity.patient_id, description=form.cleaned_data["description"]
                )
                messages.success(request, "C'est signalé : la cellule d'identitovigilance va regarder.")
                return redirect("identity:page", public_id)
        except Conflict as known:
            form.add_error(None, known.message)
    context = person_context(request, identity) | {"form": form}
    return render(request, "identity/collision_tell.html", context, status=status_of(form))


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Collisions to deal with, then those settled or dismissed."""
    open_only = request.GET.get("etat", "") == ""
    lines, more = selectors.collisions_visible_to(actor_of(request), open_only=open_only, page=_page_number(request))
    return render(request, "identity/collisions.html", _listing(request, _TABS, more=more) | {"lines": lines})


@require_safe
def page(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One collision: what was told, what may be done."""
    return _page(request, public_id)


@require_POST
def decide(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Proven or dismissed, by another than who told it."""
    form = RuleForm(request.POST)
    return _act(
        request, public_id, form,
        lambda: services.decide_collision(
            actor=actor_of(request), collision_id=public_id, proven=form.cleaned_data["decision"] == "averee",
            reason=form.cleaned_data["reason"],
        ),
        "rule_form",
    )  # fmt: skip


@require_POST
def other(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The file of the second person."""
    form = OtherForm(request.POST)
    return _act(
        request, public_id, form,
        lambda: services.give_other(
            actor=actor_of(request), collision_id=public_id, number=form.cleaned_data["number"]
        ),
        "other_form",
    )  # fmt: skip


@require_POST
def settle(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Everything is sorted."""
    form = forms.Form(request.POST)
    return _act(
        request, public_id, form,
        lambda: services.settle_collision(actor=actor_of(request), collision_id=public_id), "settle_form",
    )  # fmt: skip


def _act(request: HttpRequest, public_id: UUID, form: forms.Form, act: Any, name: str) -> HttpResponse:
    if form.is_valid():
        try:
            with attempt(form):
                act()
                messages.success(request, "C'est enregistré.")
                return redirect("identity:collision", public_id)
        except Conflict as refused:
            return _page(request, public_id, conflict=refused.message)
    return _page(request, public_id, bound={name: form})


def _page(
    request: HttpRequest, public_id: UUID, *, conflict: str = "", bound: dict[str, forms.Form] | None = None
) -> HttpResponse:
    shown = selectors.collision_visible_to(actor_of(request), public_id)
    context = {
        "page": shown, "conflict": conflict, "rule_form": RuleForm(), "other_form": OtherForm(),
        "wrong": next(iter((bound or {}).values()), None), "frozen": shown.collision.state == CollisionState.PROVEN,
    }  # fmt: skip
    status = 409 if conflict else 422 if bound else 200
    return render(request, "identity/collision.html", context | (bound or {}), status=status)


@require_http_methods(["GET", "POST"])
def incidents(request: HttpRequest) -> HttpResponse:
    """Identity incidents; declaring one."""
    actor = actor_of(request)
    open_only = request.GET.get("etat", "") == ""
    told, more = selectors.incidents_visible_to(actor, open_only=open_only, page=_page_number(request))
    form = IncidentForm(posted(request))
    if form.is_bound and form.is_valid():
        values = form.cleaned_data
        with attempt(form):
            services.tell_incident(
                actor=actor, kind=IncidentKind(values["kind"]), happened_on=values["happened_on"],
                description=values["description"], harm=values["harm"],
            )  # fmt: skip
            messages.success(request, "Événement déclaré.")
            return redirect("identity:incidents")
    context = _listing(request, (("", "Ouverts"), ("clos", "Clos")), more=more) | {"told": told, "form": form}
    return render(request, "identity/incidents.html", context, status=status_of(form))


@require_POST
def close_incident(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What was done about it."""
    require(policies.can_merge(actor_of(request)), code=REFUSED)
    form = CloseForm(request.POST)
    try:
        if form.is_valid():
            services.close_incident(
                actor=actor_of(request), incident_id=public_id, measures=form.cleaned_data["measures"]
            )
            messages.success(request, "Événement clos.")
        else:
            messages.warning(request, "Dites ce qui a été fait pour que cela ne se reproduise pas.")
    except Conflict as refused:
        messages.warning(request, refused.message)
    return redirect("identity:incidents")
