"""Periods of figures: a month, a quarter, a year, or any days; read from an address, never longer than five years."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from pepites.common.calendar_words import month_of

_CODE: Final = re.compile(r"(20\d\d)(?:-(?:(0[1-9]|1[0-2])|t([1-4])))?")
LONGEST: Final = timedelta(days=5 * 366)


@dataclass(frozen=True, slots=True)
class Period:
    """From one day to another, both counted; ``months`` is 1, 3 or 12 when it is one of the calendar, else 0."""

    since: date
    upto: date
    months: int = 0

    @property
    def code(self) -> str:
        """How an address names it; empty for free days."""
        if self.months == 1:
            return f"{self.since:%Y-%m}"
        if self.months == 3:
            return f"{self.since.year}-t{(self.since.month + 2) // 3}"
        return str(self.since.year) if self.months else ""

    @property
    def label(self) -> str:
        """How a screen names it."""
        if self.months == 1:
            return f"{month_of(self.since)} {self.since.year}"
        if self.months == 3:
            number = (self.since.month + 2) // 3
            return f"{number}{'er' if number == 1 else 'e'} trimestre {self.since.year}"
        return f"année {self.since.year}" if self.months else f"du {self.since:%d/%m/%Y} au {self.upto:%d/%m/%Y}"

    @property
    def previous(self) -> "Period":
        """The one before, as long."""
        if self.months:
            return calendar(add_months(self.since, -self.months), self.months)
        days = self.upto - self.since
        return Period(self.since - days - timedelta(days=1), self.since - timedelta(days=1))


def add_months(first: date, months: int) -> date:
    """The first day of a month, some months away."""
    place = first.year * 12 + first.month - 1 + months
    return date(place // 12, place % 12 + 1, 1)


def calendar(since: date, months: int) -> Period:
    """The period of the calendar that starts that day."""
    return Period(since, add_months(since, months) - timedelta(days=1), months)


def read_period(code: str, day: date) -> Period:
    """What an address asks: ``2026-11``, ``2026-t4`` or ``2026``; the month of ``day`` for anything else or to come."""
    found = _CODE.fullmatch(code)
    this = calendar(day.replace(day=1), 1)
    if found is None:
        return this
    year, month, quarter = int(found[1]), found[2], found[3]
    if month:
        asked = calendar(date(year, int(month), 1), 1)
    elif quarter:
        asked = calendar(date(year, 3 * int(quarter) - 2, 1), 3)
    else:
        asked = calendar(date(year, 1, 1), 12)
    return asked if asked.since <= day else this


def offered(day: date) -> list[Period]:
    """Twelve months, eight quarters, three years, the latest first."""
    month = day.replace(day=1)
    quarter = date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
    found = [calendar(add_months(month, -n), 1) for n in range(12)]
    found += [calendar(add_months(quarter, -3 * n), 3) for n in range(8)]
    return found + [calendar(date(day.year - n, 1, 1), 12) for n in range(3)]


def around(months: Sequence[Period]) -> list[Period]:
    """The quarters and the years that these months make."""
    quarters = {(one.since.year, (one.since.month + 2) // 3) for one in months}
    years = sorted({one.since.year for one in months})
    found = [calendar(date(year, 3 * number - 2, 1), 3) for year, number in sorted(quarters)]
    return found + [calendar(date(year, 1, 1), 12) for year in years]


def needed_for(day: date) -> list[Period]:
    """Every period that a dashboard may need on a day: those offered, those before them, the months drawn."""
    found = {one for asked in offered(day) for one in (asked, asked.previous, *whole_years(asked, day))}
    found |= set(around([one for one in found if one.months == 1]))
    return sorted(found, key=lambda one: (one.since, one.months))


def whole_years(period: Period, day: date) -> list[Period]:
    """Every month, until the one of ``day``, of the years that the twelve months up to the period's end touch."""
    last = min(period.upto, day).replace(day=1)
    first = date(add_months(last, -11).year, 1, 1)
    end = min(date(last.year, 12, 1), day.replace(day=1))
    count = (end.year - first.year) * 12 + end.month - first.month + 1
    return [calendar(add_months(first, n), 1) for n in range(count)]
