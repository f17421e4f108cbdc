"""Appointments of a span of days, ready to print, in a number of queries that does not grow with them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from pepites.agenda.enums import AppointmentState, Travel
from pepites.agenda.models import Absence, Appointment
from pepites.agenda.shapes import Day, Line
from pepites.common.actor import Actor
from pepites.common.addresses import address
from pepites.common.calendar_words import day_of, month_of
from pepites.common.clock import CAYENNE, local_day, now, today
from pepites.directory.models import PractitionerRole

MOST_LINES = 400
NAMED = ("professional__civility", "professional__given_name", "professional__family_name")
_PRINTED = (
    "public_id", "series", "kind", "title", "starts_at", "ends_at", "travel", "travel_minutes", "place", "participants",
    "state", "patient__public_id", "patient__birth_name", "patient__first_given_name",
)  # fmt: skip
TONES = {
    AppointmentState.PENDING: "warning", AppointmentState.BOOKED: "info", AppointmentState.DONE: "success",
    AppointmentState.MISSED: "danger", AppointmentState.CANCELLED: "neutral",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Filter:
    """Whose agenda: one's own by default, a colleague's, a team's, a person's, a place's."""

    practice_id: int | None = None
    network_id: int | None = None
    patient_id: int | None = None
    place: str = ""
    cancelled: bool = False


def day_words(day: date) -> str:
    """« lundi 2 mars »; the year when it is another one."""
    number = "1er" if day.day == 1 else str(day.day)
    year = "" if day.year == today().year else f" {day.year}"
    return f"{day_of(day)} {number} {month_of(day)}{year}"


def hour_words(moment: datetime) -> str:
    """« 14 h 30 »."""
    local = moment.astimezone(CAYENNE)
    return f"{local.hour} h {local.minute:02d}"


def span_of(first: date, days: int) -> tuple[datetime, datetime]:
    """From the first midnight to the last, in French Guiana."""
    begins = datetime.combine(first, time(), CAYENNE)
    return begins, begins + timedelta(days=days)


def days_visible_to(actor: Actor, chosen: Filter, first: date, days: int) -> tuple[list[Day], bool]:
    """Each day with its appointments and absences; whether some were left out for want of room."""
    begins, ends = span_of(first, days)
    rows = list(
        _rows(actor, chosen)
        .filter(starts_at__lt=ends, starts_at__gte=begins - timedelta(days=1), ends_at__gt=begins)
        .order_by("starts_at", "id")[: MOST_LINES + 1]
    )
    made = {day: Day(day, day_words(day), day == today()) for day in (first + timedelta(days=n) for n in range(days))}
    for line in lines_of(actor, rows[:MOST_LINES]):
        day = max(local_day(line.starts_at), first)
        made[day].lines.append(line)
    for absence in _absences(actor, chosen, first, days):
        for day, one in made.items():
            if absence.starts_on <= day <= absence.ends_on:
                one.absences.append(_absent_words(absence))
    return list(made.values()), len(rows) > MOST_LINES


def upcoming_visible_to(actor: Actor, chosen: Filter, limit: int = 50) -> list[Line]:
    """The next ones, from this instant."""
    return lines_of(actor, _rows(actor, chosen).filter(ends_at__gt=now()).order_by("starts_at", "id")[:limit])


def past_visible_to(actor: Actor, chosen: Filter, limit: int = 30) -> list[Line]:
    """The last ones, the latest first."""
    return lines_of(actor, _rows(actor, chosen).filter(ends_at__lte=now()).order_by("-starts_at", "-id")[:limit])


def appointment_visible_to(actor: Actor, public_id: UUID) -> Appointment | None:
    """One appointment."""
    del actor
    return Appointment.objects.filter(public_id=public_id).select_related("patient", "network").first()


def _rows(actor: Actor, chosen: Filter) -> "QuerySet[Appointment]":
    rows = Appointment.objects.select_related("patient").only(*_PRINTED)
    if not chosen.cancelled:
        rows = rows.exclude(state=AppointmentState.CANCELLED)
    if chosen.patient_id is not None:
        return rows.filter(patient_id__same_person=chosen.patient_id)
    if chosen.network_id is not None:
        return rows.filter(Q(participants__overlap=team_of(chosen.network_id)) | Q(network_id=chosen.network_id))
    if chosen.place:
        return rows.filter(place__iexact=chosen.place)
    return rows.filter(participants__contains=[chosen.practice_id or actor.practice_id or 0])


def team_of(network_id: int) -> list[int]:
    """The places of practice of a network's members, today."""
    from pepites.networks.models import NetworkMembership
    from pepites.networks.selectors import in_force

    found = NetworkMembership.objects.filter(in_force(), network_id=network_id)
    return list(found.values_list("practice_id", flat=True).distinct()[:500])


def lines_of(actor: Actor, rows: Iterable[Appointment]) -> list[Line]:
    """Ready to print, with the names of who takes part."""
    listed = list(rows)
    names = names_of({one for row in listed for one in row.participants})
    return [_line(actor, row, names) for row in listed]


def names_of(practices: Iterable[int]) -> dict[int, str]:
    """Display names of places of practice, in one query."""
    found = PractitionerRole.objects.filter(pk__in=set(practices)).select_related("professional").only(*NAMED)
    return {one.pk: one.professional.display_name for one in found}


def _line(actor: Actor, row: Appointment, names: dict[int, str]) -> Line:
    others = [names.get(one, "") for one in row.participants if one != actor.practice_id]
    person = f"{row.patient.birth_name} {row.patient.first_given_name}" if row.patient else ""
    return Line(
        address=address("agenda:appointment", row.public_id),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        hours=f"{hour_words(row.starts_at)} – {hour_words(row.ends_at)}",
        day=day_words(local_day(row.starts_at)),
        title=row.title or row.get_kind_display(),
        kind=row.get_kind_display(),
        place=row.place,
        travel=travel_words(row),
        state=row.state,
        state_label=row.get_state_display(),
        tone=TONES[AppointmentState(row.state)],
        people=people_words(others),
        person=person,
        person_id=row.patient.public_id if row.patient else None,
        patient_id=row.patient_id,
        series=row.series is not None,
    )


def people_words(names: Sequence[str]) -> str:
    """Three names, then how many more."""
    known = [name for name in names if name]
    more = len(known) - 3
    return ", ".join(known[:3]) + (f" et {more} autre{'s' if more > 1 else ''}" if more > 0 else "")


def travel_words(row: Appointment) -> str:
    """« départ à 8 h 15, par le fleuve »."""
    if row.travel == Travel.NONE:
        return ""
    way = Travel(row.travel).label.lower()
    if not row.travel_minutes:
        return way
    return f"départ à {hour_words(row.starts_at - timedelta(minutes=row.travel_minutes))}, {way}"


def _absences(actor: Actor, chosen: Filter, first: date, days: int) -> list[Absence]:
    if chosen.patient_id is not None or chosen.place:
        return []
    who = team_of(chosen.network_id) if chosen.network_id else [chosen.practice_id or actor.practice_id or 0]
    return list(
        Absence.objects.filter(
            practice_id__in=who, cancelled_at=None, starts_on__lt=first + timedelta(days=days), ends_on__gte=first
        )
        .select_related("practice__professional", "replaced_by__professional")
        .only("starts_on", "ends_on", *(f"{one}__{name}" for one in ("practice", "replaced_by") for name in NAMED))[
            :100
        ]
    )


def _absent_words(absence: Absence) -> str:
    stands_in = f", remplacé par {absence.replaced_by.professional.display_name}" if absence.replaced_by else ""
    return f"{absence.practice.professional.display_name} : absence{stands_in}"
