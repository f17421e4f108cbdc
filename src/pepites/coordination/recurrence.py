"""The next date of a recurring task (RFC 5545: FREQ=DAILY, WEEKLY or MONTHLY)."""

import calendar
from datetime import date, timedelta

from pepites.coordination.enums import Recurrence


def next_date(
    due_on: date, recurrence: str, anchor_day: int | None = None, *, after: date | None = None
) -> date | None:
    """First occurrence strictly after ``due_on`` and after ``after``; None when the task does not recur.

    A monthly task keeps its day (``anchor_day``), or takes the month's last day when the month is too short: a task of
    the 31st comes on 28 February, then again on 31 March. Occurrences missed meanwhile are not piled up.
    """
    floor = max(due_on, after or due_on)
    if recurrence in (Recurrence.DAILY, Recurrence.WEEKLY):
        step = 1 if recurrence == Recurrence.DAILY else 7
        missed = (floor - due_on).days // step
        return due_on + timedelta(days=step * (missed + 1))
    if recurrence == Recurrence.MONTHLY:
        day = anchor_day or due_on.day
        year, month = floor.year, floor.month
        while (candidate := _in_month(year, month, day)) <= floor:
            year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        return candidate
    return None


def _in_month(year: int, month: int, day: int) -> date:
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))
