"""Preparing a plan: the draft, one small form an item, the publication."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html_join
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pepites.access.enums import Level
from pepites.audit.attempts import attempt
from pepites.common.actor import Actor
from pepites.common.clock import today
from pepites.common.errors import NotFound
from pepites.common.identifiers import new_uuid
from pepites.common.views import actor_of, identifier, posted, status_of, whole_number
from pepites.coordination.enums import MemberRole, MemberStatus
from pepites.coordination.forms import ReasonForm
from pepites.coordination.models import CarePlan, PlannedAction
from pepites.coordination.plan import selectors
from pepites.coordination.plan.content import EMPTY, compare
from pepites.coordination.plan.drafting import (
    add_item,
    change_item,
    change_referent,
    close_plan,
    may_write,
    remove_item,
)
from pepites.coordination.plan.enums import GoalResult, ItemKind, Priority
from pepites.coordination.plan.forms import ITEM_FORMS, ItemForm, PublishForm, ReferentForm
from pepites.coordination.plan.models import PlanItem
from pepites.coordination.plan.publishing import publish_plan
from pepites.coordination.plan.shown import shown
from pepites.coordination.plan.views import plan_page
from pepites.coordination.selectors.around import circle_visible_to
from pepites.coordination.views.base import found

ROLE = "role:"
REVIEW_AFTER = timedelta(days=182)
_ABOVE = {ItemKind.GOAL: ItemKind.CONCERN, ItemKind.ACTION: ItemKind.GOAL}
_ADD = {
    ItemKind.EXPECTATION: "Ajouter une attente",
    ItemKind.CONCERN: "Ajouter un problème",
    ItemKind.GOAL: "Ajouter un objectif",
    ItemKind.ACTION: "Ajouter une action",
}
_NEW: dict[str, Any] = {
    "author": "personne", "retained": True, "shared": True, "priority": Priority.MIDDLE, "result": GoalResult.ONGOING,
    "medical": True,
}  # fmt: skip


def _draft_page(request: HttpRequest, public_id: UUID) -> tuple[CarePlan, dict[str, Any]]:
    plan, context = plan_page(request, public_id, level=Level.FULL)
    may_write(actor_of(request), plan)
    context["back"] = reverse("coordination:plan-draft", args=[plan.public_id])
    return plan, context


@require_http_methods(["GET", "POST"])
def referent(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Hand the plan to another référent."""
    plan, context = _draft_page(request, public_id)
    actor = actor_of(request)
    members, _ = circle_visible_to(actor, plan.patient_id)
    able = {
        one.practice_id: f"{one.practice.professional.display_name}, {one.practice.organization.name}"
        for one in members
        if one.status == MemberStatus.ACTIVE and one.level == Level.FULL
    }
    own = {actor.practice_id or 0: f"{actor.professional_name} (moi)"}
    kept = {plan.referent_id: f"{plan.referent.professional.display_name}, {plan.referent.organization.name}"}
    form = ReferentForm(posted(request), members=list((kept | able | own).items()),
                        initial={"referent": plan.referent_id})  # fmt: skip
    if request.method == "POST" and form.is_valid():
        with attempt(form):
            change_referent(actor=actor, plan=plan, practice_id=form.cleaned_data["referent"])
        if not form.errors:
            messages.success(request, "Référent changé : la prochaine version publiée le dira.")
            return redirect(context["back"])
    context |= {
        "form": form,
        "title": "Changer de référent",
        "lead": "Le référent garantit le plan et sa révision.",
        "submit": "Enregistrer le référent",
    }
    return render(request, "coordination/act.html", context, status=status_of(form))


@require_GET
def draft(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The draft, with what may be added or changed."""
    plan, context = plan_page(request, public_id, level=Level.FULL)
    may_write(actor_of(request), plan)
    context["content"] = shown(selectors.draft_content(plan))
    return render(request, "coordination/plan/draft.html", context)


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, public_id: UUID, kind: str) -> HttpResponse:
    """A new item; an objective and an action name what they come under in ``?sous=``."""
    actor = actor_of(request)
    plan, context = _draft_page(request, public_id)
    kind = ItemKind(kind)
    parent = _parent(actor, plan, kind, request.GET.get("sous"))
    level = parent.level if parent else Level.SOCIAL
    form = ITEM_FORMS[kind](
        posted(request), owners=_owners(actor, plan.patient_id, level), initial=_NEW | {"cle": new_uuid()}
    )
    if request.method == "POST" and form.is_valid():
        with attempt(form):
            add_item(
                actor=actor, plan=plan, kind=kind, values=_values(form), parent=parent, key=form.cleaned_data["cle"]
            )
        if not form.errors:
            messages.success(request, "Ajouté au brouillon du plan.")
            return redirect(context["back"])
    context |= {"form": form, "title": _ADD[kind], "lead": parent.text if parent else "", "submit": "Enregistrer"}
    return render(request, "coordination/plan/item.html", context, status=status_of(form))


def _parent(actor: Actor, plan: CarePlan, kind: ItemKind, asked: str | None) -> PlanItem | None:
    if kind not in _ABOVE:
        return None
    key = identifier(asked)
    parent = selectors.item_visible_to(actor, _ABOVE[kind], key) if key else None
    if parent is None or parent.plan_id != plan.pk:
        raise NotFound
    return parent


@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, kind: str, public_id: UUID) -> HttpResponse:
    """Change an item; read on a version that is no longer the last, it is compared (interface §9)."""
    actor = actor_of(request)
    item = found(selectors.item_visible_to(actor, kind, public_id))
    plan, context = _draft_page(request, item.plan.public_id)
    owners = _owners(actor, plan.patient_id, item.level, item)
    form = ITEM_FORMS[kind](posted(request), owners=owners, initial=_initial(item))
    context |= {"form": form, "item": item, "kind": kind, "title": f"Modifier : {item.kind.label.lower()}"}
    context |= {"submit": "Enregistrer", "lead": ""}
    if request.method == "POST" and form.is_valid():
        read = form.cleaned_data["version"] or 0
        with attempt(form):
            change_item(actor=actor, item=item, values=_values(form), version=read)
        if not form.errors:
            messages.success(request, "Modifié dans le brouillon du plan.")
            return redirect(context["back"])
        if read != item.version:
            return _compare(request, item, form, read, context)
    return render(request, "coordination/plan/item.html", context, status=status_of(form))


def _compare(request: HttpRequest, item: PlanItem, form: ItemForm, read: int, context: dict[str, Any]) -> HttpResponse:
    former = selectors.former_item(item, read)
    labels = {name: str(field.label) for name, field in form.fields.items() if field.label}
    form.data = {**form.data.dict(), "version": str(item.version)}  # type: ignore[attr-defined]
    now_is = {name: getattr(item, name, "") for name in labels}
    context |= {
        "title": "Cet élément a changé entre-temps",
        "lead": "Ce que vous avez écrit est gardé ci-dessous. Comparez, puis enregistrez ce qui doit rester.",
        "compared": (("Avant", _lines(former, labels)), ("Version actuelle", _lines(now_is, labels))),
    }
    return render(request, "coordination/plan/item.html", context, status=409)


def _lines(values: Mapping[str, Any], labels: Mapping[str, str]) -> str:
    rows = ((label, values[name]) for name, label in labels.items() if values.get(name) not in (None, ""))
    words = ((label, {True: "oui", False: "non"}.get(value, value)) for label, value in rows)
    return format_html_join("", "<p><strong>{}</strong> {}</p>", words)


def _values(form: ItemForm) -> dict[str, Any]:
    values = {name: value for name, value in form.cleaned_data.items() if name not in ("cle", "version", "owner")}
    owner = form.cleaned_data.get("owner", "")
    if "owner" in form.fields:
        values["owner_role"] = owner.removeprefix(ROLE) if owner.startswith(ROLE) else ""
        values["owner_practice_id"] = whole_number(owner) or None
    return values


def _initial(item: PlanItem) -> dict[str, Any]:
    initial = {name: getattr(item, name) for name in ITEM_FORMS[item.kind].base_fields if hasattr(item, name)}
    if isinstance(item, PlannedAction):
        initial["owner"] = f"{ROLE}{item.owner_role}" if item.owner_role else str(item.owner_practice_id)
    return initial | {"medical": item.level >= Level.FULL}


def _owners(actor: Actor, patient_id: int, level: int, item: PlanItem | None = None) -> list[tuple[str, str]]:
    """Oneself, the members who may read the action, the roles they hold, the coordination."""
    members, _ = circle_visible_to(actor, patient_id)
    active = [one for one in members if one.status == MemberStatus.ACTIVE and one.level >= level]
    named = {str(actor.practice_id): "Moi"}
    for one in active:
        named.setdefault(str(one.practice_id), one.practice.professional.display_name)
    if isinstance(item, PlannedAction) and item.owner_practice:  # whoever left the circle stays named until changed
        named.setdefault(str(item.owner_practice_id), item.owner_practice.professional.display_name)
    held = {one.role for one in active} - {MemberRole.OTHER} | {MemberRole.COORDINATOR}
    if isinstance(item, PlannedAction) and item.owner_role:
        held.add(item.owner_role)
    roles = [(f"{ROLE}{role}", f"Rôle : {role.label.lower()}") for role in MemberRole if role in held]
    return [*named.items(), *roles]


@require_POST
def remove(request: HttpRequest, kind: str, public_id: UUID) -> HttpResponse:
    """Take an item out of the draft."""
    item = found(selectors.item_visible_to(actor_of(request), kind, public_id))
    _, context = _draft_page(request, item.plan.public_id)
    remove_item(actor=actor_of(request), item=item, version=whole_number(request.POST.get("version")))
    messages.success(request, "Retiré du brouillon du plan.")
    return redirect(context["back"])


@require_http_methods(["GET", "POST"])
def publish(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What changes for the circle, then the publication."""
    actor = actor_of(request)
    plan, context = _draft_page(request, public_id)
    members = [
        (one.practice_id, f"{one.practice.professional.display_name} ({one.get_role_display().lower()})")
        for one in circle_visible_to(actor, plan.patient_id)[0]
        if one.status == MemberStatus.ACTIVE
    ]
    first = {"cle": new_uuid(), "revision": plan.revision, "review_on": today() + REVIEW_AFTER}
    form = PublishForm(posted(request), members=members, initial=first)
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        with attempt(form):
            publish_plan(actor=actor, plan=plan, key=data.pop("cle"), **data)
        if not form.errors:
            messages.success(request, f"Plan publié, version {plan.published} : le cercle est prévenu.")
            return redirect(f"{reverse('coordination:plan', args=[plan.patient.public_id])}?plan={plan.public_id}")
    last = selectors.version_visible_to(actor, plan, plan.published)
    before = selectors.contents_of([last])[last.number] if last else EMPTY
    context |= {"form": form, "changes": compare(before, selectors.draft_content(plan)), "number": plan.published + 1}
    status = status_of(form)
    if form.is_bound and whole_number(form.data.get("revision")) not in (0, plan.revision):
        sent = request.POST.copy()
        sent["revision"], status = str(plan.revision), 409  # what changed since is the page shown now
        form.data = sent
    return render(request, "coordination/plan/publish.html", context, status=status)


@require_http_methods(["GET", "POST"])
def close(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """End a plan with its reason."""
    plan, context = _draft_page(request, public_id)
    form = ReasonForm(posted(request))
    if request.method == "POST" and form.is_valid():
        with attempt(form):
            close_plan(actor=actor_of(request), plan=plan, reason=form.cleaned_data["reason"])
        if not form.errors:
            messages.success(request, "Plan clos.")
            return redirect("coordination:plan", plan.patient.public_id)
    context |= {
        "form": form,
        "title": "Clore le plan",
        "lead": "Ses tâches ouvertes sont annulées ; ses versions restent lisibles.",
        "submit": "Clore le plan",
        "danger": True,
    }
    return render(request, "coordination/act.html", context, status=status_of(form))
