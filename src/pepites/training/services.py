"""Opening a copy, filling it, enrolling trainees, taking attendance, closing."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from procrastinate.contrib.django import app as jobs

from pepites.access.enums import ConsentMode
from pepites.access.policies import can_administer_network, require
from pepites.access.services import database_refusals
from pepites.accounts.models import User
from pepites.audit.unit import record, unit_of_work
from pepites.common.actor import Actor
from pepites.common.clock import today
from pepites.common.errors import DomainError
from pepites.common.identifiers import new_uuid
from pepites.coordination import services as coordination
from pepites.coordination.enums import NoteType
from pepites.coordination.models import Pathway
from pepites.coordination.selectors.settings import protocols_of
from pepites.directory.models import PractitionerRole
from pepites.identity.services import create_identity
from pepites.networks.models import Network
from pepites.patients.models import Patient
from pepites.training.models import Attendance, Session, TrainingCopy
from pepites.training.population import fictional
from pepites.training.stories import colleagues_of, staff_copy, tell_story

TASK: Final = "training.fill"
BATCH: Final = 5
LONGEST: Final = timedelta(days=366)
_CODE = "training.refused"


def _require(actor: Actor, network_id: int) -> None:
    require(can_administer_network(actor, network_id), code=_CODE, object_type="network", object_id=network_id)


def open_copy(*, actor: Actor, source: Network, wanted: int, expires_on: date) -> TrainingCopy:
    """A network like ``source``, for training; its fictional persons are made by a job. Raises ``DomainError``."""
    _require(actor, source.pk)
    if not today() < expires_on <= today() + LONGEST:
        raise DomainError("Choisissez une fin dans l'année qui vient.", field="expires_on")
    public_id = new_uuid()
    with database_refusals(_CODE), connection.cursor() as cursor:
        cursor.execute("SELECT training_open(%s, %s, %s, %s)", [source.pk, public_id, wanted, expires_on])
    copy = TrainingCopy.objects.select_related("network").get(public_id=public_id)
    record("training.opened", action="C", object_type="network", object_id=copy.network.slug)
    _ask_filling(actor, copy)
    return copy


def fill_copy(*, actor: Actor, public_id: UUID) -> int:
    """Make the persons that are still missing, tell their stories, let the trainees in; how many were made.

    A few persons a unit of work: it bears being run again after a cut.
    """
    made = _make_persons(actor, public_id)
    _tell_stories(actor, public_id)
    return made


def _make_persons(actor: Actor, public_id: UUID) -> int:
    made = 0
    while True:
        with unit_of_work(actor):
            copy = (
                TrainingCopy.objects.select_related("network")
                .select_for_update(of=("self",), no_key=True)
                .get(public_id=public_id)
            )
            _require(actor, copy.network_id)
            ranks = range(copy.made, min(copy.made + BATCH, copy.wanted))
            if copy.closed_at or not ranks:
                return made
            subjects = tuple(_person(actor, copy, rank) for rank in ranks)
            TrainingCopy.objects.filter(pk=copy.pk).update(made=ranks.stop)
            record("training.filled", action="C", subjects=subjects, object_type="network", object_id=copy.network.slug)
        made += len(ranks)


def _tell_stories(actor: Actor, public_id: UUID) -> None:
    with unit_of_work(actor):
        copy = TrainingCopy.objects.select_related("network").get(public_id=public_id)
        if copy.closed_at:
            return
        staff_copy(actor, copy)
        team = colleagues_of(actor, copy)
        persons = list(
            Patient.objects.filter(enrolments__network=copy.network, enrolments__ends_at=None).order_by("pk")
        )
    for rank in range(copy.told, copy.made):
        if fictional(copy.pk, rank).consents:
            tell_story(actor, team, copy, persons[rank], rank)
        with unit_of_work(actor):
            TrainingCopy.objects.filter(pk=copy.pk).update(told=rank + 1)
    with unit_of_work(actor):
        for practice_id in copy.trainees.values_list("practice_id", flat=True):
            _let_in(copy, practice_id)


def _person(actor: Actor, copy: TrainingCopy, rank: int) -> int:
    """One fictional person, with a file that looks lived in: accord, note, tasks in time and late, a late protocol."""
    spec = fictional(copy.pk, rank)
    patient = create_identity(
        actor=actor, traits=spec.traits, search_id=None, commune_cog=spec.commune, fictitious=True
    )
    pathway = coordination.open_pathway(actor=actor, patient_id=patient.pk, network_id=copy.network_id)
    if spec.consents:
        coordination.collect_consent(
            actor=actor, patient_id=patient.pk, mode=ConsentMode.ORAL, network_id=copy.network_id
        )
    coordination.add_liaison_note(actor=actor, patient_id=patient.pk, type=NoteType.OBSERVATION, text=spec.note)
    for title, days in (("Rappeler la famille", -6), ("Préparer la visite", 5)):
        coordination.create_task(actor=actor, patient_id=patient.pk, title=title, due_on=today() + timedelta(days=days))
    _late_protocol(actor, pathway)
    return patient.pk


def _late_protocol(actor: Actor, pathway: Pathway) -> None:
    protocols = protocols_of(pathway)
    if protocols:
        coordination.start_protocol(
            actor=actor, pathway=pathway, code=protocols[0]["code"], anchor_on=today() - timedelta(days=45)
        )


def enrol_trainee(*, actor: Actor, copy: TrainingCopy, login: str) -> PractitionerRole:
    """Open the files of the copy to an account, and nothing elsewhere. Raises ``DomainError``."""
    _require(actor, copy.network_id)
    if not copy.ready:
        raise DomainError("Attendez que les personnes fictives soient créées.", field="login")
    user = User.objects.select_related("professional").filter(login__iexact=login.strip(), is_active=True).first()
    practices = user.professional.practices.filter(ends_at=None).order_by("pk") if user and user.professional else None
    practice = practices.first() if practices is not None else None
    if practice is None:
        raise DomainError("Aucun compte actif n'a cet identifiant, avec un lieu d'exercice.", field="login")
    _let_in(copy, practice.pk)
    record("training.enrolled", action="C", object_type="practice", object_id=practice.pk)
    return practice


def _let_in(copy: TrainingCopy, practice_id: int) -> None:
    with database_refusals(_CODE), connection.cursor() as cursor:
        cursor.execute("SELECT training_enrol(%s, %s)", [copy.pk, practice_id])


def renew_copy(*, actor: Actor, copy: TrainingCopy) -> None:
    """Make a copy as on its first day: other persons for these, told anew; trainees, sessions and presences stay.

    Raises ``DomainError`` while a job still fills it.
    """
    _require(actor, copy.network_id)
    if not copy.ready:
        raise DomainError("Attendez que les personnes fictives soient créées.")
    with database_refusals(_CODE), connection.cursor() as cursor:
        cursor.execute("SELECT training_renew(%s)", [copy.pk])
    record("training.renewed", action="U", object_type="network", object_id=copy.network.slug)
    _ask_filling(actor, copy)


def _ask_filling(actor: Actor, copy: TrainingCopy) -> None:
    jobs.configure_task(TASK).defer(public_id=str(copy.public_id), user_id=actor.user_id, practice_id=actor.practice_id)


def plan_session(*, actor: Actor, copy: TrainingCopy, day: date, place: str) -> Session:
    """One day of training. Raises ``DomainError`` when the day is taken."""
    _require(actor, copy.network_id)
    assert actor.practice_id is not None
    try:
        with transaction.atomic():
            made = Session.objects.create(copy=copy, day=day, place=place.strip(), trainer_id=actor.practice_id)
    except IntegrityError:
        raise DomainError("Une séance est déjà prévue ce jour-là.", field="day") from None
    record("training.session", action="C", object_type="session", object_id=made.public_id)
    return made


def take_attendance(*, actor: Actor, session: Session, present: Mapping[tuple[int, str], str]) -> None:
    """Keep who was there: (practice, half day) → presence; an empty one is left as it is."""
    _require(actor, session.copy.network_id)
    rows = [
        Attendance(session=session, practice_id=practice_id, half_day=half_day, presence=presence)
        for (practice_id, half_day), presence in present.items()
        if presence
    ]
    Attendance.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["session", "practice", "half_day"], update_fields=["presence"]
    )
    record("training.attendance", action="U", object_type="session", object_id=session.public_id)


def close_copy(*, actor: Actor, copy: TrainingCopy) -> None:
    """End every role and every way into the files of a copy; closing it twice does it once."""
    _require(actor, copy.network_id)
    _close(copy)


def close_expired() -> int:
    """Close the copies whose day is past, in the unit under way; how many."""
    found = TrainingCopy.objects.select_related("network").filter(closed_at=None, expires_on__lt=today())
    return sum(_close(copy) for copy in found)


def _close(copy: TrainingCopy) -> bool:
    with database_refusals(_CODE), connection.cursor() as cursor:
        cursor.execute("SELECT training_close(%s)", [copy.pk])
        done = bool(cursor.fetchone()[0])
    if done:
        record("training.closed", action="D", object_type="network", object_id=copy.network.slug)
    return done
