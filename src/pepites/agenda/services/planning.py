"""Planning an appointment, once or in a series (coordination P7)."""

from datetime import datetime, timedelta
from uuid import UUID

from pepites.access.enums import Level
from pepites.access.policies import require
from pepites.access.selectors import level_on
from pepites.agenda import policies
from pepites.agenda.enums import LONGEST, MOST_TRAVEL, AppointmentState, Repeat, Travel
from pepites.agenda.events import AppointmentsChanged
from pepites.agenda.models import Appointment
from pepites.agenda.recurrence import starts
from pepites.agenda.shapes import Planned
from pepites.audit.idempotency import once
from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.clock import now
from pepites.common.decision import Reason, deny
from pepites.common.errors import DomainError, Refused
from pepites.common.events import publish
from pepites.common.identifiers import new_uuid
from pepites.directory.models import PractitionerRole
from pepites.identity.services import refuse_frozen

CODE = "agenda.refused"
MOST_PARTICIPANTS = 60
OLDEST = timedelta(days=366)


def plan_appointment(*, actor: Actor, planned: Planned, key: UUID | None = None) -> Appointment:
    """Plan it, and the ones that follow when it comes back; the same ``key`` twice plans once. Returns the first.

    Raises ``Refused`` without the right, ``DomainError`` for hours, travel, participants or a series that cannot be.
    """
    patient_id = planned.patient_id
    level = level_on(patient_id) if patient_id else 0
    decision = policies.can_plan(actor, patient=patient_id is not None, level=level)
    require(decision, code=CODE, subjects=(patient_id,) if patient_id else ())
    if patient_id:
        refuse_frozen(patient_id)
        if planned.full_level and level < Level.FULL:
            raise DomainError("Vous ne lisez pas le dossier complet de cette personne.", field="full_level")
    check_times(planned)
    participants = _participants(actor, planned)
    days = starts(planned.starts_at, planned.repeat, planned.repeat_until)

    def write() -> dict[str, object]:
        made = [_row(actor, planned, participants, at) for at in days]
        if len(made) > 1:
            series = new_uuid()
            for row in made:
                row.series = series
        Appointment.objects.bulk_create(made)
        journal("agenda.planned", made[0], "C", count=len(made))
        return {"id": made[0].pk}

    asked = {"planned": planned}
    return Appointment.objects.get(pk=int(str(once(actor, key, asked, write)["id"])))


def check_times(planned: Planned) -> None:
    """Hours and travel that can be."""
    if planned.ends_at <= planned.starts_at:
        raise DomainError("La fin vient après le début.", field="minutes")
    if planned.ends_at - planned.starts_at > timedelta(minutes=LONGEST):
        raise DomainError("Un rendez-vous dure une journée au plus.", field="minutes")
    if planned.starts_at < now() - OLDEST:
        raise DomainError("Cette date est trop ancienne.", field="day")
    if not 0 <= planned.travel_minutes <= MOST_TRAVEL:
        raise DomainError("Le trajet dure une journée au plus.", field="travel_minutes")
    if planned.travel == Travel.NONE and planned.travel_minutes:
        raise DomainError("Dites comment se fait le trajet.", field="travel")
    if planned.patient_id is None and not planned.title.strip():
        raise DomainError("Donnez un titre à ce rendez-vous.", field="title")
    if planned.repeat == Repeat.NONE and planned.repeat_until:
        raise DomainError("Dites comment ce rendez-vous revient, ou effacez la date de fin.", field="repeat")


def own_practice(actor: Actor) -> int:
    """The place of practice whose agenda it is. Raises ``Refused`` without one."""
    require(policies.can_plan(actor, patient=False, level=0), code=CODE)
    if actor.practice_id is None:
        raise Refused(deny(Reason.NO_CONTEXT), code=CODE)
    return actor.practice_id


def _participants(actor: Actor, planned: Planned) -> list[int]:
    chosen = set(planned.participants) or ({actor.practice_id} if actor.practice_id else set())
    if not chosen:
        raise DomainError("Dites qui prend part à ce rendez-vous.", field="participants")
    if len(chosen) > MOST_PARTICIPANTS:
        raise DomainError(f"{MOST_PARTICIPANTS} participants au plus.", field="participants")
    if PractitionerRole.objects.filter(pk__in=chosen, ends_at=None).count() != len(chosen):
        raise DomainError("Un des participants n'exerce plus là : rechargez la page.", field="participants")
    return sorted(chosen)


def _row(actor: Actor, planned: Planned, participants: list[int], at: datetime) -> Appointment:
    return Appointment(
        patient_id=planned.patient_id, network_id=planned.network_id, kind=planned.kind,
        title=planned.title.strip()[:120], starts_at=at, ends_at=at + (planned.ends_at - planned.starts_at),
        travel=planned.travel, travel_minutes=planned.travel_minutes, place=planned.place.strip()[:120],
        note=planned.note.strip()[:500], participants=participants, created_by_id=actor.practice_id,
        state=AppointmentState.PENDING if planned.pending else AppointmentState.BOOKED,
        level=Level.FULL if planned.full_level else Level.SOCIAL,
    )  # fmt: skip


def journal(code: str, appointment: Appointment, action: str = "U", **detail: object) -> None:
    """The line of an act on an appointment, and the event that goes with it when it is about a person."""
    patient = appointment.patient_id
    record(code, action=action, subjects=(patient,) if patient else (), object_type="appointment",
           object_id=appointment.public_id, detail=detail)  # fmt: skip
    if patient:
        publish(AppointmentsChanged(patient, appointment.pk, code.removeprefix("agenda.")))
