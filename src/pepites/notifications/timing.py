"""When a message may leave: quiet hours and the daily digest. Pure: no clock, no base (coordination P10)."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from pepites.common.clock import CAYENNE
from pepites.notifications.enums import Rhythm, Urgency

WHOLE_WEEK = (0, 1, 2, 3, 4, 5, 6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preference:
    """What a person chose. Quiet hours begin at ``quiet_from`` on the ``quiet_days`` (Monday is 0) and may end the
    next day; without both ends, or with twice the same hour, there are none."""

    rhythm: Rhythm = Rhythm.AT_ONCE
    digest_hour: int = 7
    quiet_from: time | None = None
    quiet_to: time | None = None
    quiet_days: tuple[int, ...] = WHOLE_WEEK
    urgent_passes: bool = False


def when_to_send(preference: Preference, urgency: Urgency, at: datetime) -> datetime:
    """The moment from which a message about something of ``at`` may leave.

    An urgent one waits for no digest, and passes the quiet hours only if the person says so; one that can wait leaves
    with the digest whatever the rhythm.
    """
    moment = at.astimezone(CAYENNE)
    if urgency is Urgency.URGENT:
        if preference.urgent_passes:
            return at
    elif preference.rhythm is Rhythm.DAILY or urgency is Urgency.DIGEST:
        moment = _next_digest(preference.digest_hour, moment)
    end = quiet_until(preference, moment)
    return (end or moment).astimezone(at.tzinfo)


def quiet_until(preference: Preference, moment: datetime) -> datetime | None:
    """The end of the quiet hours that ``moment`` falls in, None outside them.

    One stretch is shorter than a day, so that two never touch.
    """
    start, end = preference.quiet_from, preference.quiet_to
    if start is None or end is None or start == end:
        return None
    local = moment.astimezone(CAYENNE)
    for day in (local.date() - timedelta(days=1), local.date()):  # last evening's stretch may still run
        begins = datetime.combine(day, start, CAYENNE)
        ends = datetime.combine(day + timedelta(days=int(end < start)), end, CAYENNE)
        if day.weekday() in preference.quiet_days and begins <= local < ends:
            return ends
    return None


def _next_digest(hour: int, moment: datetime) -> datetime:
    today = moment.replace(hour=hour, minute=0, second=0, microsecond=0)
    return today if today >= moment else today + timedelta(days=1)
