"""The one place that tells the time, so that tests can move it."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

CAYENNE = ZoneInfo("America/Cayenne")


def now() -> datetime:
    """The present instant, aware, UTC."""
    return timezone.now()


def today() -> date:
    """The present day in French Guiana."""
    return local_day(timezone.now())


def local_day(moment: datetime) -> date:
    """The day in French Guiana of that instant: late in the evening, UTC is already the day after."""
    return moment.astimezone(CAYENNE).date()
