"""The plan (coordination §1.6) as CarePlan, Condition, Goal and Task, in the shape of TDDUI (§3.6).

``tddui``: whether the profiles and the coded parts that the note leaves to verify are worn.
"""

from dataclasses import dataclass

from pepites.fhir.mappers import guides as g
from pepites.fhir.mappers.parts import (
    NO_REF,
    NO_SPAN,
    Code,
    Ident,
    Json,
    Ref,
    Span,
    codes_of,
    coding,
    concept,
    dicts,
    extension_of,
    filled,
    identifiers,
    idents_of,
    meta,
    part,
    period,
    ref_of,
    reference,
    references,
    refs_of,
    span_of,
    text,
)

TITLE = "titreObjectif"


@dataclass(frozen=True, slots=True)
class Support:
    """What a plan leans on; ``role`` tells the agreement of the person from that of the structure."""

    ref: Ref
    role: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan and what it holds."""

    id: str
    subject: Ref
    title: str
    status: str
    idents: tuple[Ident, ...] = ()
    span: Span = NO_SPAN
    created: str = ""
    author: Ref = NO_REF
    circle: Ref = NO_REF
    problems: tuple[Ref, ...] = ()
    goals: tuple[Ref, ...] = ()
    actions: tuple[Ref, ...] = ()
    supports: tuple[Support, ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem or an unmet need; ``reason`` says why it was not retained."""

    id: str
    subject: Ref
    text: str
    domain: Code
    priority: int
    retained: bool = True
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Objective:
    """An objective, or what the person hopes for (``wish``), in whose words."""

    id: str
    subject: Ref
    text: str
    status: str
    idents: tuple[Ident, ...] = ()
    title: str = ""
    plan: Ref = NO_REF
    problems: tuple[Ref, ...] = ()
    achievement: Code | None = None
    due: str = ""
    reason: str = ""
    said_by: Ref = NO_REF
    wish: bool = False


@dataclass(frozen=True, slots=True)
class Action:
    """An action of a plan."""

    id: str
    text: str
    status: str
    subject: Ref = NO_REF
    idents: tuple[Ident, ...] = ()
    title: str = ""
    plans: tuple[Ref, ...] = ()
    goal: Ref = NO_REF
    owner: Ref = NO_REF
    type: Code | None = None
    span: Span = NO_SPAN
    due: str = ""
    rule: str = ""
    outcome: str = ""


def to_care_plan(one: Plan) -> Json:
    """The plan; its version in force when it has one."""
    return filled({
        "resourceType": "CarePlan", "id": one.id, "meta": meta(g.CARE_PLAN), "identifier": identifiers(one.idents),
        "status": one.status, "intent": "plan", "title": one.title, "subject": reference(one.subject),
        "period": period(one.span), "created": one.created, "author": reference(one.author),
        "careTeam": references([one.circle]), "addresses": references(one.problems),
        "supportingInfo": [_support(held) for held in one.supports], "goal": references(one.goals),
        "activity": [{"reference": reference(held)} for held in one.actions],
    })  # fmt: skip


def _support(one: Support) -> Json:
    if not one.role:
        return reference(one.ref)
    said = {"url": g.DISCRIMINATOR, "valueCodeableConcept": concept(Code(g.DISCRIMINATORS, one.role))}
    return {"extension": [said]} | reference(one.ref)


def from_care_plan(resource: Json) -> Plan:
    """The plan of a resource."""
    return Plan(
        id=text(resource, "id"), subject=ref_of(resource.get("subject")), title=text(resource, "title"),
        status=text(resource, "status"), idents=idents_of(resource.get("identifier")),
        span=span_of(resource.get("period")), created=text(resource, "created"),
        author=ref_of(resource.get("author")), circle=next(iter(refs_of(resource.get("careTeam"))), Ref()),
        problems=refs_of(resource.get("addresses")), goals=refs_of(resource.get("goal")),
        actions=tuple(ref for held in dicts(resource.get("activity")) if (ref := ref_of(held.get("reference")))),
        supports=tuple(Support(ref_of(held), _role(held)) for held in dicts(resource.get("supportingInfo"))),
    )  # fmt: skip


def _role(held: Json) -> str:
    codes = codes_of(extension_of(held, g.DISCRIMINATOR).get("valueCodeableConcept"))
    return next((code.code for code in codes if code.system == g.DISCRIMINATORS), "")


def to_condition(one: Problem) -> Json:
    """A problem; one that was not retained is told inactive, with its reason (HAS, part 4)."""
    category = [concept(Code(g.CONDITION_CATEGORY, "problem-list-item")), concept(one.domain)]
    return filled({
        "resourceType": "Condition", "id": one.id,
        "extension": [{"url": g.extension("priority"), "valueInteger": one.priority}],
        "clinicalStatus": concept(Code(g.CONDITION_CLINICAL, "active" if one.retained else "inactive")),
        "category": category, "code": {"text": one.text}, "subject": reference(one.subject),
        "note": [{"text": one.reason}] if one.reason else [],
    })  # fmt: skip


def to_goal(one: Objective, *, tddui: bool = True) -> Json:
    """An objective. The title that TDDUI asks for is a coded note."""
    plan = [{"url": g.GOAL_PLAN, "valueReference": reference(one.plan)}] if tddui and one.plan else []
    title = {"extension": [{"url": g.GOAL_NOTE, "valueCode": TITLE}], "text": one.title}
    return filled({
        "resourceType": "Goal", "id": one.id,
        "meta": meta(g.EXPECTATION if one.wish else g.GOAL) if tddui else {}, "extension": plan,
        "identifier": identifiers(one.idents), "lifecycleStatus": one.status,
        "achievementStatus": concept(one.achievement) if one.achievement else {},
        "description": {"text": one.text}, "subject": reference(one.subject),
        "target": [{"dueDate": one.due}] if one.due else [], "statusReason": one.reason,
        "expressedBy": reference(one.said_by), "addresses": references(one.problems),
        "note": [title] if tddui and one.title else [],
    })  # fmt: skip


def from_goal(resource: Json) -> Objective:
    """The objective of a resource."""
    titles = [
        text(note, "text")
        for note in dicts(resource.get("note"))
        if extension_of(note, g.GOAL_NOTE).get("valueCode") == TITLE
    ]
    achieved = codes_of(resource.get("achievementStatus"))
    return Objective(
        id=text(resource, "id"), subject=ref_of(resource.get("subject")),
        text=text(part(resource.get("description")), "text"), status=text(resource, "lifecycleStatus"),
        idents=idents_of(resource.get("identifier")), title=titles[0] if titles else "",
        plan=ref_of(extension_of(resource, g.GOAL_PLAN).get("valueReference")),
        problems=refs_of(resource.get("addresses")), achievement=achieved[0] if achieved else None,
        due=next((text(one, "dueDate") for one in dicts(resource.get("target"))), ""),
        reason=text(resource, "statusReason"), said_by=ref_of(resource.get("expressedBy")),
        wish=g.EXPECTATION in part(resource.get("meta")).get("profile", ()),
    )  # fmt: skip


def to_task(one: Action, *, tddui: bool = True) -> Json:
    """An action; title, objective and evaluation are inputs, as TDDUI does."""
    return filled({
        "resourceType": "Task", "id": one.id, "meta": meta(g.ACTION) if tddui else {},
        "identifier": identifiers(one.idents), "basedOn": references(one.plans), "status": one.status,
        "intent": "plan", "code": concept(one.type) if one.type else {}, "description": one.text,
        "for": reference(one.subject), "executionPeriod": period(one.span), "owner": reference(one.owner),
        "restriction": {"period": {"end": one.due}} if one.due else {}, "input": _inputs(one),
    })  # fmt: skip


def _inputs(one: Action) -> list[Json]:
    said = [("titre", "valueString", one.title), ("evaluation", "valueString", one.outcome)]
    found = [_input(g.ACTION_INPUTS, code, {kind: value}) for code, kind, value in said if value]
    if one.goal:
        found.append(_input(g.ACTION_INPUTS, "objectif", {"valueReference": reference(one.goal)}))
    if one.rule:
        found.append(_input(g.house("action"), "frequence", {"valueString": one.rule}))
    return found


def _input(system: str, code: str, value: Json) -> Json:
    return {"type": {"coding": [coding(Code(system, code))]}} | value


def from_task(resource: Json) -> Action:
    """The action of a resource."""
    inputs = {code.code: one for one in dicts(resource.get("input")) for code in codes_of(one.get("type"))}
    kinds = codes_of(resource.get("code"))
    return Action(
        id=text(resource, "id"), text=text(resource, "description"), status=text(resource, "status"),
        subject=ref_of(resource.get("for")), idents=idents_of(resource.get("identifier")),
        title=_said(inputs, "titre"), plans=refs_of(resource.get("basedOn")),
        goal=ref_of(inputs.get("objectif", {}).get("valueReference")), owner=ref_of(resource.get("owner")),
        type=kinds[0] if kinds else None, span=span_of(resource.get("executionPeriod")),
        due=text(part(part(resource.get("restriction")).get("period")), "end"), rule=_said(inputs, "frequence"),
        outcome=_said(inputs, "evaluation"),
    )  # fmt: skip


def _said(inputs: dict[str, Json], code: str) -> str:
    return text(inputs.get(code, {}), "valueString")
