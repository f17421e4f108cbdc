"""Reading plans; row-level security leaves out what the reader's level does not open."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from pepites.common.actor import Actor
from pepites.common.clock import today
from pepites.coordination.enums import OPEN_TASK
from pepites.coordination.models import (
    CarePlan,
    Concern,
    Expectation,
    Goal,
    PlannedAction,
    PlanSignature,
    PlanValidation,
    PlanVersion,
    PlanVersionPart,
)
from pepites.coordination.plan.content import EMPTY, Content, merged
from pepites.coordination.plan.enums import PlanState
from pepites.coordination.plan.models import ITEM_MODELS, PlanItem

_PRACTICE = ("author__professional", "author__organization")


def plans_visible_to(actor: Actor, patient_id: int) -> list[CarePlan]:
    """Plans of a person, open ones first, the last made ahead."""
    del actor
    found = CarePlan.objects.filter(patient_id__same_person=patient_id).select_related(
        "network", "referent__professional", "referent__organization"
    )
    return sorted(found.order_by("-created_at"), key=lambda plan: plan.state == PlanState.CLOSED)


def plan_visible_to(actor: Actor, public_id: UUID) -> CarePlan | None:
    """One plan."""
    del actor
    return (
        CarePlan.objects.filter(public_id=public_id)
        .select_related("network", "patient", "referent__professional", "referent__organization")
        .first()
    )


def item_visible_to(actor: Actor, kind: str, public_id: UUID) -> PlanItem | None:
    """One item of a plan, still in it."""
    del actor
    model = ITEM_MODELS.get(kind)
    if model is None:
        return None
    found = model.rows().filter(public_id=public_id, removed=False)
    return found.select_related("plan__patient", "plan__network").first()


def former_item(item: PlanItem, version: int) -> dict[str, Any]:
    """The item as it was at that version, from its history; nothing when it never was."""
    events = type(item).pgh_event_model  # type: ignore[attr-defined]
    found = events.objects.filter(pgh_obj_id=item.pk, version=version).order_by("-pgh_id").values().first()
    return dict(found or {})


def draft_content(plan: CarePlan) -> Content:
    """What the draft says, for the reader's level: four queries, whatever it holds."""
    actions: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for action in PlannedAction.objects.filter(plan=plan, removed=False).select_related(
        "owner_practice__professional"
    ).order_by("due_on", "id"):  # fmt: skip
        actions[action.goal_id].append(_action(action))
    goals: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for goal in Goal.objects.filter(plan=plan, removed=False).order_by("id"):
        goals[goal.concern_id].append(_goal(goal, actions[goal.pk]))
    return merged(
        [
            {
                "expectations": [
                    {"uid": str(one.public_id), "author": one.author, "text": one.text}
                    for one in Expectation.objects.filter(plan=plan, removed=False).order_by("id")
                ],
                "concerns": [_concern(one, goals[one.pk]) for one in Concern.objects.filter(plan=plan, removed=False)],
            }
        ]
    )


def _concern(one: Concern, goals: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "uid": str(one.public_id), "level": one.level, "domain": one.domain, "text": one.text,
        "priority": one.priority, "retained": one.retained, "reason": one.reason, "goals": goals,
    }  # fmt: skip


def _goal(one: Goal, actions: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "uid": str(one.public_id), "text": one.text, "horizon": _iso(one.horizon), "shared": one.shared,
        "result": one.result, "reason": one.reason, "actions": actions,
    }  # fmt: skip


def _action(one: PlannedAction) -> dict[str, Any]:
    owner = one.owner_practice.professional.display_name if one.owner_practice else one.get_owner_role_display()
    return {
        "uid": str(one.public_id), "text": one.text, "type": one.type, "owner": owner, "start_on": _iso(one.start_on),
        "due_on": _iso(one.due_on), "frequency": one.frequency, "state": one.state, "outcome": one.outcome,
    }  # fmt: skip


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def versions_visible_to(actor: Actor, plan: CarePlan) -> list[PlanVersion]:
    """Published versions, the last first."""
    del actor
    return list(PlanVersion.objects.filter(plan=plan).select_related(*_PRACTICE).order_by("-number"))


def version_visible_to(actor: Actor, plan: CarePlan, number: int) -> PlanVersion | None:
    """One published version."""
    del actor
    return PlanVersion.objects.filter(plan=plan, number=number).select_related(*_PRACTICE).first()


def contents_of(versions: Iterable[PlanVersion]) -> dict[int, Content]:
    """What each version says to the reader, by number; a problem marked medical since then is hidden there too."""
    asked = {version.pk: version for version in versions}
    if not asked:
        return {}
    plan_ids = {version.plan_id for version in asked.values()}
    readable = {str(uid) for uid in Concern.objects.filter(plan_id__in=plan_ids).values_list("public_id", flat=True)}
    parts: dict[int, list[Content]] = defaultdict(list)
    for part in PlanVersionPart.objects.filter(version_id__in=asked).order_by("level"):
        kept = [one for one in part.content["concerns"] if one["uid"] in readable]
        parts[part.version_id].append({"expectations": part.content["expectations"], "concerns": kept})
    return {version.number: merged(parts[pk]) if parts[pk] else EMPTY for pk, version in asked.items()}


@dataclass(frozen=True, slots=True)
class LiveAction:
    """Where an action of the version in force stands today."""

    state: str
    task: UUID | None
    outcome: str


def live_actions(plan: CarePlan) -> dict[str, LiveAction]:
    """Today's state of the actions, by identifier; ``task`` when it may be ticked."""
    return {
        str(one.public_id): LiveAction(
            one.state, one.task.public_id if one.task and one.task.state in OPEN_TASK else None, one.outcome
        )
        for one in PlannedAction.objects.filter(plan=plan).select_related("task")
    }


def validations_of(version: PlanVersion) -> list[PlanValidation]:
    """Who was named to validate a version, and who did."""
    return list(
        PlanValidation.objects.filter(version=version)
        .select_related("practice__professional", "practice__organization", "task")
        .order_by("practice__professional__sort_key")
    )


def signatures_of(version: PlanVersion) -> list[PlanSignature]:
    """Agreements of the person and of those who speak for them."""
    found = PlanSignature.objects.filter(version=version).select_related("collected_by__professional")
    return list(found.order_by("signed_at"))


def to_revise(plan: CarePlan) -> bool:
    """Its revision date is passed: the plan shows « à réviser »."""
    return bool(plan.state != PlanState.CLOSED and plan.review_on and plan.review_on < today())
