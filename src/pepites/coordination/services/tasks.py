"""Tasks: made, started, done, cancelled; a recurring one makes the next when done (interface §11)."""

from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction

from pepites.access.policies import require
from pepites.access.selectors import level_on
from pepites.audit.idempotency import once
from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.clock import now, today
from pepites.common.errors import Conflict, DomainError
from pepites.common.events import publish
from pepites.coordination import policies
from pepites.coordination.enums import OPEN_TASK, FilKind, MemberRole, Recurrence, TaskKind, TaskState
from pepites.coordination.events import TaskEnded, TaskGiven
from pepites.coordination.models import Task
from pepites.coordination.recurrence import next_date
from pepites.coordination.services.fil import write_fil

CODE = "coordination.task.refused"


def create_task(
    *,
    actor: Actor,
    patient_id: int | None,
    title: str,
    detail: str = "",
    due_on: date | None = None,
    owner_practice_id: int | None = None,
    owner_role: MemberRole | str = "",
    recurrence: Recurrence | str = "",
    kind: TaskKind | str = "",
    source_message: UUID | None = None,
    key: UUID | None = None,
) -> Task:
    """Make a task about a person, or not. Without an owner, it is the actor's own, or coordination's for a job.

    Raises ``Refused`` below the social level, ``DomainError`` for an empty title or a recurrence without a date.
    """
    level = level_on(patient_id) if patient_id is not None else 0
    if patient_id is None:
        allowed = policies.can_end_task(actor, level=0, patient=False, state=TaskState.TODO, mine=True)
    elif kind:  # made by the house, on what somebody did: no act of theirs
        allowed = policies.can_write_social(actor, level)
    else:
        allowed = policies.can_write_task(actor, level)
    require(allowed, code=CODE, subjects=(patient_id,) if patient_id else ())
    if not title.strip():
        raise DomainError("Dites en quelques mots ce qu'il faut faire.", field="title")
    if recurrence and due_on is None:
        raise DomainError("Une tâche qui revient a besoin d'une première échéance.", field="due_on")
    if not owner_practice_id and not owner_role:
        owner_practice_id, owner_role = actor.practice_id, "" if actor.practice_id else MemberRole.COORDINATOR
    asked = {"patient": patient_id, "title": title, "due": due_on, "owner": owner_practice_id, "role": owner_role}

    def write() -> dict[str, object]:
        task = Task.objects.create(
            patient_id=patient_id, title=title.strip()[:150], detail=detail.strip()[:1000], due_on=due_on, kind=kind,
            owner_practice_id=owner_practice_id, owner_role=owner_role, recurrence=recurrence,
            anchor_day=due_on.day if due_on and recurrence == Recurrence.MONTHLY else None,
            created_by_id=actor.practice_id, created_at=now(), source_message=source_message,
        )  # fmt: skip
        _journal("coordination.task.created", task, "C")
        publish(TaskGiven(task_id=task.pk))
        return {"id": task.pk}

    return Task.objects.get(pk=int(str(once(actor, key, asked, write)["id"])))


def start_task(*, actor: Actor, task: Task) -> Task:
    """Say that a task is under way."""
    _may_end(actor, task, TaskState.DOING)
    if Task.objects.filter(pk=task.pk, state=TaskState.TODO).update(state=TaskState.DOING):
        task.state = TaskState.DOING
        _journal("coordination.task.started", task)
    return task


def complete_task(*, actor: Actor, task: Task) -> Task:
    """Tick a task: the same tick twice does it once. A recurring task makes its next occurrence, once."""
    _may_end(actor, task, TaskState.DONE)
    done = Task.objects.filter(pk=task.pk, state__in=OPEN_TASK).update(
        state=TaskState.DONE, ended_at=now(), ended_by_id=actor.practice_id
    )
    if not done:
        task.refresh_from_db()
        if task.state != TaskState.DONE:
            raise Conflict("Cette tâche a été annulée entre-temps.")
        return task
    task.refresh_from_db()
    _journal("coordination.task.done", task)
    if task.patient_id is not None:
        write_fil(
            actor=actor,
            patient_id=task.patient_id,
            kind=FilKind.TASK,
            title=f"Fait : {task.title}",
            object_id=task.public_id,
            contact="Tâche faite",
        )
    _make_next(task)
    publish(TaskEnded(task_id=task.pk, patient_id=task.patient_id))
    return task


def cancel_task(*, actor: Actor, task: Task, reason: str) -> Task:
    """Cancel a task with its reason; a recurring one stops."""
    _may_end(actor, task, TaskState.CANCELLED)
    if not reason.strip():
        raise DomainError("Dites pourquoi cette tâche est annulée.", field="reason")
    done = Task.objects.filter(pk=task.pk, state__in=OPEN_TASK).update(
        state=TaskState.CANCELLED, ended_at=now(), ended_by_id=actor.practice_id, reason=reason.strip()[:200]
    )
    task.refresh_from_db()
    if not done:
        if task.state != TaskState.CANCELLED:
            raise Conflict("Cette tâche a été faite entre-temps.")
        return task
    _journal("coordination.task.cancelled", task)
    publish(TaskEnded(task_id=task.pk, patient_id=task.patient_id))
    return task


def _make_next(task: Task) -> None:
    due = next_date(task.due_on, task.recurrence, task.anchor_day, after=today()) if task.due_on else None
    if due is None:
        return
    try:
        with transaction.atomic():
            Task.objects.create(
                patient_id=task.patient_id, title=task.title, detail=task.detail, due_on=due, kind=task.kind,
                owner_practice_id=task.owner_practice_id, owner_role=task.owner_role, recurrence=task.recurrence,
                anchor_day=task.anchor_day, created_by_id=task.created_by_id, created_at=now(), previous=task,
            )  # fmt: skip
    except IntegrityError:
        return  # the next occurrence is already there


def _may_end(actor: Actor, task: Task, ending: TaskState) -> None:
    decision = policies.can_end_task(
        actor,
        level=level_on(task.patient_id) if task.patient_id is not None else 0,
        patient=task.patient_id is not None,
        state=task.state,
        mine=actor.practice_id in (task.created_by_id, task.owner_practice_id),
        ending=ending,
    )
    subjects = (task.patient_id,) if task.patient_id else ()
    require(decision, code=CODE, subjects=subjects, object_type="task", object_id=task.public_id)


def _journal(code: str, task: Task, action: str = "U") -> None:
    subjects = (task.patient_id,) if task.patient_id else ()
    record(code, action=action, subjects=subjects, object_type="task", object_id=task.public_id)
