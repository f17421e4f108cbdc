"""What the demo's professionals find in their notifications: an urgent note, somebody in hospital, somebody back home
since yesterday. What was told while the territory was built is read already. All invented."""

from datetime import timedelta

from pepites.audit.unit import unit_of_work
from pepites.common.actor import Channel, system_actor
from pepites.common.clock import now
from pepites.coordination.enums import NoteType
from pepites.coordination.models import HospitalStay
from pepites.coordination.services import add_liaison_note
from pepites.coordination.stays.enums import Movement
from pepites.coordination.stays.services import StayMovement, receive_movement
from pepites.coordination.stays.telling import tell
from pepites.demo.hospitals import SAVANE
from pepites.demo.stories import ActorsLike
from pepites.identity.models import DomainIdentity
from pepites.identity.selectors.stored import traits_of
from pepites.notifications.services import mark_all_read
from pepites.patients.models import Patient
from pepites.regional import services
from pepites.regional.models import Domain, RegionalRecord
from pepites.regional.values import IncomingRecord

READERS = ("mrobinel", "jamayota", "lvaragne", "tmontabo", "pramsaran", "cdumoutier", "icalderon")


def tell_notices(actors: ActorsLike, people: dict[str, list[Patient]]) -> None:
    """After everything else: the rest of the demo is told as it is made."""
    for login in READERS:
        actor = actors.actor(login)
        with unit_of_work(actor):
            mark_all_read(actor=actor)
    in_hospital, back_home = people["maia"][3], people["maia"][4]
    _move(actors, in_hospital, "S-3001", (Movement.ADMISSION, 20))
    _move(actors, back_home, "S-3002", (Movement.ADMISSION, 190), (Movement.DISCHARGE, 26))
    nurse = actors.actor("jamayota")
    with unit_of_work(nurse):
        add_liaison_note(
            actor=nurse, patient_id=people["maia"][0].pk, type=NoteType.OBSERVATION, emergency=True,
            text="Chute dans la nuit, pas de blessure. À revoir aujourd'hui : le tapis, les chaussures, la tension.",
        )  # fmt: skip


def _move(actors: ActorsLike, patient: Patient, local_id: str, *movements: tuple[Movement, int]) -> None:
    """Movements of somebody that the identity cell knows in both places; hours ago."""
    system, cell = system_actor("demo", channel=Channel.COMMAND), actors.actor("epalmarin")
    domain = Domain.objects.get(code=SAVANE)
    traits = traits_of(DomainIdentity.objects.get(patient=patient, active=True))
    with unit_of_work(system):
        received = services.receive_record(actor=system, domain=domain, record=IncomingRecord(local_id, traits))
    ours = RegionalRecord.objects.get(domain__code="PEPITES", local_id=str(patient.public_id), active=True)
    with unit_of_work(cell):
        services.link_records(
            actor=cell, record_public_id=received.record_public_id, other_public_id=ours.public_id,
            reason="Démonstration : même personne, vue par les deux admissions",
        )  # fmt: skip
    with unit_of_work(system):
        for kind, hours in movements:
            said = now() - timedelta(hours=hours)
            movement = StayMovement(
                kind=kind, local_id=local_id, visit=f"V-{local_id}", said_at=said, unit="Médecine polyvalente",
                discharged_at=said if kind is Movement.DISCHARGE else None,
            )  # fmt: skip
            receive_movement(actor=system, domain_id=domain.pk, movement=movement)
            tell(actor=system, stay_id=HospitalStay.objects.get(patient=patient).pk)
