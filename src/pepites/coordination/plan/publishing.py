"""Publishing a plan: an immutable version, its tasks, its validators told, the fil and the circle told too."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from pepites.access.enums import Level
from pepites.audit.idempotency import once
from pepites.common.actor import Actor
from pepites.common.clock import now, today
from pepites.common.errors import Conflict, DomainError
from pepites.common.events import publish
from pepites.coordination.enums import OPEN_TASK, FilKind, MemberStatus, TaskKind
from pepites.coordination.events import PlanPublished
from pepites.coordination.models import (
    CarePlan,
    CareTeamMember,
    PlannedAction,
    PlanValidation,
    PlanVersion,
    PlanVersionPart,
)
from pepites.coordination.plan.content import compare, digest, goals_of, part_of, whole_digest
from pepites.coordination.plan.drafting import NEUTRAL, journal, may_write
from pepites.coordination.plan.enums import UNMET, ActionState, PlanState
from pepites.coordination.plan.selectors import contents_of, draft_content, version_visible_to
from pepites.coordination.services.fil import write_fil
from pepites.coordination.services.tasks import cancel_task, create_task
from pepites.identity.services import refuse_frozen
from pepites.messaging.services import ensure_circle_conversation, post_notice


def publish_plan(
    *,
    actor: Actor,
    plan: CarePlan,
    reason: str,
    review_on: date,
    revision: int,
    validators: Iterable[int] = (),
    key: UUID | None = None,
) -> PlanVersion:
    """Freeze the draft that was read (``revision``) as the next version, in force at once.

    ``validators`` are practices of the circle: each gets a task. Raises ``Conflict`` when the draft changed meanwhile,
    ``DomainError`` for a plan without objective, without change, or a past revision date.
    """
    may_write(actor, plan)
    refuse_frozen(plan.patient_id)
    named = sorted(set(validators))

    def write() -> dict[str, object]:
        _check(actor, plan, reason, review_on, named)
        number = plan.published + 1
        done = CarePlan.objects.filter(pk=plan.pk, revision=revision, published=plan.published).update(
            state=PlanState.ACTIVE, published=number, validated_at=None, review_on=review_on, updated_at=now()
        )
        if not done:
            raise Conflict("Le plan a changé entre-temps : relisez-le, puis publiez de nouveau.")
        _make_tasks(actor, plan)
        version = _freeze(actor, plan, number, reason, review_on)
        _name_validators(actor, plan, version, named)
        _tell(actor, plan, number)
        return {"id": version.pk}

    asked = {"plan": plan.pk, "reason": reason, "review": review_on, "revision": revision, "validators": named}
    version = PlanVersion.objects.get(pk=int(str(once(actor, key, asked, write)["id"])))
    plan.refresh_from_db()
    return version


def _check(actor: Actor, plan: CarePlan, reason: str, review_on: date, named: list[int]) -> None:
    if not reason.strip():
        raise DomainError("Dites en quelques mots ce que change cette version.", field="reason")
    if review_on <= today():
        raise DomainError("La date de révision doit être dans l'avenir.", field="review_on")
    members = CareTeamMember.objects.filter(
        patient_id__same_person=plan.patient_id, status=MemberStatus.ACTIVE, practice_id__in=named
    )
    if set(named) - set(members.values_list("practice_id", flat=True)) - {actor.practice_id}:
        raise DomainError("Seuls des membres du cercle peuvent valider le plan.", field="validators")
    draft = draft_content(plan)
    if not any(concern["retained"] for concern, _ in goals_of(draft)):
        raise DomainError("Donnez au plan au moins un problème retenu et un objectif avant de le publier.")
    last = version_visible_to(actor, plan, plan.published)
    if last and last.review_on == review_on and not compare(contents_of([last])[last.number], draft):
        raise DomainError("Rien n'a changé depuis la dernière version publiée.")


def _freeze(actor: Actor, plan: CarePlan, number: int, reason: str, review_on: date) -> PlanVersion:
    author_id = actor.practice_id
    assert author_id is not None
    content = draft_content(plan)
    parts = {level: part_of(content, level) for level in (Level.SOCIAL, Level.FULL)}
    hashes = {level: digest(part) for level, part in parts.items()}
    version = PlanVersion.objects.create(
        plan=plan, patient_id=plan.patient_id, number=number, reason=reason.strip()[:300], review_on=review_on,
        referent=f"{plan.referent.professional.display_name}, {plan.referent.organization.name}"[:250],
        social_digest=hashes[Level.SOCIAL], full_digest=hashes[Level.FULL],
        digest=whole_digest(hashes[Level.SOCIAL], hashes[Level.FULL]), author_id=author_id,
        published_at=now(),
    )  # fmt: skip
    PlanVersionPart.objects.bulk_create(
        PlanVersionPart(version=version, patient_id=plan.patient_id, level=level, content=part)
        for level, part in parts.items()
    )
    return version


def _make_tasks(actor: Actor, plan: CarePlan) -> None:
    """An action is a task: made at its first publication, made anew when it changed, cancelled when it left."""
    for action in PlannedAction.objects.filter(plan=plan).select_related("task", "goal"):
        task, left = action.task, _why_left(action)
        if task is not None and task.state in OPEN_TASK and (left or _differs(action)):
            PlannedAction.objects.filter(pk=action.pk).update(task=None)  # the action does not end with that task
            action.task = None
            cancel_task(actor=actor, task=task, reason=left or "Remplacée par la nouvelle version du plan")
        if action.task is None and action.state != ActionState.DONE:
            state = ActionState.DROPPED if left else ActionState.TODO
            PlannedAction.objects.filter(pk=action.pk).update(state=state)
        if action.task is None and not left and action.state != ActionState.DONE:
            made = create_task(
                actor=actor, patient_id=plan.patient_id, title=_title(action), due_on=action.due_on,
                owner_practice_id=action.owner_practice_id, owner_role=action.owner_role,
                recurrence=action.frequency, kind=TaskKind.PLAN,
            )  # fmt: skip
            PlannedAction.objects.filter(pk=action.pk).update(task=made)


def _why_left(action: PlannedAction) -> str:
    """Why an action is no longer to be done; empty when it is."""
    if action.removed:
        return "Action retirée du plan"
    return "Objectif abandonné ou non réalisé" if action.goal.result in UNMET else ""


def _title(action: PlannedAction) -> str:
    """Tasks are read at the social level: that of a medical problem does not say what it is (§2.4-4)."""
    return NEUTRAL if action.level > Level.SOCIAL else action.text[:150]


def _differs(action: PlannedAction) -> bool:
    task = action.task
    assert task is not None
    moved = action.due_on != task.due_on and not action.frequency  # a recurring task moves by itself
    return moved or (_title(action), action.owner_practice_id, action.owner_role, action.frequency) != (
        task.title, task.owner_practice_id, task.owner_role, task.recurrence,
    )  # fmt: skip


def _name_validators(actor: Actor, plan: CarePlan, version: PlanVersion, named: list[int]) -> None:
    former = PlanValidation.objects.filter(version__plan=plan, confirmed_at=None, task__state__in=OPEN_TASK)
    for one in former.select_related("task"):
        assert one.task is not None
        cancel_task(actor=actor, task=one.task, reason="Une nouvelle version du plan est publiée")
    for practice_id in named:
        task = create_task(
            actor=actor, patient_id=plan.patient_id, title=f"Valider le plan de coordination, version {version.number}",
            due_on=today(), owner_practice_id=practice_id, kind=TaskKind.PLAN,
        )  # fmt: skip
        PlanValidation.objects.create(version=version, patient_id=plan.patient_id, practice_id=practice_id, task=task)


def _tell(actor: Actor, plan: CarePlan, number: int) -> None:
    """Each publication, never a draft; nothing of the plan's words (interface §11, §14)."""
    journal("coordination.plan.published", plan)
    title = f"Plan de coordination publié, version {number}"
    write_fil(
        actor=actor, patient_id=plan.patient_id, kind=FilKind.PLAN, title=title, object_id=plan.public_id,
        contact="Plan publié",
    )  # fmt: skip
    conversation = ensure_circle_conversation(actor=actor, patient_id=plan.patient_id)
    post_notice(actor=actor, conversation=conversation, text=f"{title} : voir l'onglet Plan du dossier.")
    publish(PlanPublished(plan_id=plan.pk, patient_id=plan.patient_id, number=number))
