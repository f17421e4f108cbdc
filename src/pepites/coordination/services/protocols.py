"""Starting a protocol, moving its anchor, ending it."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from django.db import IntegrityError, transaction

from pepites.access.policies import require
from pepites.access.selectors import level_on
from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.clock import now, today
from pepites.common.errors import Conflict, DomainError, NotFound
from pepites.coordination import policies
from pepites.coordination.enums import OPEN_TASK, FilKind, PathwayStatus, TaskKind
from pepites.coordination.models import Pathway, ProtocolRun, ProtocolStep, Task
from pepites.coordination.selectors.labels import short_day
from pepites.coordination.services.fil import write_fil
from pepites.coordination.services.tasks import complete_task
from pepites.networks.packs.selectors import value_of

CODE: Final = "coordination.protocol.refused"
FAR: Final = timedelta(days=3700)  # an anchor further than this is a slip of the keyboard


def protocols_of(pathway: Pathway) -> list[dict[str, Any]]:
    """The protocols of the pack that the pathway was opened with."""
    rows: list[dict[str, Any]] = value_of(pathway.pack, "protocoles")["protocols"]
    return rows


def start_protocol(*, actor: Actor, pathway: Pathway, code: str, anchor_on: date) -> ProtocolRun:
    """Lay down the steps of a protocol as tasks, dated from the anchor; the run already open is returned as it is.

    Steps whose day is past are made too: who enters late is late, and the wall says so. Raises ``DomainError`` for an
    anchor out of reach, a protocol without steps, or a pathway that is closed.
    """
    _may(actor, pathway)
    found = next((one for one in protocols_of(pathway) if one["code"] == code), None)
    if found is None:
        raise NotFound("Ce parcours protocolisé n'est pas dans les réglages de ce suivi.")
    if pathway.status == PathwayStatus.CLOSED:
        raise DomainError("Ce suivi est clos : rouvrez-le d'abord.")
    if not found["steps"]:
        raise DomainError("Ce parcours n'a encore aucune étape : complétez les réglages du réseau.")
    _check_anchor(anchor_on)
    held = ProtocolRun.objects.filter(pathway=pathway, code=code, ended_at=None).first()
    if held is not None:
        return held
    try:
        with transaction.atomic():
            run = ProtocolRun.objects.create(
                patient_id=pathway.patient_id, pathway=pathway, code=code, title=found["title"],
                anchor=found["anchor"], anchor_on=anchor_on, started_by_id=actor.practice_id, started_at=now(),
            )  # fmt: skip
    except IntegrityError:  # somebody started it at the same moment
        return ProtocolRun.objects.get(pathway=pathway, code=code, ended_at=None)
    for step in found["steps"]:
        _lay_down(actor, run, step)
    _tell(actor, run, "coordination.protocol.started", "C", f"Parcours commencé : {run.title}")
    return run


def move_anchor(*, actor: Actor, run: ProtocolRun, anchor_on: date) -> int:
    """Date the steps still open from another day (a birth earlier than foreseen); returns how many moved.

    A step that somebody dated by hand keeps its day.
    """
    _may(actor, run.pathway)
    if run.ended_at is not None:
        raise Conflict("Ce parcours protocolisé est terminé.")
    _check_anchor(anchor_on)
    if anchor_on == run.anchor_on:
        return 0
    moved = 0
    for step in ProtocolStep.objects.filter(run=run, task__state__in=OPEN_TASK).select_related("task"):
        if step.task.due_on != run.anchor_on + timedelta(days=step.offset_days):
            continue
        due = anchor_on + timedelta(days=step.offset_days)
        Task.objects.filter(pk=step.task_id, state__in=OPEN_TASK).update(due_on=due)
        ProtocolStep.objects.filter(pk=step.pk).update(late_after=due + timedelta(days=step.window_days))
        moved += 1
    changed = ProtocolRun.objects.filter(pk=run.pk, anchor_on=run.anchor_on).update(anchor_on=anchor_on)
    if not changed:
        raise Conflict("Le jour de référence a changé entre-temps. Rechargez la page.")
    run.anchor_on = anchor_on
    _tell(actor, run, "coordination.protocol.moved", "U", f"{run.title} : étapes datées du {short_day(anchor_on)}")
    return moved


def end_protocol(*, actor: Actor, run: ProtocolRun, reason: str) -> int:
    """End a run with its reason: the steps still open are cancelled with it; returns how many."""
    _may(actor, run.pathway)
    words = reason.strip()[:200]
    if not words:
        raise DomainError("Dites pourquoi ce parcours s'arrête.", field="reason")
    if not ProtocolRun.objects.filter(pk=run.pk, ended_at=None).update(ended_at=now(), end_reason=words):
        raise Conflict("Ce parcours protocolisé est déjà terminé.")
    ended = Task.objects.filter(step__run=run, state__in=OPEN_TASK).update(
        state="annulee", ended_at=now(), ended_by_id=actor.practice_id, reason=words
    )
    _tell(actor, run, "coordination.protocol.ended", "U", f"Parcours arrêté : {run.title}")
    return ended


def end_step_of_form(*, actor: Actor, patient_id: int, form_code: str) -> None:
    """A questionnaire was ended: the first step that asked for it is done. One answer ends one step."""
    step = (
        ProtocolStep.objects.filter(
            patient_id__same_person=patient_id, form_code=form_code, run__ended_at=None, task__state__in=OPEN_TASK
        )
        .select_related("task")
        .order_by("late_after", "id")
        .first()
    )
    if step is not None:
        complete_task(actor=actor, task=step.task)


def end_runs_of(*, actor: Actor, pathway: Pathway, reason: str) -> None:
    """A pathway that closes takes its protocols along."""
    for run in ProtocolRun.objects.filter(pathway=pathway, ended_at=None):
        end_protocol(actor=actor, run=run, reason=reason)


def _lay_down(actor: Actor, run: ProtocolRun, step: Mapping[str, Any]) -> None:
    due = run.anchor_on + timedelta(days=step["offset"])
    task = Task.objects.create(
        patient_id=run.patient_id, title=step["title"][:150], detail=step["detail"][:1000], kind=TaskKind.STEP,
        due_on=due, owner_role=step["role"], created_by_id=actor.practice_id, created_at=now(),
    )  # fmt: skip
    window = step["window"] or 0
    ProtocolStep.objects.create(
        patient_id=run.patient_id, run=run, task=task, code=step["code"], form_code=step["form"],
        offset_days=step["offset"], window_days=window, late_after=due + timedelta(days=window),
    )  # fmt: skip


def _check_anchor(anchor_on: date) -> None:
    if abs(anchor_on - today()) > FAR:
        raise DomainError("Cette date est à plus de dix ans : vérifiez l'année.", field="anchor_on")


def _may(actor: Actor, pathway: Pathway) -> None:
    decision = policies.can_steer_protocol(actor, level_on(pathway.patient_id))
    require(decision, code=CODE, subjects=(pathway.patient_id,), object_type="pathway", object_id=pathway.public_id)


def _tell(actor: Actor, run: ProtocolRun, code: str, action: str, title: str) -> None:
    record(code, action=action, subjects=(run.patient_id,), object_type="protocol", object_id=run.public_id)
    write_fil(actor=actor, patient_id=run.patient_id, kind=FilKind.PATHWAY, title=title, object_id=run.public_id)
