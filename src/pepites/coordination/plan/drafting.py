"""The draft of a plan: opened, changed item by item, closed (HAS 2019: identify, prioritise, negotiate, plan)."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F, Model, Q

from pepites.access.enums import Level
from pepites.access.policies import require
from pepites.access.selectors import standing_level_on
from pepites.audit.idempotency import once
from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.clock import now
from pepites.common.errors import Conflict, DomainError
from pepites.coordination.enums import OPEN_TASK, FilKind, MemberStatus, PathwayStatus, TaskKind
from pepites.coordination.models import (
    CarePlan,
    CareTeamMember,
    Concern,
    Goal,
    Pathway,
    PlannedAction,
    PlanValidation,
    Task,
)
from pepites.coordination.plan import policies
from pepites.coordination.plan.enums import CARE_DOMAINS, TEXT_LENGTH, UNMET, ItemKind, PlanState
from pepites.coordination.plan.models import ITEM_MODELS, PlanItem
from pepites.coordination.services.fil import write_fil
from pepites.coordination.services.tasks import cancel_task
from pepites.identity.services import refuse_frozen

CODE = "coordination.plan.refused"
STALE = "Cet élément a changé entre-temps : comparez, puis enregistrez de nouveau."
_PARENT = {ItemKind.GOAL: "concern", ItemKind.ACTION: "goal"}
_FIELDS: dict[str, tuple[str, ...]] = {
    ItemKind.EXPECTATION: ("text", "author"),
    ItemKind.CONCERN: ("text", "domain", "priority", "retained", "reason"),
    ItemKind.GOAL: ("text", "horizon", "shared", "result", "reason"),
    ItemKind.ACTION: (
        "text", "type", "owner_practice_id", "owner_role", "start_on", "due_on", "frequency", "outcome",
    ),
}  # fmt: skip


def open_plan(*, actor: Actor, patient_id: int, network_id: int, key: UUID | None = None) -> CarePlan:
    """Begin the plan of a person in a network that follows them; the actor is its *référent*.

    The plan already open in that network is given back.
    """
    require(policies.can_write_plan(actor, standing_level_on(patient_id)), code=CODE, subjects=(patient_id,))
    refuse_frozen(patient_id)
    referent_id = actor.practice_id
    assert referent_id is not None
    followed = Pathway.objects.filter(patient_id__same_person=patient_id, network_id=network_id)
    if not followed.exclude(status=PathwayStatus.CLOSED).exists():
        raise DomainError("Aucun parcours ouvert dans ce réseau : ouvrez-le d'abord.", field="network")

    def write() -> dict[str, object]:
        try:
            with transaction.atomic():
                plan = CarePlan.objects.create(
                    patient_id=patient_id, network_id=network_id, referent_id=referent_id,
                    created_by_id=actor.practice_id, created_at=now(), updated_at=now(),
                )  # fmt: skip
        except IntegrityError:
            open_one = ~Q(state=PlanState.CLOSED)
            return {"id": CarePlan.objects.get(open_one, patient_id=patient_id, network_id=network_id).pk}
        journal("coordination.plan.opened", plan, "C")
        return {"id": plan.pk}

    asked = {"patient": patient_id, "network": network_id}
    return CarePlan.objects.get(pk=int(str(once(actor, key, asked, write)["id"])))


def change_referent(*, actor: Actor, plan: CarePlan, practice_id: int) -> None:
    """Hand the plan to a member of the circle who reads all of it, or take it oneself; the next version says so."""
    may_write(actor, plan)
    refuse_frozen(plan.patient_id)
    if practice_id == plan.referent_id:
        return
    able = CareTeamMember.objects.filter(
        patient_id__same_person=plan.patient_id, practice_id=practice_id, status=MemberStatus.ACTIVE, level=Level.FULL
    )
    if practice_id != actor.practice_id and not able.exists():
        raise DomainError("Choisissez un membre du cercle qui lit le dossier complet.", field="referent")
    CarePlan.objects.filter(pk=plan.pk).update(referent_id=practice_id)
    _touch(plan)
    journal("coordination.plan.changed", plan)


def add_item(
    *,
    actor: Actor,
    plan: CarePlan,
    kind: ItemKind | str,
    values: Mapping[str, Any],
    parent: PlanItem | None = None,
    key: UUID | None = None,
) -> PlanItem:
    """Add an item to the draft; an objective goes under a problem, an action under an objective."""
    may_write(actor, plan)
    refuse_frozen(plan.patient_id)
    kind = ItemKind(kind)
    _check_parent(kind, plan, parent)
    kept = _checked(kind, values)
    level = _level(kind, values, parent)

    def write() -> dict[str, object]:
        above = {_PARENT[kind]: parent} if kind in _PARENT else {}
        item = ITEM_MODELS[kind].rows().create(
            plan=plan, patient_id=plan.patient_id, level=level, created_by_id=actor.practice_id, created_at=now(),
            **kept, **above,
        )  # fmt: skip
        _touch(plan)
        journal("coordination.plan.changed", plan)
        return {"id": item.pk}

    asked = {"plan": plan.pk, "kind": kind, "parent": parent and parent.pk, **kept}
    return ITEM_MODELS[kind].rows().get(pk=int(str(once(actor, key, asked, write)["id"])))


def change_item(*, actor: Actor, item: PlanItem, values: Mapping[str, Any], version: int) -> PlanItem:
    """Change an item of the draft; ``version`` is the one that was read. Raises ``Conflict`` when it is not current.

    Marking a problem medical, or no longer, moves its objectives and actions with it.
    """
    may_write(actor, item.plan)
    kept = _checked(item.kind, values)
    level = _level(item.kind, values, None) if item.kind is ItemKind.CONCERN else item.level
    if not kept.get("retained", True) and Goal.objects.filter(concern_id=item.pk, removed=False).exists():
        raise DomainError("Ce problème a des objectifs : retirez-les avant de ne plus le retenir.", field="retained")
    found = type(item).rows().filter(pk=item.pk, version=version, removed=False)
    if not found.update(version=version + 1, level=level, **kept):
        raise Conflict(STALE)
    if level != item.level:
        Goal.objects.filter(concern_id=item.pk).update(level=level)
        PlannedAction.objects.filter(goal__concern_id=item.pk).update(level=level)
        if level == Level.FULL:
            _neutral_tasks(item.pk)
    _touch(item.plan)
    journal("coordination.plan.changed", item.plan)
    item.refresh_from_db()
    return item


def remove_item(*, actor: Actor, item: PlanItem, version: int) -> None:
    """Take an item out of the draft, with what is under it; versions already published keep it."""
    may_write(actor, item.plan)
    found = type(item).rows().filter(pk=item.pk, version=version, removed=False)
    if not found.update(removed=True, version=version + 1):
        raise Conflict(STALE)
    if isinstance(item, Concern):
        Goal.objects.filter(concern=item, removed=False).update(removed=True, version=F("version") + 1)
        PlannedAction.objects.filter(goal__concern=item, removed=False).update(removed=True, version=F("version") + 1)
    elif isinstance(item, Goal):
        PlannedAction.objects.filter(goal=item, removed=False).update(removed=True, version=F("version") + 1)
    _touch(item.plan)
    journal("coordination.plan.changed", item.plan)


def close_plan(*, actor: Actor, plan: CarePlan, reason: str) -> CarePlan:
    """End a plan with its reason; its open tasks are cancelled, its versions stay readable."""
    may_write(actor, plan)
    if not reason.strip():
        raise DomainError("Dites pourquoi le plan est clos.", field="reason")
    _close(actor, plan, reason)
    return plan


def close_plans_of(*, actor: Actor, patient_id: int, reason: str) -> None:
    """End the plans of a person who takes back the agreement to share: whoever writes it down need not write plans."""
    for plan in CarePlan.objects.filter(patient_id__same_person=patient_id).exclude(state=PlanState.CLOSED):
        _close(actor, plan, reason)
    # Those of medical problems too, that a reader of the social level cannot tie to their action.
    for task in Task.objects.filter(patient_id__same_person=patient_id, kind=TaskKind.PLAN, state__in=OPEN_TASK):
        cancel_task(actor=actor, task=task, reason="Plan clos")


def _close(actor: Actor, plan: CarePlan, reason: str) -> None:
    done = CarePlan.objects.filter(pk=plan.pk).exclude(state=PlanState.CLOSED).update(
        state=PlanState.CLOSED, closed_reason=reason.strip()[:200], updated_at=now()
    )  # fmt: skip
    if not done:
        raise Conflict("Ce plan a déjà été clos.")
    waiting = Q(planned__plan=plan) | Q(pk__in=PlanValidation.objects.filter(version__plan=plan).values("task_id"))
    for task in Task.objects.filter(waiting, state__in=OPEN_TASK):
        cancel_task(actor=actor, task=task, reason="Plan clos")
    plan.refresh_from_db()
    journal("coordination.plan.closed", plan)
    write_fil(
        actor=actor, patient_id=plan.patient_id, kind=FilKind.PLAN, title="Plan de coordination clos",
        object_id=plan.public_id,
    )  # fmt: skip


def may_write(actor: Actor, plan: CarePlan) -> None:
    """Raise ``Refused`` for whoever may not write the plan, an emergency reader among them, or when it is closed."""
    decision = policies.can_write_plan(actor, standing_level_on(plan.patient_id), plan.state)
    require(decision, code=CODE, subjects=(plan.patient_id,), object_type="plan", object_id=plan.public_id)


def journal(code: str, plan: CarePlan, action: str = "U") -> None:
    """One line of the journal about a plan."""
    record(code, action=action, subjects=(plan.patient_id,), object_type="plan", object_id=plan.public_id)


def _touch(plan: CarePlan) -> None:
    state = PlanState.REVISED if plan.published else PlanState.DRAFT
    CarePlan.objects.filter(pk=plan.pk).update(revision=F("revision") + 1, state=state, updated_at=now())


def _neutral_tasks(concern_id: int) -> None:
    """Tasks are read at the social level: those of a problem marked medical no longer say what they are."""
    Task.objects.filter(planned__goal__concern_id=concern_id).update(title=NEUTRAL, detail="")


NEUTRAL = "Action du plan, réservée aux soignants"


def _check_parent(kind: ItemKind, plan: CarePlan, parent: PlanItem | None) -> None:
    expected: type[Model] | None = {ItemKind.GOAL: Concern, ItemKind.ACTION: Goal}.get(kind)
    if expected is None:
        return
    if not isinstance(parent, expected) or parent.plan_id != plan.pk or parent.removed:
        raise DomainError("Choisissez le problème ou l'objectif de ce plan auquel cet élément se rattache.")
    if isinstance(parent, Concern) and not parent.retained:
        raise DomainError("Ce problème n'est pas retenu : retenez-le d'abord pour lui donner un objectif.")


def _level(kind: ItemKind, values: Mapping[str, Any], parent: PlanItem | None) -> int:
    """A problem marked medical is for carers; the mark means nothing outside the two domains of care (§2.4-4)."""
    if kind is ItemKind.CONCERN:
        return Level.FULL if values.get("medical") and values.get("domain") in CARE_DOMAINS else Level.SOCIAL
    return parent.level if parent is not None else Level.SOCIAL


def _checked(kind: ItemKind, values: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: values[name] for name in _FIELDS[kind] if name in values}
    kept["text"] = str(kept.get("text", "")).strip()
    if not kept["text"]:
        raise DomainError("Écrivez le texte.", field="text")
    if len(kept["text"]) > TEXT_LENGTH:
        raise DomainError(f"Ce texte dépasse {TEXT_LENGTH} caractères : raccourcissez-le.", field="text")
    kept |= {name: str(kept[name]).strip()[:300] for name in ("reason", "outcome") if name in kept}
    if kind is ItemKind.CONCERN and not kept.get("retained", True) and not kept.get("reason"):
        raise DomainError("Dites pourquoi ce problème n'est pas retenu.", field="reason")
    if kind is ItemKind.GOAL and kept.get("result") in UNMET and not kept.get("reason"):
        raise DomainError("Dites pourquoi cet objectif n'est pas réalisé.", field="reason")
    if kind is ItemKind.ACTION:
        _check_action(kept)
    return kept


def _check_action(kept: Mapping[str, Any]) -> None:
    if bool(kept.get("owner_practice_id")) == bool(kept.get("owner_role")):
        raise DomainError("Choisissez qui se charge de cette action.", field="owner")
    if kept.get("frequency") and not kept.get("due_on"):
        raise DomainError("Une action qui revient a besoin d'une première échéance.", field="due_on")
    if kept.get("start_on") and kept.get("due_on") and kept["due_on"] < kept["start_on"]:
        raise DomainError("L'échéance ne peut pas précéder le début.", field="due_on")
