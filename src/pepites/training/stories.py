"""What has happened to the fictional persons of a copy when the training begins: a circle that answered, a discussion,
a visit to come, an assessment, a plan. Told through the services, each act by the colleague who would do it."""

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Final

from django.db import connection
from django.db.models import QuerySet

from pepites.access.enums import Level
from pepites.access.services import database_refusals
from pepites.agenda.enums import AppointmentKind
from pepites.agenda.models import Appointment
from pepites.agenda.services import plan_appointment
from pepites.agenda.shapes import Planned
from pepites.assessments import services as assessments
from pepites.assessments.definitions import definition_of
from pepites.assessments.enums import VersionState
from pepites.assessments.models import FormVersion
from pepites.assessments.questionnaire.answers import Key
from pepites.assessments.questionnaire.checking import read_text
from pepites.assessments.questionnaire.values import Value
from pepites.audit.unit import unit_of_work
from pepites.common.actor import Actor, ProfessionCategory
from pepites.common.clock import CAYENNE, today
from pepites.common.identifiers import new_uuid
from pepites.coordination import services as coordination
from pepites.coordination.enums import MemberRole, MemberStatus, Recurrence
from pepites.coordination.models import CareTeamMember, ProtocolStep
from pepites.coordination.plan.drafting import add_item, open_plan
from pepites.coordination.plan.enums import ConcernDomain, ItemKind
from pepites.coordination.plan.publishing import publish_plan
from pepites.directory.enums import Category, OrganizationKind
from pepites.directory.models import PractitionerRole
from pepites.directory.services import create_organization, create_practice, create_professional
from pepites.messaging.services import ensure_circle_conversation, mark_read, post_message
from pepites.patients.models import Patient
from pepites.training.models import Colleague, TrainingCopy

_EVERYTHING: Final = 1000  # more messages than any of these talks has
_NURSE, _DOCTOR, _SOCIAL = MemberRole.NURSE, MemberRole.PHYSICIAN, MemberRole.SOCIAL_WORKER


@dataclass(frozen=True, slots=True)
class _Invented:
    """One colleague: part in the circles, names, profession, what they are given to read."""

    role: MemberRole
    names: tuple[str, str]
    profession: tuple[str, str]
    practice: tuple[str, str]
    category: Category = Category.HEALTH
    level: Level = Level.FULL


COLLEAGUES: Final = (
    _Invented(_NURSE, ("Noémie", "Fictif-Alizé"), ("60", "Infirmier ou infirmière"), ("ide", "Infirmière fictive")),
    _Invented(_DOCTOR, ("Marius", "Fictif-Récif"), ("10", "Médecin"), ("medecin", "Médecin fictif")),
    _Invented(
        _SOCIAL, ("Sonia", "Fictif-Carbet"), ("41", "Assistant ou assistante de service social"),
        ("assistant_social", "Assistante sociale fictive"), Category.SOCIAL, Level.SOCIAL,
    ),
)  # fmt: skip
_TALK: Final = (
    (_NURSE, "Passage ce matin : fatigue depuis trois jours, mange peu. Tension 15/9."),
    (_DOCTOR, "Merci. Je passe jeudi. Pouvez-vous reprendre la tension d'ici là ?"),
    (_SOCIAL, "J'appelle la famille pour les repas du week-end."),
    (_NURSE, "Tension 14/8 ce soir. C'est mieux."),
)


def staff_copy(actor: Actor, copy: TrainingCopy) -> None:
    """Make the invented colleagues of a copy, in the unit under way; those already there stay."""
    if Colleague.objects.filter(copy=copy).exists():
        return
    place = create_organization(
        actor=actor, name=f"Équipe fictive, {copy.network.short_name}", kind=OrganizationKind.HEALTH_CENTRE
    )
    for one in COLLEAGUES:
        given, family = one.names
        code, label = one.profession
        professional = create_professional(
            actor=actor, family_name=family, given_name=given, profession_code=code, profession_label=label,
            category=one.category, sponsor_id=actor.professional_id,
        )  # fmt: skip
        role_code, role_label = one.practice
        practice = create_practice(
            actor=actor, professional_id=professional.pk, organization_id=place.pk, role_code=role_code,
            role_label=role_label,
        )  # fmt: skip
        with database_refusals("training.refused"), connection.cursor() as cursor:
            cursor.execute("SELECT training_staff(%s, %s, %s)", [copy.pk, practice.pk, one.role])


def colleagues_of(actor: Actor, copy: TrainingCopy) -> dict[str, Actor]:
    """Each invented colleague as the one who acts; the journal keeps the account of the trainer behind them."""
    held = Colleague.objects.filter(copy=copy).select_related("practice__professional", "practice__organization")
    return {one.role: _acting(actor, one.practice) for one in held}


def _acting(actor: Actor, practice: PractitionerRole) -> Actor:
    ref = replace(actor.ref, practice_id=practice.pk, organization_id=practice.organization_id, role=practice.role_code)
    return Actor(
        ref=ref, professional_id=practice.professional_id, professional_name=practice.professional.display_name,
        organization_name=practice.organization.name, role_label=practice.role_label,
        category=ProfessionCategory(practice.professional.category), strong=actor.strong,
    )  # fmt: skip


def tell_story(trainer: Actor, team: dict[str, Actor], copy: TrainingCopy, patient: Patient, rank: int) -> None:
    """The story of one person who agreed to sharing. Cut and told again, it says a message twice, and no more."""
    with unit_of_work(trainer):
        _invite(trainer, team, patient)
        if rank % 2:
            _catch_up(trainer, patient)
    for role, actor in team.items():
        if role != _DOCTOR or rank % 4 != 2:  # there, the invitation of the doctor still waits
            with unit_of_work(actor):
                _accept(actor, patient)
    for role, text in _TALK[: 2 + rank % 3]:
        with unit_of_work(team[role]):
            _say(team[role], patient, text)
    nurse = team[_NURSE]
    with unit_of_work(nurse):
        if Appointment.objects.filter(patient=patient).exists():
            return
        _plan_visit(nurse, patient, rank)
        if rank % 2 == 0:
            _assess(nurse, patient)
        if rank % 4 < 2:
            _write_plan(nurse, copy, patient, published=rank % 4 == 0)


def _invite(trainer: Actor, team: dict[str, Actor], patient: Patient) -> None:
    held = set(CareTeamMember.objects.filter(patient=patient).values_list("practice_id", flat=True))
    for one in COLLEAGUES:
        practice_id = team[one.role].practice_id
        if practice_id is not None and practice_id not in held:
            coordination.invite_member(
                actor=trainer, patient_id=patient.pk, practice_id=practice_id, role=one.role, level=one.level,
                attending=one.role == _DOCTOR,
            )  # fmt: skip


def _catch_up(trainer: Actor, patient: Patient) -> None:
    """Tick the steps that are late: this person is on time, another is not."""
    for step in ProtocolStep.objects.filter(patient=patient, task__due_on__lt=today()).select_related("task"):
        coordination.complete_task(actor=trainer, task=step.task)


def _accept(actor: Actor, patient: Patient) -> None:
    member = _of(actor, patient, MemberStatus.INVITED).first()
    if member is not None:
        coordination.accept_invitation(actor=actor, member=member)


def _of(actor: Actor, patient: Patient, status: MemberStatus) -> QuerySet[CareTeamMember]:
    return CareTeamMember.objects.filter(patient=patient, practice_id=actor.practice_id, status=status)


def _say(actor: Actor, patient: Patient, text: str) -> None:
    """A message, of a colleague who has answered the invitation."""
    if not _of(actor, patient, MemberStatus.ACTIVE).exists():
        return
    conversation = ensure_circle_conversation(actor=actor, patient_id=patient.pk)
    mark_read(actor=actor, conversation=conversation, seq=_EVERYTHING)  # one reads before answering
    post_message(actor=actor, conversation=conversation, text=text, key=new_uuid())


def _plan_visit(nurse: Actor, patient: Patient, rank: int) -> None:
    starts = datetime.combine(today() + timedelta(days=1 + rank % 10), time(8 + rank // 10), CAYENNE)
    plan_appointment(
        actor=nurse,
        planned=Planned(
            kind=AppointmentKind.VISIT, starts_at=starts, ends_at=starts + timedelta(minutes=30),
            patient_id=patient.pk, place="À son domicile",
        ),
    )  # fmt: skip
    coordination.create_task(
        actor=nurse, patient_id=patient.pk, title="Surveiller le poids", recurrence=Recurrence.WEEKLY,
        due_on=today() + timedelta(days=rank % 7 - 2), owner_practice_id=nurse.practice_id,
    )  # fmt: skip


def _assess(nurse: Actor, patient: Patient) -> None:
    """A « Timed up and go », when the library of the platform holds it."""
    version = (
        FormVersion.objects.filter(form__code="tug", form__network=None, state=VersionState.PUBLISHED)
        .select_related("form")
        .first()
    )
    if version is None:
        return
    items = definition_of(version).questionnaire.by_link
    answers: dict[Key, tuple[Value, ...]] = {}
    for link, text in (("temps", "16,8"), ("aide", "|canne"), ("unipodal", "4")):
        value = read_text(items[link], text)
        if value is not None:
            answers[link, ()] = (value,)
    begun = assessments.start_assessment(actor=nurse, patient=patient, version=version)
    assessments.finish_assessment(
        actor=nurse, assessment=begun, answers=answers, version=begun.version, authored_on=today() - timedelta(days=9)
    )


def _write_plan(nurse: Actor, copy: TrainingCopy, patient: Patient, *, published: bool) -> None:
    plan = open_plan(actor=nurse, patient_id=patient.pk, network_id=copy.network_id)
    add_item(
        actor=nurse, plan=plan, kind=ItemKind.EXPECTATION, parent=None, values={"text": "Je veux rester chez moi."}
    )
    concern = add_item(
        actor=nurse, plan=plan, kind=ItemKind.CONCERN, parent=None,
        values={"text": "La salle d'eau est glissante", "domain": ConcernDomain.HOUSING, "priority": 1},
    )  # fmt: skip
    goal = add_item(actor=nurse, plan=plan, kind=ItemKind.GOAL, parent=concern, values={"text": "Se laver sans tomber"})
    add_item(
        actor=nurse, plan=plan, kind=ItemKind.ACTION, parent=goal,
        values={"text": "Poser une barre d'appui", "due_on": today() + timedelta(days=20),
                "owner_practice_id": nurse.practice_id},
    )  # fmt: skip
    if published:
        plan.refresh_from_db()
        publish_plan(
            actor=nurse, plan=plan, reason="Première version", review_on=today() + timedelta(days=182),
            revision=plan.revision, validators=(),
        )  # fmt: skip
