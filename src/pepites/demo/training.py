"""A training under way in the demo: a copy of the first network, five trainees, two days of presence, what each has
done already. All invented."""

from datetime import timedelta

from pepites.access.enums import ConsentMode
from pepites.audit.unit import unit_of_work
from pepites.common.actor import Actor
from pepites.common.clock import today
from pepites.coordination import services as coordination
from pepites.coordination.enums import NoteType
from pepites.demo.stories import ActorsLike
from pepites.networks.models import Network
from pepites.patients.models import Patient
from pepites.training import services
from pepites.training.enums import HalfDay, Presence
from pepites.training.models import TrainingCopy

TRAINER = "abellony"
# Who is trained, and how far: notes and tasks done in the first weeks, then an accord taken.
TRAINEES = (
    ("jamayota", 2, True),
    ("tmontabo", 1, True),
    ("icalderon", 2, False),
    ("ncorvo", 1, False),
    ("pramsaran", 0, False),
)
PERSONS, PLACE = 12, "Salle de réunion du DAC"


def tell_training(actors: ActorsLike) -> None:
    """The second week of a « formation-action »."""
    trainer = actors.actor(TRAINER)
    with unit_of_work(trainer):
        copy = services.open_copy(
            actor=trainer, source=Network.objects.get(slug="maia"), wanted=PERSONS,
            expires_on=today() + timedelta(weeks=5),
        )  # fmt: skip
    services.fill_copy(actor=actors.actor(TRAINER), public_id=copy.public_id)
    copy.refresh_from_db()
    trainer = actors.actor(TRAINER)
    with unit_of_work(trainer):
        places = [services.enrol_trainee(actor=trainer, copy=copy, login=login).pk for login, _, _ in TRAINEES]
        for days, absent in ((-7, places[3]), (0, places[4])):
            session = services.plan_session(actor=trainer, copy=copy, day=today() + timedelta(days=days), place=PLACE)
            present = {
                (place, str(half)): str(Presence.EXCUSED if place == absent else Presence.PRESENT)
                for place in places for half in HalfDay
            }  # fmt: skip
            services.take_attendance(actor=trainer, session=session, present=present)
        services.plan_session(actor=trainer, copy=copy, day=today() + timedelta(days=7), place=PLACE)
    for rank, (login, notes, consents) in enumerate(TRAINEES):
        _practise(actors.actor(login), copy, rank, notes, consents=consents)


def _practise(actor: Actor, copy: TrainingCopy, rank: int, notes: int, *, consents: bool) -> None:
    with unit_of_work(actor):
        persons = list(Patient.objects.filter(enrolments__network=copy.network).order_by("pk"))
        for number in range(notes):
            coordination.add_liaison_note(
                actor=actor, patient_id=persons[rank].pk, type=NoteType.OBSERVATION, emergency=number == 1,
                text="Exercice : vu ce matin, va bien.",
            )  # fmt: skip
        if notes:
            coordination.create_task(actor=actor, patient_id=persons[rank].pk, title="Exercice : rappeler la famille")
        if consents:
            agreed = persons[3 + 4 * (rank % 2)]  # those who have not agreed yet
            coordination.collect_consent(
                actor=actor, patient_id=agreed.pk, mode=ConsentMode.ORAL, network_id=copy.network_id
            )
