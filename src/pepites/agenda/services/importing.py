"""Taking in one's own calendar from another tool: busy times alone, replaced at each import."""

from datetime import timedelta

from pepites.agenda.calendar_files import AHEAD, Busy, read_calendar
from pepites.agenda.enums import AppointmentKind
from pepites.agenda.models import Appointment
from pepites.agenda.services.planning import own_practice
from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.clock import now

GONE = "Ne figure plus dans le calendrier importé"


def import_calendar(*, actor: Actor, content: bytes) -> tuple[int, int]:
    """Busy times of a calendar file; the same file again changes nothing. Returns how many were added and taken off.

    Titles, places and guests of the file are not kept: they may tell of persons. What lasts days is cut by day.
    """
    mine_id = own_practice(actor)
    moment = now()
    wanted = {one.uid: one for busy in read_calendar(content, moment) for one in _by_day(busy)}
    mine = Appointment.objects.filter(created_by_id=mine_id, state="prevu").exclude(uid="")
    ahead = mine.filter(starts_at__gte=moment, starts_at__lt=moment + AHEAD)
    known = set(mine.filter(ends_at__gt=moment).values_list("uid", flat=True))
    gone = ahead.exclude(uid__in=wanted).update(state="annule", reason=GONE)
    fresh = [one for uid, one in wanted.items() if uid not in known]
    Appointment.objects.bulk_create(
        [
            Appointment(
                kind=AppointmentKind.BUSY, title="Indisponible", starts_at=one.starts_at, ends_at=one.ends_at,
                participants=[mine_id], created_by_id=mine_id, uid=one.uid,
            )
            for one in fresh
        ],
        batch_size=500,
    )  # fmt: skip
    record("agenda.imported", action="C", object_type="calendar", detail={"added": len(fresh), "gone": gone})
    return len(fresh), gone


def _by_day(busy: Busy) -> list[Busy]:
    made, start, number = [], busy.starts_at, 0
    while start < busy.ends_at:
        end = min(busy.ends_at, start + timedelta(days=1))
        made.append(Busy(busy.uid if not number else f"{busy.uid[:58]}-{number}", start, end))
        start, number = end, number + 1
    return made
