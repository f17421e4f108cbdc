"""What ``coordination`` does when a lower domain speaks."""

from datetime import timedelta

from django.db import connection

from pepites.access.events import EmergencyOpened
from pepites.access.selectors import level_on
from pepites.assessments.events import AssessmentAlertRaised, AssessmentEnded, AssessmentWithdrawn
from pepites.assessments.models import Assessment
from pepites.audit.unit import current
from pepites.common.clock import CAYENNE, today
from pepites.common.events import subscribe
from pepites.common.identifiers import new_uuid
from pepites.coordination.alerting.receivers import subscribe_alerts
from pepites.coordination.enums import OPEN_TASK, FilKind, MemberRole, TaskKind
from pepites.coordination.models import FilEntry, Task
from pepites.coordination.plan.receivers import subscribe_plan
from pepites.coordination.policies import can_write_task
from pepites.coordination.selectors.scores import score_words
from pepites.coordination.services import create_task
from pepites.coordination.services.fil import write_fil
from pepites.coordination.services.protocols import end_step_of_form
from pepites.identity.events import InsiUnavailable, RowMisplaced
from pepites.identity.selectors.labels import grouped_regional_id
from pepites.messaging.events import UrgentUnanswered
from pepites.networks.acts import act_left

INSI_REMINDER = "INSi n'a pas répondu : interroger de nouveau"


def subscribe_all() -> None:
    """Called once, when the app is ready."""
    subscribe(UrgentUnanswered, alert_coordination)
    subscribe(EmergencyOpened, tell_of_emergency)
    subscribe(InsiUnavailable, remind_of_insi)
    subscribe(RowMisplaced, ask_to_write_again)
    subscribe_plan()
    subscribe_alerts()
    subscribe(AssessmentEnded, tell_assessment)
    subscribe(AssessmentAlertRaised, alert_circle)
    subscribe(AssessmentWithdrawn, untell_assessment)


def remind_of_insi(event: InsiUnavailable) -> None:
    """INSi did not answer: a reminder for whoever asked, due tomorrow, once; never an automatic retrieval (INSI-5)."""
    actor = current().actor
    if actor.practice_id is None or not can_write_task(actor, level_on(event.patient_id)):
        return
    waiting = Task.objects.filter(
        patient_id=event.patient_id, title=INSI_REMINDER, owner_practice_id=actor.practice_id,
        state__in=OPEN_TASK,
    )  # fmt: skip
    if not waiting.exists():
        create_task(
            actor=actor, patient_id=event.patient_id, title=INSI_REMINDER, due_on=today() + timedelta(days=1),
            owner_practice_id=actor.practice_id,
        )  # fmt: skip


def ask_to_write_again(event: RowMisplaced) -> None:
    """A row written under the wrong person while two files were one: its author is asked to put it right. The task is
    about nobody: the cell that makes it follows neither person, and its words name none."""
    if event.author_practice_id is None:
        return
    when = f" du {event.written_at.astimezone(CAYENNE):%d/%m/%Y à %H h %M}" if event.written_at else ""
    create_task(
        actor=current().actor, patient_id=None, title=f"À réécrire dans l'autre dossier : {event.label}"[:150],
        detail=(
            f"Deux dossiers avaient été fusionnés à tort. {event.label}{when}, sous le numéro régional"
            f" {grouped_regional_id(event.number)}, concerne la personne du numéro"
            f" {grouped_regional_id(event.other_number)} :"
            " réécrivez-le dans son dossier, puis retirez-le du premier."
        ),
        due_on=today(), owner_practice_id=event.author_practice_id,
    )  # fmt: skip


def tell_assessment(event: AssessmentEnded) -> None:
    """An ended assessment enters the fil, with its scores, for whoever may read its answers."""
    one = Assessment.objects.select_related("form_version__form").get(pk=event.assessment_id)
    scores = ", ".join(score_words(score) for score in one.scores)
    title = f"{one.form_version.title}{' (corrigée)' if event.corrected else ''}{f' : {scores}' if scores else ''}"
    write_fil(
        actor=current().actor, patient_id=event.patient_id, kind=FilKind.ASSESSMENT, title=title, level=one.level,
        object_id=one.public_id, urgent=bool(one.alerts), contact="" if one.reserved else "Évaluation",
        reserved=one.reserved,
    )  # fmt: skip
    if not event.corrected and not one.reserved:  # a step that ends would tell the others that it was filled
        code = one.form_version.form.code
        end_step_of_form(actor=current().actor, patient_id=event.patient_id, form_code=code)


def untell_assessment(event: AssessmentWithdrawn) -> None:
    """A withdrawn assessment stays in the fil as withdrawn, without its scores."""
    one = Assessment.objects.select_related("form_version").get(pk=event.assessment_id)
    FilEntry.objects.filter(object_id=one.public_id, kind=FilKind.ASSESSMENT).update(
        title=f"{one.form_version.title} : retirée par son auteur"[:200], urgent=False
    )


def alert_circle(event: AssessmentAlertRaised) -> None:
    """An alert of an assessment: a task due today for its author's practice, and one for the coordination.

    A task is read from the social level: its words say nothing of the answers (coordination §2.4-4).
    """
    actor = current().actor
    if not act_left(actor, "task.write"):
        return  # the network leaves no task to this role: the fil's urgent line tells it
    one = Assessment.objects.get(pk=event.assessment_id)
    if one.reserved:
        return  # the circle reads a task: its author is told on the page to warn whoever must know
    for practice_id, role in ((one.author_id, ""), (None, MemberRole.COORDINATOR)):
        create_task(
            actor=actor, patient_id=event.patient_id, title="Urgent : une évaluation demande à être lue aujourd'hui",
            detail=f"Évaluation du {one.authored_on:%d/%m/%Y}, onglet Évaluations du dossier.", due_on=today(),
            kind=TaskKind.ASSESSMENT_ALERT, owner_practice_id=practice_id, owner_role=role,
        )  # fmt: skip


def tell_of_emergency(event: EmergencyOpened) -> None:
    """A bris de glace was opened: the person's coordination is told at once, by a task due today (rgpd §3.6)."""
    create_task(
        actor=current().actor,
        patient_id=event.patient_id,
        title="Accès en urgence au dossier : en parler avec la personne",
        due_on=today(),
        owner_role=MemberRole.COORDINATOR,
        kind=TaskKind.ACCESS_REPORT,
    )


def alert_coordination(event: UrgentUnanswered) -> None:
    """An urgent message stayed without answer: one task for the coordination, due today.

    No RETURNING: the job that tells it may add this kind of task and read none.
    """
    if event.patient_id is None:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO coordination_task (public_id, patient_id, title, detail, kind, state, due_on, recurrence,"
            " owner_role, reason) VALUES (%s, %s, 'Message urgent sans réponse', '', %s, 'a_faire', %s, '', %s, '')",
            [new_uuid(), event.patient_id, TaskKind.URGENT, today(), MemberRole.COORDINATOR],
        )
