"""Calendar files (RFC 5545): what an address answers, and what is read of a file that somebody gives."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import icalendar
import recurring_ical_events

from pepites.common.clock import CAYENNE
from pepites.common.errors import DomainError

TITLE = "Rendez-vous Pépites"
LARGEST = 1_000_000  # bytes
MOST_READ = 2000
AHEAD = timedelta(days=366)
NOT_READ = "Ce fichier n'est pas un calendrier lisible (.ics) : exportez-le de nouveau depuis votre agenda."


_FRAME = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Pépites//Agenda//FR\r\nX-WR-CALNAME:Pépites\r\n"
    "REFRESH-INTERVAL;VALUE=DURATION:PT30M\r\n{}END:VCALENDAR\r\n"
)


def calendar_of(lines: Iterable[tuple[UUID, datetime, datetime, str, str]], stamp: datetime) -> bytes:
    """A calendar with neutral titles: hours, and the place of what concerns nobody (interface §11).

    Written out: a telephone asks for hundreds of events every half hour, of which only the place is a free text.
    """
    stamped = _utc(stamp)
    events = [
        f"BEGIN:VEVENT\r\nSUMMARY:{TITLE}\r\nDTSTART:{_utc(starts_at)}\r\nDTEND:{_utc(ends_at)}\r\nDTSTAMP:{stamped}\r\n"
        f"UID:{public_id}@pepites\r\nCLASS:PRIVATE\r\nSTATUS:{'TENTATIVE' if state == 'attente' else 'CONFIRMED'}\r\n"
        f"{_location(place) if place else ''}END:VEVENT\r\n"
        for public_id, starts_at, ends_at, place, state in lines
    ]
    return _FRAME.format("".join(events)).encode()


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _location(place: str) -> str:
    """Escaped and folded."""
    line = icalendar.parser.Contentline.from_parts("LOCATION", icalendar.Parameters(), icalendar.vText(place))
    return str(line.to_ical(), "utf-8") + "\r\n"


@dataclass(frozen=True, slots=True)
class Busy:
    """A time when one is taken, read of a file: neither title nor guests are kept."""

    uid: str
    starts_at: datetime
    ends_at: datetime


def read_calendar(content: bytes, moment: datetime) -> list[Busy]:
    """When its owner is busy, for a year from ``moment``. Raises ``DomainError`` for no calendar, or too big a one."""
    if len(content) > LARGEST:
        raise DomainError("Ce fichier dépasse 1 Mo : exportez une période plus courte.", field="file")
    if content.count(b"\n") > 60_000 or content.upper().count(b"RRULE") > MOST_READ:
        raise DomainError("Ce fichier compte trop de lignes : exportez une période plus courte.", field="file")
    try:
        calendar = icalendar.Calendar.from_ical(content.decode("utf-8", "replace"))
        found = recurring_ical_events.of(_daily_at_most(calendar)).between(moment, moment + AHEAD)
        made = [busy for event in found if (busy := _busy(event)) is not None]
    except DomainError:
        raise
    except Exception:  # noqa: BLE001 - the readers of a hostile file raise what they will
        raise DomainError(NOT_READ, field="file") from None
    if len(made) > MOST_READ:
        raise DomainError(f"Ce fichier compte plus de {MOST_READ} rendez-vous à venir.", field="file")
    return sorted(made, key=lambda one: (one.starts_at, one.uid))


def _daily_at_most(calendar: Any) -> Any:
    """Refuse what repeats by the hour or faster before anything unrolls it."""
    if calendar.name != "VCALENDAR":
        raise DomainError(NOT_READ, field="file")
    for event in calendar.walk("VEVENT"):
        rules = event.get("RRULE", [])
        for rule in rules if isinstance(rules, list) else [rules]:
            parts = {str(key).upper(): value for key, value in rule.items()}
            if {"BYHOUR", "BYMINUTE", "BYSECOND"} & parts.keys() or str(parts.get("FREQ", [""])[0]).upper() not in (
                "DAILY", "WEEKLY", "MONTHLY", "YEARLY",
            ):  # fmt: skip
                raise DomainError("Un rendez-vous de ce fichier revient plusieurs fois par jour.", field="file")
    return calendar


def _busy(event: Any) -> Busy | None:
    if str(event.get("TRANSP", "")).upper() == "TRANSPARENT" or str(event.get("STATUS", "")).upper() == "CANCELLED":
        return None
    starts, ends = _moment(event["DTSTART"].dt), event.get("DTEND")
    ended = _moment(ends.dt) if ends is not None else starts + timedelta(hours=1)
    if not starts < ended <= starts + timedelta(days=31):
        return None
    uid = hashlib.sha256(f"{event.get('UID', '')}|{starts.isoformat()}".encode()).hexdigest()
    return Busy(uid, starts, ended)


def _moment(value: date | datetime) -> datetime:
    if not isinstance(value, datetime):
        return datetime.combine(value, time(), CAYENNE)
    return value if value.tzinfo else value.replace(tzinfo=CAYENNE)
