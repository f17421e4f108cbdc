"""The starts of a series: days, weeks, fortnights or months apart, at the same local hour."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from pepites.agenda.enums import LONGEST_SERIES, MOST_REPEATED, Repeat
from pepites.common.clock import CAYENNE
from pepites.common.errors import DomainError

_STEP = {Repeat.DAILY: 1, Repeat.WEEKLY: 7, Repeat.FORTNIGHTLY: 14}


def starts(first: datetime, repeat: Repeat, until: date | None) -> list[datetime]:
    """Each start, the first included. The 31st of a month falls on the last day of a shorter one.

    Raises ``DomainError`` without an end, beyond two years or above 200 appointments.
    """
    if repeat == Repeat.NONE:
        return [first]
    local = first.astimezone(CAYENNE)
    if until is None:
        raise DomainError("Dites jusqu'à quand ce rendez-vous revient.", field="repeat_until")
    if until < local.date():
        raise DomainError("La fin de la série vient avant son début.", field="repeat_until")
    if until > local.date() + timedelta(days=LONGEST_SERIES):
        raise DomainError("Une série dure deux ans au plus.", field="repeat_until")
    made = []
    for day in _days(local.date(), repeat):
        if day > until:
            break
        made.append(local.replace(year=day.year, month=day.month, day=day.day))
        if len(made) > MOST_REPEATED:
            raise DomainError(f"Une série compte {MOST_REPEATED} rendez-vous au plus : rapprochez sa fin.",
                              field="repeat_until")  # fmt: skip
    return made


def _days(first: date, repeat: Repeat) -> Iterator[date]:
    step = 0
    while True:
        if repeat == Repeat.MONTHLY:
            months = first.month - 1 + step
            year, month = first.year + months // 12, months % 12 + 1
            yield date(year, month, min(first.day, monthrange(year, month)[1]))
        else:
            yield first + timedelta(days=step * _STEP[repeat])
        step += 1
