"""What happens around the followed persons of the demo: circles, notes, tasks, talks. All invented."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from pepites.access.enums import Level
from pepites.audit.unit import unit_of_work
from pepites.common.actor import Actor
from pepites.common.clock import today
from pepites.common.identifiers import new_uuid
from pepites.coordination.enums import MemberRole, NoteType, Recurrence, Relation
from pepites.coordination.models import CareTeamMember
from pepites.coordination.services import accept_invitation, add_contact, add_liaison_note, create_task, invite_member
from pepites.demo.population import SEED
from pepites.directory.models import PractitionerRole
from pepites.messaging.services import (
    add_participant,
    create_conversation,
    ensure_circle_conversation,
    mark_read,
    post_message,
)
from pepites.patients.models import Patient

CIRCLES = {
    "maia": (
        ("jamayota", MemberRole.NURSE, Level.FULL),
        ("lvaragne", MemberRole.PHYSICIAN, Level.FULL),
        ("tmontabo", MemberRole.SOCIAL_WORKER, Level.SOCIAL),
    ),
    "diam": (("jamayota", MemberRole.NURSE, Level.FULL), ("lvaragne", MemberRole.PHYSICIAN, Level.FULL)),
    "perinat": (("icalderon", MemberRole.MIDWIFE, Level.FULL), ("lvaragne", MemberRole.PHYSICIAN, Level.FULL)),
}
COORDINATION = {"maia": "mrobinel", "diam": "pramsaran", "perinat": "cdumoutier"}
WITH_CIRCLE = 14
EVERYTHING = 1000  # more messages than any talk of the demo has
WITH_TASK = 60

TALKS = {
    "maia": (
        ("jamayota", "Passage ce matin : elle mange peu depuis trois jours, moral bas. Poids **52 kg**."),
        ("lvaragne", "Merci. Je passe jeudi. Pouvez-vous surveiller la tension d'ici là ?"),
        ("mrobinel", "J'appelle sa fille pour les repas du week-end, et je vois l'aide à domicile."),
        ("jamayota", "Tension 15/9 ce soir. Elle est contente de la visite de sa voisine."),
    ),
    "diam": (
        ("jamayota", "Glycémie à jeun 2,4 g/l ce matin, pas de signe d'alerte. Le pied droit reste sensible."),
        ("pramsaran", "On garde la même dose jusqu'à lundi. Une photo du pied, si possible ?"),
        ("lvaragne", "Je renouvelle l'ordonnance ; bilan demandé au laboratoire."),
    ),
    "perinat": (
        ("icalderon", "Visite à domicile faite : bébé pèse 3 140 g, tétées efficaces."),
        ("cdumoutier", "Très bien. Prochain rendez-vous de suivi dans un mois, à la PMI."),
        ("icalderon", "La maman demande un interprète pour ce rendez-vous."),
    ),
}
NOTES = {
    "maia": (
        NoteType.OBSERVATION,
        "Marche avec canne, fait sa toilette seule. Logement humide, à revoir avec la mairie.",
    ),
    "diam": (NoteType.INTERVENTION, "Éducation au soin du pied. A bien compris quand appeler."),
    "perinat": (NoteType.GENERAL, "Carnet de santé vu, vaccins à jour. Parents présents et rassurés."),
}
CLOSE: tuple[dict[str, Any], ...] = (
    {"given_name": "Nadia", "relation": Relation.CHILD, "phones": "0639 98 44 55", "trusted": True, "caregiver": True},
    {
        "given_name": "Hervé",
        "relation": Relation.SPOUSE,
        "phones": "0639 98 44 56",
        "trusted": True,
        "call_first": True,
    },
    {
        "given_name": "Afi",
        "relation": Relation.NEIGHBOUR,
        "phones": "0639 98 44 57",
        "note": "Garde la clé de la maison.",
    },
    {"given_name": "Le capitaine", "relation": Relation.CUSTOMARY, "note": "À prévenir avant une visite au village."},
)
TASKS = {
    "maia": ("Visite à domicile", "Revoir le plan d'aide", "Appeler la famille"),
    "diam": ("Rappeler pour le fond d'œil", "Bilan trimestriel", "Contrôle du pied"),
    "perinat": ("Visite du 4e mois", "Contrôle de l'audition", "Appeler la PMI"),
}


class ActorsLike(Protocol):
    """What this module needs of ``build.Actors``."""

    def actor(self, login: str, place: int = 0) -> Actor: ...

    def practice(self, login: str, place: int = 0) -> PractitionerRole: ...


@dataclass(frozen=True, slots=True)
class Story:
    """One person whose circle is told."""

    network: str
    patient: Patient
    members: tuple[CareTeamMember, ...]


def tell_stories(actors: ActorsLike, people: dict[str, list[Patient]], progress: Callable[[str], None]) -> None:
    """Circles, notes, tasks and talks for the first persons of each network; tasks for more of them."""
    draw = random.Random(SEED)  # noqa: S311 - a fixed demo, no secret
    for network, patients in people.items():
        open_to_sharing = [patient for patient in patients if patient.consents.exists()]
        for patient in open_to_sharing[:WITH_CIRCLE]:
            story = _circle(actors, network, patient)
            _talk(actors, story, draw)
        _tasks(actors, network, open_to_sharing[WITH_CIRCLE:WITH_TASK], draw)
        progress(f"{network} : {min(WITH_CIRCLE, len(open_to_sharing))} cercles")
    _team_talk(actors)


def _circle(actors: ActorsLike, network: str, patient: Patient) -> Story:
    coordinator = actors.actor(COORDINATION[network])
    invited = []
    with unit_of_work(coordinator):
        ensure_circle_conversation(actor=coordinator, patient_id=patient.pk)
        for login, role, level in CIRCLES[network]:
            member = invite_member(
                actor=coordinator, patient_id=patient.pk, practice_id=actors.practice(login).pk, role=role, level=level,
                attending=role == MemberRole.PHYSICIAN,
            )  # fmt: skip
            invited.append((login, member))
        add_contact(
            actor=coordinator, patient_id=patient.pk, family_name=patient.birth_name.title(),
            **CLOSE[patient.pk % len(CLOSE)],
        )  # fmt: skip
    for login, member in invited:
        actor = actors.actor(login)
        with unit_of_work(actor):
            accept_invitation(actor=actor, member=CareTeamMember.objects.get(pk=member.pk))
    return Story(network, patient, tuple(member for _, member in invited))


def _talk(actors: ActorsLike, story: Story, draw: random.Random) -> None:
    for login, text in TALKS[story.network][: draw.randrange(2, 5)]:
        actor = actors.actor(login)
        with unit_of_work(actor):
            conversation = ensure_circle_conversation(actor=actor, patient_id=story.patient.pk)
            mark_read(actor=actor, conversation=conversation, seq=EVERYTHING)  # one reads before answering
            post_message(actor=actor, conversation=conversation, text=text, key=new_uuid())
    writer = actors.actor(CIRCLES[story.network][0][0])
    with unit_of_work(writer):
        kind, text = NOTES[story.network]
        add_liaison_note(actor=writer, patient_id=story.patient.pk, type=kind, text=text)
        create_task(
            actor=writer, patient_id=story.patient.pk, title=TASKS[story.network][0], recurrence=Recurrence.WEEKLY,
            due_on=today() + timedelta(days=draw.randrange(-2, 5)), owner_practice_id=writer.practice_id,
        )  # fmt: skip


def _tasks(actors: ActorsLike, network: str, patients: list[Patient], draw: random.Random) -> None:
    coordinator = actors.actor(COORDINATION[network])
    with unit_of_work(coordinator):
        for patient in patients:
            create_task(
                actor=coordinator, patient_id=patient.pk, title=draw.choice(TASKS[network]),
                due_on=today() + timedelta(days=draw.randrange(-6, 30)), owner_practice_id=coordinator.practice_id,
            )  # fmt: skip


def _team_talk(actors: ActorsLike) -> None:
    """One conversation of a team, one between two people: talks that are about nobody."""
    coordinator = actors.actor("mrobinel")
    with unit_of_work(coordinator):
        team = create_conversation(
            actor=coordinator, kind="team", title="Équipe du Fleuve",
            practice_ids=[actors.practice(login).pk for login in ("jamayota", "lvaragne", "tmontabo")],
        )  # fmt: skip
        add_participant(actor=coordinator, conversation=team, practice_id=actors.practice("abellony").pk)
        post_message(
            actor=coordinator, conversation=team, key=new_uuid(),
            text="Pirogue en panne jusqu'à jeudi : les tournées du haut du fleuve passent à vendredi.",
        )  # fmt: skip
