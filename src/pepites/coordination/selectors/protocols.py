"""Runs of a person, and the wall of a network: who is late, on which step."""

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from django.db import connection

from pepites.common.actor import Actor
from pepites.common.addresses import address
from pepites.common.clock import local_day, today
from pepites.coordination.enums import OPEN_TASK, MemberRole, TaskState
from pepites.coordination.models import ProtocolRun, ProtocolStep
from pepites.coordination.selectors.labels import due_label, short_day
from pepites.networks.models import Network

PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step of a run, ready to print."""

    title: str
    due: str
    state: str
    tone: str
    owner: str
    form: str = ""  # code of the questionnaire to fill, while the step is open


@dataclass(frozen=True, slots=True)
class RunLine:
    """One run: its steps in order, how far it went."""

    run: ProtocolRun
    anchor: str
    ended: str
    steps: tuple[StepLine, ...]
    done: int
    late: int

    @property
    def total(self) -> int:
        """Steps of the run."""
        return len(self.steps)


def runs_visible_to(actor: Actor, patient_id: int) -> list[RunLine]:
    """Protocols followed for a person, those under way first; two queries whatever their number."""
    del actor
    runs = list(
        ProtocolRun.objects.filter(patient_id__same_person=patient_id)
        .select_related("pathway__network")
        .order_by("ended_at", "started_at")
    )
    steps = ProtocolStep.objects.filter(run__in=runs).select_related("task").order_by("task__due_on", "id")
    of_run: dict[int, list[ProtocolStep]] = {run.pk: [] for run in runs}
    for step in steps:
        of_run[step.run_id].append(step)
    day = today()
    return [_run_line(run, of_run[run.pk], day) for run in runs]


def _run_line(run: ProtocolRun, steps: list[ProtocolStep], day: date) -> RunLine:
    lines = tuple(_step_line(step, day) for step in steps)
    return RunLine(
        run, f"{run.get_anchor_display()} : {short_day(run.anchor_on)}",
        f"{short_day(local_day(run.ended_at))} : {run.end_reason}" if run.ended_at else "", lines,
        sum(step.task.state == TaskState.DONE for step in steps), sum(line.tone == "danger" for line in lines),
    )  # fmt: skip


def _step_line(step: ProtocolStep, day: date) -> StepLine:
    task = step.task
    owner = MemberRole(task.owner_role).label if task.owner_role else ""
    if task.state not in OPEN_TASK:
        tone = "success" if task.state == TaskState.DONE else "neutral"
        return StepLine(task.title, short_day(task.due_on), task.get_state_display(), tone, owner)
    late = step.late_after < day
    word = "En retard" if late else "À faire" if task.due_on and task.due_on <= day else "À venir"
    tone = "danger" if late else "warning" if word == "À faire" else "info"
    return StepLine(
        task.title, f"{short_day(task.due_on)}, {due_label(task.due_on, day)}", word, tone, owner, step.form_code
    )


def run_visible_to(actor: Actor, public_id: UUID) -> ProtocolRun | None:
    """One run."""
    del actor
    return ProtocolRun.objects.filter(public_id=public_id).select_related("pathway__network", "patient").first()


@dataclass(frozen=True, slots=True)
class LateLine:
    """One step that is late."""

    url: str
    person: str
    protocol: str
    step: str
    due: str
    days: str
    owner: str


@dataclass(frozen=True, slots=True)
class Share:
    """One protocol of the wall: how its open steps stand."""

    code: str
    title: str
    late: int
    due: int
    coming: int


@dataclass(frozen=True, slots=True)
class Wall:
    """The wall of a network."""

    shares: tuple[Share, ...]
    lines: tuple[LateLine, ...]
    subjects: tuple[int, ...]
    late: int
    bands: tuple[tuple[str, int], ...]


_OPEN: Final = """
  FROM coordination_protocolstep s
  JOIN coordination_protocolrun r ON r.id = s.run_id AND r.ended_at IS NULL
  JOIN coordination_pathway w ON w.id = r.pathway_id AND w.network_id = %(network)s AND w.status = 'actif'
  JOIN coordination_task t ON t.id = s.task_id AND t.state IN ('a_faire', 'en_cours')
  WHERE (%(code)s = '' OR r.code = %(code)s) AND (%(role)s = '' OR t.owner_role = %(role)s)
"""
_SHARES: Final = f"""
  SELECT r.code, max(r.title), count(*) FILTER (WHERE s.late_after < %(day)s),
         count(*) FILTER (WHERE s.late_after >= %(day)s AND t.due_on <= %(day)s),
         count(*) FILTER (WHERE t.due_on > %(day)s AND t.due_on <= %(day)s + 30),
         count(*) FILTER (WHERE s.late_after < %(day)s AND s.late_after >= %(day)s - 7),
         count(*) FILTER (WHERE s.late_after < %(day)s - 7 AND s.late_after >= %(day)s - 30),
         count(*) FILTER (WHERE s.late_after < %(day)s - 30)
  {_OPEN} GROUP BY r.code ORDER BY 3 DESC, 2
"""
_LINES: Final = f"""
  SELECT p.id, p.public_id, p.birth_name || ' ' || p.first_given_name, r.title, t.title, t.due_on, t.owner_role
  FROM (SELECT s.id AS step, s.late_after {_OPEN} AND s.late_after < %(day)s
        ORDER BY s.late_after, s.id LIMIT {PAGE} OFFSET %(skip)s) late
  JOIN coordination_protocolstep s ON s.id = late.step
  JOIN coordination_protocolrun r ON r.id = s.run_id
  JOIN coordination_pathway w ON w.id = r.pathway_id
  JOIN coordination_task t ON t.id = s.task_id
  JOIN patients_patient p ON p.id = w.person_id
  ORDER BY late.late_after, late.step
"""  # noqa: S608 - constants


def wall_visible_to(actor: Actor, network: Network, *, code: str = "", role: str = "", page: int = 1) -> Wall:
    """The steps of a network's protocols that are late, the oldest first, and how each protocol stands.

    Two queries whatever the size; only for networks the actor coordinates (the caller checks, the policies too).
    """
    del actor
    day = today()
    asked: dict[str, str | int | date] = {
        "network": network.pk,
        "code": code,
        "role": role,
        "day": day,
        "skip": (page - 1) * PAGE,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SHARES, asked)
        counted = cursor.fetchall()
        cursor.execute(_LINES, asked)
        found = cursor.fetchall()
    shares = tuple(Share(*row[:5]) for row in counted)
    bands = tuple(
        (label, sum(row[place] for row in counted))
        for label, place in (("Depuis moins d'une semaine", 5), ("D'une semaine à un mois", 6), ("Plus d'un mois", 7))
    )
    lines = tuple(
        LateLine(
            address("coordination:pathways", row[1]), row[2], row[3], row[4], short_day(row[5]),
            due_label(row[5], day), MemberRole(row[6]).label if row[6] else "",
        )
        for row in found
    )  # fmt: skip
    return Wall(shares, lines, tuple({row[0] for row in found}), sum(share.late for share in shares), bands)
