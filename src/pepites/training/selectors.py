"""Reading the training: copies, trainees, what each has done, who came."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, Model, Q, QuerySet

from pepites.access.models import ConsentRecord
from pepites.access.policies import can_administer_network
from pepites.common.actor import Actor
from pepites.common.clock import today
from pepites.coordination.enums import TaskState
from pepites.coordination.models import (
    CarePlan,
    CareTeamMember,
    Contact,
    LiaisonNote,
    Pathway,
    PlanVersion,
    ProtocolRun,
    Task,
)
from pepites.directory.models import PractitionerRole
from pepites.networks.selectors import networks_administered_by
from pepites.training.enums import HalfDay
from pepites.training.models import Attendance, Session, Trainee, TrainingCopy
from pepites.training.modules import MODULES

# What is counted of a trainee, in the files of the copy alone: table, column of the author, which rows.
ACTS: Final[dict[str, tuple[type[Model], str, Q]]] = {
    "note": (LiaisonNote, "author_id", Q()),
    "urgent_note": (LiaisonNote, "author_id", Q(emergency=True)),
    "invitation": (CareTeamMember, "invited_by_id", Q()),
    "consent": (ConsentRecord, "collected_by_id", Q()),
    "contact": (Contact, "created_by_id", Q()),
    "task": (Task, "created_by_id", Q()),
    "task_done": (Task, "ended_by_id", Q(state=TaskState.DONE)),
    "protocol": (ProtocolRun, "started_by_id", Q()),
    "plan": (CarePlan, "created_by_id", Q()),
    "plan_version": (PlanVersion, "author_id", Q()),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One exercise of a trainee: done or not, and how far."""

    title: str
    done: bool
    count: int
    times: int


def sources_for(actor: Actor) -> list[Any]:
    """Networks that the actor may copy: those they administer, training ones apart."""
    found = networks_administered_by(actor)
    copies = set(TrainingCopy.objects.filter(network__in=found).values_list("network_id", flat=True))
    return [one for one in found if one.pk not in copies]


def copies_visible_to(actor: Actor) -> list[TrainingCopy]:
    """Open copies that the actor runs or is trained in."""
    return list(_open_to(actor).order_by("-created_at"))


def _open_to(actor: Actor) -> QuerySet[TrainingCopy]:
    trained = Trainee.objects.filter(practice_id=actor.practice_id).values("copy_id")
    found = TrainingCopy.objects.select_related("network", "source").filter(closed_at=None)
    if actor.platform_admin:
        return found
    return found.filter(Q(network_id__in=actor.administered) | Q(pk__in=trained))


def copy_visible_to(actor: Actor, public_id: UUID) -> TrainingCopy | None:
    """One copy, while it is open, for who runs it or is trained in it."""
    return _open_to(actor).filter(public_id=public_id).first()


def runs(actor: Actor, copy: TrainingCopy) -> bool:
    """Whether the actor is a trainer there."""
    return bool(can_administer_network(actor, copy.network_id))


def session_visible_to(actor: Actor, public_id: UUID) -> Session | None:
    """One session, for who runs its copy."""
    found = Session.objects.select_related("copy__network", "trainer__professional").filter(public_id=public_id).first()
    return found if found and runs(actor, found.copy) else None


def sessions_of(copy: TrainingCopy) -> list[Session]:
    """The sessions of a copy, in order."""
    return list(copy.sessions.order_by("day"))


def trainees_of(copy: TrainingCopy) -> list[PractitionerRole]:
    """Who is enrolled, by name."""
    return list(
        PractitionerRole.objects.filter(pk__in=copy.trainees.values("practice_id"))
        .select_related("professional", "organization")
        .order_by("professional__sort_key", "pk")
    )


def progress_of(copy: TrainingCopy, practices: Iterable[int]) -> dict[int, list[tuple[str, list[Step]]]]:
    """What each practice has done, module by module; one query an act, whatever the number of trainees."""
    wanted = list(practices)
    counts = {act: _counted(copy, act, wanted) for act in {one.act for module in MODULES for one in module.exercises}}
    return {
        practice: [
            (
                module.title,
                [
                    Step(one.title, (n := counts[one.act].get(practice, 0)) >= one.times, min(n, one.times), one.times)
                    for one in module.exercises
                ],
            )
            for module in MODULES
        ]
        for practice in wanted
    }


def _counted(copy: TrainingCopy, act: str, practices: list[int]) -> dict[int, int]:
    model, author, which = ACTS[act]
    of_copy = Pathway.objects.filter(network_id=copy.network_id).values("patient_id")
    rows = QuerySet[Any](model).filter(which, **{f"{author}__in": practices, "patient_id__in": of_copy})
    return dict(rows.values_list(author).annotate(n=Count("pk")))


def attendance_of(session: Session) -> dict[tuple[int, str], str]:
    """(practice, half day) → presence."""
    rows = Attendance.objects.filter(session=session).values_list("practice_id", "half_day", "presence")
    return {(practice, half): presence for practice, half, presence in rows}


def own_attendance(actor: Actor, copy: TrainingCopy) -> list[tuple[str, str, str]]:
    """Day, half day and presence of the actor's own practice."""
    rows = (
        Attendance.objects.filter(session__copy=copy, practice_id=actor.practice_id)
        .select_related("session")
        .order_by("session__day", "-half_day")
    )
    return [
        (f"{one.session.day:%d/%m/%Y}", HalfDay(one.half_day).label, str(one.get_presence_display())) for one in rows
    ]


def ends_in(copy: TrainingCopy) -> int:
    """Days left."""
    return (copy.expires_on - today()).days
