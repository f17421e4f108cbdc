"""Absences with their replacement, and the usual hours of a place of practice."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from django.db.models import Q

from pepites.agenda.enums import OPEN
from pepites.agenda.models import Absence, Appointment, UsualHours
from pepites.agenda.services.planning import CODE, own_practice
from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.clock import CAYENNE, now, today
from pepites.common.decision import Reason, deny
from pepites.common.errors import DomainError, Refused
from pepites.directory.models import PractitionerRole

LONGEST_ABSENCE = 366  # days


def declare_absence(
    *, actor: Actor, starts_on: date, ends_on: date, replaced_by: int | None = None
) -> tuple[Absence, int]:
    """Away from one day to another, both included; returns the absence and how many appointments were handed over.

    The replacement takes the actor's part in appointments about a person, and in those the actor planned. Meetings of
    others stay as they are: the absence is seen beside them.
    """
    mine = own_practice(actor)
    if ends_on < starts_on:
        raise DomainError("Le retour vient après le départ.", field="ends_on")
    if starts_on < today() - timedelta(days=31) or (ends_on - starts_on).days > LONGEST_ABSENCE:
        raise DomainError("Une absence dure un an au plus, et se note au plus tard un mois après.", field="starts_on")
    if replaced_by == mine:
        raise DomainError("On ne se remplace pas soi-même.", field="replaced_by")
    if replaced_by and not PractitionerRole.objects.filter(pk=replaced_by, ends_at=None).exists():
        raise DomainError("Cette personne n'exerce plus là : rechargez la page.", field="replaced_by")
    made = Absence.objects.create(practice_id=mine, starts_on=starts_on, ends_on=ends_on, replaced_by_id=replaced_by)
    handed = _hand_over(mine, replaced_by, starts_on, ends_on) if replaced_by else 0
    record("agenda.absence", action="C", object_type="absence", object_id=made.public_id, detail={"handed": handed})
    return made, handed


def _hand_over(mine: int, other: int, starts_on: date, ends_on: date) -> int:
    first = max(now(), datetime.combine(starts_on, time(), CAYENNE))
    last = datetime.combine(ends_on + timedelta(days=1), time(), CAYENNE)
    rows = Appointment.objects.filter(
        Q(patient__isnull=False) | Q(created_by_id=mine), participants__contains=[mine], state__in=OPEN, uid="",
        starts_at__gte=first, starts_at__lt=last,
    )  # fmt: skip
    handed = 0
    for row in rows[:500]:
        row.participants = sorted({other, *row.participants} - {mine})
        row.version += 1
        row.save(update_fields=["participants", "version"])
        record("agenda.handed", action="U", subjects=(row.patient_id,) if row.patient_id else (),
               object_type="appointment", object_id=row.public_id)  # fmt: skip
        handed += 1
    return handed


def cancel_absence(*, actor: Actor, absence: Absence) -> None:
    """Back after all; what was handed over stays with the replacement."""
    if absence.practice_id != actor.practice_id:
        raise Refused(deny(Reason.NOT_AUTHOR), code=CODE)
    if absence.cancelled_at is None:
        absence.cancelled_at = now()
        absence.save(update_fields=["cancelled_at"])
        record("agenda.absence", action="U", object_type="absence", object_id=absence.public_id)


def set_usual_hours(*, actor: Actor, hours: Mapping[int, tuple[time, time] | None]) -> None:
    """The week as it usually goes; a day without hours takes no appointment."""
    mine = own_practice(actor)
    for weekday, span in hours.items():
        if span is None:
            UsualHours.objects.filter(practice_id=mine, weekday=weekday).delete()
            continue
        opens, closes = span
        if closes <= opens:
            raise DomainError("L'heure de fin vient après celle du début.", field=f"closes_{weekday}")
        changed = UsualHours.objects.filter(practice_id=mine, weekday=weekday).update(opens=opens, closes=closes)
        if not changed:
            UsualHours.objects.create(practice_id=mine, weekday=weekday, opens=opens, closes=closes)
    record("agenda.hours", action="U", object_type="practice", object_id=mine)
