"""The plan of each network: its version in force, else its draft, cut by the reader's level like the screen."""

import textwrap
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.conf import settings

from pepites.common.actor import Actor
from pepites.coordination.enums import Recurrence
from pepites.coordination.models import CarePlan, PlannedAction, PlanVersion
from pepites.coordination.plan.content import actions_of, goals_of
from pepites.coordination.plan.enums import (
    ActionState,
    ActionType,
    ConcernDomain,
    ExpectationAuthor,
    GoalResult,
    PlanState,
)
from pepites.coordination.plan.selectors import contents_of, draft_content
from pepites.fhir.exports.people import People
from pepites.fhir.mappers import guides as g
from pepites.fhir.mappers.parts import Code, Ident, Json, Ref, Span, moment
from pepites.fhir.mappers.plans import Action, Objective, Plan, Problem, to_care_plan, to_condition, to_goal, to_task
from pepites.patients.models import Patient

TITLE = "Plan personnalisé de coordination en santé"
_PLAN = {PlanState.DRAFT: "draft", PlanState.CLOSED: "completed"}  # in force otherwise
_GOAL = {
    GoalResult.ONGOING: ("active", "in-progress"), GoalResult.REACHED: ("completed", "achieved"),
    GoalResult.PARTIAL: ("completed", "improving"), GoalResult.ABANDONED: ("cancelled", "not-attainable"),
    GoalResult.UNREALISED: ("cancelled", "not-achieved"),
}  # fmt: skip
_TASK = {
    ActionState.TODO: "requested", ActionState.DOING: "in-progress", ActionState.DONE: "completed",
    ActionState.DROPPED: "cancelled",
}  # fmt: skip


def plan_resources(actor: Actor, patient: Patient, subject: Ref, people: People, circle: Ref) -> Iterator[Json]:
    """CarePlan, Condition, Goal and Task of each plan."""
    del actor
    plans = list(
        CarePlan.objects.filter(patient_id__same_person=patient.pk)
        .select_related("referent__professional", "referent__organization")
        .order_by("id")
    )
    for plan in plans:
        yield from _Shown(plan, subject, people, circle).resources()


class _Shown:
    """One plan, its content and where it leads."""

    def __init__(self, plan: CarePlan, subject: Ref, people: People, circle: Ref) -> None:
        self.plan, self.subject, self.people, self.circle = plan, subject, people, circle
        version = PlanVersion.objects.filter(plan=plan, number=plan.published).first()
        self.content = contents_of([version])[version.number] if version else draft_content(plan)
        owned = PlannedAction.objects.filter(plan=plan).select_related(
            "owner_practice__professional", "owner_practice__organization"
        )
        self.live = {str(one.public_id): one for one in owned}
        self.me = Ref.to("CarePlan", plan.public_id)
        self.tddui = settings.PEPITES_FHIR_TDDUI

    def resources(self) -> Iterator[Json]:
        yield self._plan()
        for wish in self.content["expectations"]:
            yield to_goal(self._wish(wish), tddui=self.tddui)
        for concern in self.content["concerns"]:
            yield to_condition(self._problem(concern))
        for concern, goal in goals_of(self.content):
            yield to_goal(self._goal(concern, goal), tddui=self.tddui)
            for action in goal["actions"]:
                yield to_task(self._action(goal, action), tddui=self.tddui)

    def _plan(self) -> Json:
        one, content = self.plan, self.content
        goals = [*content["expectations"], *(goal for _, goal in goals_of(content))]
        return to_care_plan(
            Plan(
                id=str(one.public_id), subject=self.subject, title=TITLE,
                status=_PLAN.get(PlanState(one.state), "active"), idents=(Ident.of(one.public_id),),
                span=Span(moment(one.created_at)), created=moment(one.created_at),
                author=self.people.role(one.referent), circle=self.circle,
                problems=tuple(_ref("Condition", held) for held in content["concerns"] if held["retained"]),
                goals=tuple(_ref("Goal", held) for held in goals),
                actions=tuple(_ref("Task", held) for held in actions_of(content)),
            )
        )  # fmt: skip

    def _title(self, one: dict[str, Any]) -> str:
        """TDDUI wants a title; the house has one text: its first words."""
        return textwrap.shorten(one["text"], 80, placeholder="…") if self.tddui else ""

    def _wish(self, one: dict[str, Any]) -> Objective:
        author = ExpectationAuthor(one["author"])
        said_by = self.subject if author is ExpectationAuthor.PERSON else Ref(display=str(author.label))
        return Objective(
            id=one["uid"], subject=self.subject, text=one["text"], status="active", idents=_idents(one),
            title=self._title(one), plan=self.me, said_by=said_by, wish=True,
        )  # fmt: skip

    def _problem(self, one: dict[str, Any]) -> Problem:
        domain = ConcernDomain(one["domain"])
        return Problem(
            id=one["uid"], subject=self.subject, text=one["text"], priority=one["priority"], reason=one["reason"],
            domain=Code(g.house("domaine"), domain.value, str(domain.label)), retained=one["retained"],
        )  # fmt: skip

    def _goal(self, concern: dict[str, Any], one: dict[str, Any]) -> Objective:
        result = GoalResult(one["result"])
        status, achieved = _GOAL[result]
        return Objective(
            id=one["uid"], subject=self.subject, text=one["text"], status=status, idents=_idents(one),
            title=self._title(one), plan=self.me, problems=(_ref("Condition", concern),), due=one["horizon"],
            achievement=Code(g.ACHIEVEMENT, achieved), reason=one["reason"],
            said_by=self.subject if one["shared"] else Ref(),
        )  # fmt: skip

    def _action(self, goal: dict[str, Any], one: dict[str, Any]) -> Action:
        live = self.live.get(one["uid"])
        owner = self.people.role(live.owner_practice) if live else Ref()
        kind = ActionType(one["type"])
        return Action(
            id=one["uid"], text=one["text"], status=_TASK[ActionState(live.state if live else one["state"])],
            subject=self.subject, idents=_idents(one), title=self._title(one), plans=(self.me,),
            goal=_ref("Goal", goal), owner=owner or Ref(display=one["owner"]), span=Span(one["start_on"]),
            type=Code(g.house("action"), kind.value, str(kind.label)), due=one["due_on"],
            outcome=live.outcome if live else one["outcome"],
            rule=f"FREQ={one['frequency']}" if one["frequency"] != Recurrence.NONE else "",
        )  # fmt: skip


def _ref(kind: str, one: dict[str, Any]) -> Ref:
    return Ref.to(kind, one["uid"])


def _idents(one: dict[str, Any]) -> tuple[Ident, ...]:
    return (Ident.of(UUID(one["uid"])),)
