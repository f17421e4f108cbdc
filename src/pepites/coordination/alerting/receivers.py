"""What happens around a person, told to those it concerns, in the transaction of the act."""

from django.urls import reverse

from pepites.access.enums import Level
from pepites.assessments.events import AssessmentAlertRaised
from pepites.assessments.models import Assessment
from pepites.audit.unit import current
from pepites.common.events import subscribe
from pepites.coordination.alerting import kinds
from pepites.coordination.alerting.team import team_of
from pepites.coordination.enums import OPEN_MEMBER, MemberStatus, TaskKind
from pepites.coordination.events import MemberChanged, NoteFiled, PlanPublished, TaskGiven
from pepites.coordination.models import CareTeamMember, LiaisonNote, Task
from pepites.notifications.services import notify
from pepites.notifications.values import Notice
from pepites.patients.models import Patient

TOLD_OTHERWISE = (TaskKind.ASSESSMENT_ALERT, TaskKind.URGENT)  # each has a notice of its own


def subscribe_alerts() -> None:
    """Called once, when the app is ready."""
    subscribe(NoteFiled, tell_urgent_note)
    subscribe(TaskGiven, tell_task)
    subscribe(PlanPublished, tell_plan)
    subscribe(MemberChanged, tell_invitation)
    subscribe(AssessmentAlertRaised, tell_alert)


def about_person(notice: Notice) -> None:
    """Tell those that the networks of the person name, else the whole circle."""
    assert notice.patient_id is not None
    team = team_of(notice.patient_id)
    notify(
        actor=current().actor, notice=notice, practices=team.warned_of(notice.event),
        escalation=team.escalation(notice.event),
    )  # fmt: skip


def tell_urgent_note(event: NoteFiled) -> None:
    """A note marked as urgent; its level is that of its reader. Nothing tells of a reserved one (§2.3 b)."""
    if event.emergency and not event.reserved:
        note = LiaisonNote.objects.select_related("patient").get(pk=event.note_id)
        about_person(
            Notice(
                event=kinds.NOTE_URGENT, key=str(note.public_id), title="Note urgente dans le cahier de liaison",
                link=reverse("coordination:file", args=[note.patient.public_id]), patient_id=note.patient_id,
                level=note.level,
            )
        )  # fmt: skip


def tell_task(event: TaskGiven) -> None:
    """A task given to somebody, or to a role of the circle."""
    task = Task.objects.select_related("patient").get(pk=event.task_id)
    if task.kind in TOLD_OTHERWISE:
        return
    if task.owner_practice_id is not None:
        practices = {task.owner_practice_id}
    else:
        practices = team_of(task.patient_id).of_role(task.owner_role) if task.patient_id else set()
    patient = task.patient
    link = reverse("coordination:file-tasks", args=[patient.public_id]) if patient else reverse("coordination:tasks")
    notify(
        actor=current().actor, practices=practices,
        notice=Notice(
            event=kinds.TASK_GIVEN, key=str(task.public_id), title="Une tâche vous est confiée", link=link,
            patient_id=task.patient_id,
        ),
    )  # fmt: skip


def tell_plan(event: PlanPublished) -> None:
    """A version of the plan is in force: told at each publication, never at each draft (interface §11)."""
    patient = Patient.objects.get(pk=event.patient_id)
    about_person(
        Notice(
            event=kinds.PLAN_PUBLISHED, key=f"{event.plan_id}:{event.number}",
            title="Nouvelle version du plan de coordination",
            link=reverse("coordination:plan", args=[patient.public_id]), patient_id=patient.pk,
        )
    )  # fmt: skip


def tell_invitation(event: MemberChanged) -> None:
    """An invitation, to whoever is invited: they see the identity alone until they answer (§2.4-5)."""
    if event.status != MemberStatus.INVITED:
        return
    member = CareTeamMember.objects.get(
        patient_id=event.patient_id, practice_id=event.practice_id, status__in=OPEN_MEMBER
    )
    notify(
        actor=current().actor, practices=[event.practice_id],
        notice=Notice(
            event=kinds.INVITATION, key=str(member.public_id), title="Invitation dans un cercle de soins",
            link=reverse("coordination:invitation", args=[member.public_id]), patient_id=event.patient_id,
            level=Level.IDENTITY,
        ),
    )  # fmt: skip


def tell_alert(event: AssessmentAlertRaised) -> None:
    """Answers of an assessment must be read today; nothing says which, and nothing tells of a reserved one (§2.3 b)."""
    one = Assessment.objects.get(pk=event.assessment_id)
    if not one.reserved:
        about_person(
            Notice(
                event=kinds.ASSESSMENT_ALERT, key=str(one.public_id),
                title="Une évaluation demande à être lue aujourd'hui",
                link=reverse("coordination:assessment", args=[one.public_id]), patient_id=event.patient_id,
                level=one.level,
            )
        )  # fmt: skip
