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
    return timezone.now().astimezone(CAYENNE).date()
