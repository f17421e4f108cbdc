"""Circle, tasks, contacts, pathways, consents: what the tabs of a file show."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import F, Q

from pepites.access.enums import Level
from pepites.access.models import ConsentRecord, Opposition
from pepites.common.actor import Actor
from pepites.common.clock import local_day, today
from pepites.coordination.enums import OPEN_MEMBER, OPEN_TASK, MemberRole, MemberStatus, TaskKind
from pepites.coordination.models import CareTeamMember, Contact, Pathway, Task
from pepites.coordination.selectors.labels import due_label, moment_label, short_day, who
from pepites.patients.models import Patient

_PRACTICE = ("practice__professional", "practice__organization")


@dataclass(slots=True)
class TaskRow:
    """One task, ready to print."""

    task: Task
    title: str
    due: str
    late: bool
    owner: str
    person: str
    kind: str
    recurrence: str


def circle_visible_to(actor: Actor, patient_id: int) -> tuple[list[CareTeamMember], list[CareTeamMember]]:
    """Members of today, médecin traitant first, and those who left or declined."""
    del actor
    found = list(
        CareTeamMember.objects.filter(patient_id__same_person=patient_id)
        .select_related(*_PRACTICE, "invited_by__professional")
        .order_by("-attending", "practice__professional__sort_key")
    )
    return [m for m in found if m.status in OPEN_MEMBER], [m for m in found if m.status not in OPEN_MEMBER]


def member_visible_to(actor: Actor, public_id: UUID) -> CareTeamMember | None:
    """One membership: one's own invitation, or any of a circle one may read."""
    del actor
    return (
        CareTeamMember.objects.filter(public_id=public_id)
        .select_related(*_PRACTICE, "patient", "invited_by__professional", "invited_by__organization")
        .first()
    )


def own_membership(actor: Actor, patient_id: int) -> CareTeamMember | None:
    """The actor's own open membership of that circle."""
    return CareTeamMember.objects.filter(
        patient_id__same_person=patient_id, practice_id=actor.practice_id, status__in=OPEN_MEMBER
    ).first()


def invitations_of(actor: Actor) -> list[CareTeamMember]:
    """Invitations that wait for the actor's answer, or for the person's consent."""
    waiting = (MemberStatus.INVITED, MemberStatus.WAITING_CONSENT)
    return list(
        CareTeamMember.objects.filter(practice_id=actor.practice_id, status__in=waiting)
        .select_related("patient", "invited_by__professional", "invited_by__organization")
        .order_by("-invited_at")[:20]
    )


def tasks_visible_to(actor: Actor, patient_id: int) -> tuple[list[TaskRow], list[TaskRow]]:
    """Open tasks of a person by due date, and the last ended ones."""
    del actor
    found = Task.objects.filter(patient_id__same_person=patient_id).select_related("owner_practice__professional")
    todo = found.filter(state__in=OPEN_TASK).order_by(F("due_on").asc(nulls_last=True), "id")
    ended = found.exclude(state__in=OPEN_TASK).order_by("-ended_at")[:15]
    day = today()
    return [task_row(task, day) for task in todo[:100]], [task_row(task, day) for task in ended]


def tasks_of(actor: Actor, *, until: date | None = None, limit: int = 100) -> list[TaskRow]:
    """Open tasks that are the actor's: owned by their practice, by their role in a circle, or by coordination in what
    they coordinate."""
    mine = Q(owner_practice_id=actor.practice_id)
    if actor.coordinated:
        mine |= Q(owner_role=MemberRole.COORDINATOR, patient__isnull=False)
    by_role = Q(
        patient__members__practice_id=actor.practice_id, patient__members__status=MemberStatus.ACTIVE,
        patient__members__role=F("owner_role"),
    )  # fmt: skip
    day = today()
    found: dict[int, Task] = {}
    for owned in (mine, by_role):  # apart: each follows its own index
        tasks = Task.objects.filter(owned, state__in=OPEN_TASK).select_related(
            "patient", "owner_practice__professional"
        )
        if until is not None:
            tasks = tasks.filter(due_on__lte=until)
        found |= {task.pk: task for task in tasks.order_by(F("due_on").asc(nulls_last=True), "id")[:limit]}
    ordered = sorted(found.values(), key=lambda task: (task.due_on or date.max, task.pk))
    return [task_row(task, day) for task in ordered[:limit]]


def task_visible_to(actor: Actor, public_id: UUID) -> Task | None:
    """One task, if the actor may see it."""
    del actor
    return Task.objects.filter(public_id=public_id).select_related("patient").first()


def task_row(task: Task, day: date) -> TaskRow:
    """The texts of one task."""
    if task.owner_practice is not None:
        owner = task.owner_practice.professional.display_name
    else:
        owner = task.get_owner_role_display() if task.owner_role else ""
    is_open = task.state in OPEN_TASK
    return TaskRow(
        task=task,
        title=task.title,
        due=due_label(task.due_on, day) if is_open else moment_label(task.ended_at, day),
        late=bool(is_open and task.due_on and task.due_on < day),
        owner=owner,
        person=person_name(task.patient) if task.patient_id and task.patient else "",
        kind=task.get_kind_display() if task.kind != TaskKind.PLAIN else "",
        recurrence=task.get_recurrence_display() if task.recurrence else "",
    )


def person_name(patient: Patient) -> str:
    """Name of a person as in the strict traits."""
    return f"{patient.birth_name} {patient.first_given_name}"


def contacts_visible_to(actor: Actor, patient_id: int) -> list[Contact]:
    """Contacts in force, whom to call first and the personne de confiance ahead."""
    del actor
    return list(
        Contact.objects.filter(patient_id__same_person=patient_id, ended_at=None).order_by(
            "-call_first", "-trusted", "family_name"
        )
    )


def contact_visible_to(actor: Actor, public_id: UUID) -> Contact | None:
    """One contact."""
    del actor
    return Contact.objects.filter(public_id=public_id).first()


def pathways_visible_to(actor: Actor, patient_id: int) -> list[Pathway]:
    """Pathways of a person, open ones first."""
    del actor
    return list(
        Pathway.objects.filter(patient_id__same_person=patient_id)
        .select_related("network")
        .order_by("closed_on", "-opened_on")
    )


def pathway_visible_to(actor: Actor, public_id: UUID) -> Pathway | None:
    """One pathway."""
    del actor
    return Pathway.objects.filter(public_id=public_id).select_related("network", "patient").first()


def consents_visible_to(actor: Actor, patient_id: int) -> list[dict[str, object]]:
    """Consents, the last first, ready to print."""
    del actor
    found = ConsentRecord.objects.filter(patient_id__same_person=patient_id).select_related(
        "network", "collected_by__professional", "collected_by__organization"
    )
    return [
        {
            "consent": consent,
            "given": short_day(local_day(consent.given_at)),
            "mode": consent.get_mode_display(),
            "by": consent.get_given_by_display(),
            "collected": who(consent.collected_by)["name"],
            "withdrawn": short_day(local_day(consent.withdrawn_at)) if consent.withdrawn_at else "",
        }
        for consent in found.order_by("-given_at")
    ]


def consent_visible_to(actor: Actor, public_id: UUID) -> ConsentRecord | None:
    """One consent."""
    del actor
    return ConsentRecord.objects.filter(public_id=public_id).first()


def has_consent(actor: Actor, patient_id: int) -> bool:
    """Whether a consent to sharing outside the care team stands."""
    del actor
    return ConsentRecord.objects.filter(patient_id__same_person=patient_id, withdrawn_at=None).exists()


def oppositions_visible_to(actor: Actor, patient_id: int) -> list[Opposition]:
    """Oppositions in force; the full level is needed to read them."""
    del actor
    return list(
        Opposition.objects.filter(patient_id__same_person=patient_id, lifted_at=None).select_related(
            "practice__professional", "practice__organization", "network", "recorded_by__professional"
        )
    )


def opposition_visible_to(actor: Actor, public_id: UUID) -> Opposition | None:
    """One opposition in force."""
    del actor
    return Opposition.objects.filter(public_id=public_id, lifted_at=None).select_related("patient").first()


LEVEL_WORDS = {
    Level.IDENTITY: "Identité seulement",
    Level.SOCIAL: "Coordination et social",
    Level.FULL: "Dossier complet",
}
