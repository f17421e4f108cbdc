"""Appointments of the demo: visits that come back, one reached by the river, a team's meeting, what is over."""

from datetime import datetime, time, timedelta

from pepites.agenda.enums import AppointmentKind, AppointmentState, Repeat, Travel
from pepites.agenda.services import declare_absence, end_appointment, plan_appointment, set_usual_hours
from pepites.agenda.shapes import Planned
from pepites.audit.unit import unit_of_work
from pepites.common.clock import CAYENNE, today
from pepites.demo.followed import COORDINATION
from pepites.demo.stories import ActorsLike
from pepites.networks.models import Network
from pepites.patients.models import Patient

# network, rank of the person, days from today, hour, kind, place, travel, minutes of travel, weeks it comes back
VISITS = (
    ("maia", 0, -6, 9, AppointmentKind.VISIT, "À son domicile", Travel.ROAD, 25, 0),
    ("maia", 0, 1, 9, AppointmentKind.VISIT, "À son domicile", Travel.ROAD, 25, 10),
    ("maia", 1, 1, 11, AppointmentKind.VISIT, "Au village", Travel.RIVER, 90, 0),
    ("maia", 2, 3, 14, AppointmentKind.REMOTE, "Au téléphone, avec sa fille", Travel.NONE, 0, 0),
    ("diam", 0, 2, 8, AppointmentKind.CONSULTATION, "Maison de santé", Travel.ROAD, 15, 8),
    ("perinat", 0, 2, 10, AppointmentKind.EXAM, "Centre de santé", Travel.AIR, 60, 0),
)


def tell_appointments(actors: ActorsLike, people: dict[str, list[Patient]]) -> None:
    """Planned by each network's coordination."""
    for slug, rank, days, hour, kind, place, travel, minutes, weeks in VISITS:
        actor = actors.actor(COORDINATION[slug])
        starts = _at(days, hour)
        planned = Planned(
            kind=kind, starts_at=starts, ends_at=starts + timedelta(hours=1), patient_id=people[slug][rank].pk,
            place=place, travel=travel, travel_minutes=minutes, repeat=Repeat.WEEKLY if weeks else Repeat.NONE,
            repeat_until=starts.date() + timedelta(weeks=weeks) if weeks else None,
        )  # fmt: skip
        with unit_of_work(actor):
            made = plan_appointment(actor=actor, planned=planned)
            if days < 0:
                end_appointment(actor=actor, appointment=made, state=AppointmentState.DONE)
    _team(actors)


def _team(actors: ActorsLike) -> None:
    manager, colleague = actors.actor(COORDINATION["maia"]), actors.actor("abellony")
    starts = _at(0, 16)
    with unit_of_work(manager):
        plan_appointment(
            actor=manager,
            planned=Planned(
                kind=AppointmentKind.MEETING, title="Réunion d'équipe", starts_at=starts,
                ends_at=starts + timedelta(hours=1), place="Salle du bas", repeat=Repeat.FORTNIGHTLY,
                repeat_until=starts.date() + timedelta(weeks=26), network_id=Network.objects.get(slug="maia").pk,
                participants=tuple(one for one in (manager.practice_id, colleague.practice_id) if one),
            ),
        )  # fmt: skip
        set_usual_hours(actor=manager, hours={day: (time(8), time(18)) if day < 5 else None for day in range(7)})
    with unit_of_work(colleague):
        declare_absence(
            actor=colleague, starts_on=today() + timedelta(days=9), ends_on=today() + timedelta(days=16),
            replaced_by=manager.practice_id,
        )  # fmt: skip


def _at(days: int, hour: int) -> datetime:
    return datetime.combine(today() + timedelta(days=days), time(hour), CAYENNE)
