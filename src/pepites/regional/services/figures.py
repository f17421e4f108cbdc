"""The counts of each day, kept (RNIV §2.7)."""

import datetime as dt
from typing import Final

from pepites.access.policies import require
from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.clock import today
from pepites.common.errors import DomainError
from pepites.regional import policies
from pepites.regional.database import rows
from pepites.regional.models import DailyFigures

REFUSED: Final = "regional.figures.refused"
CAUGHT_UP: Final = 31
"""Days that the nightly job counts at most, when nights were missed."""


def take_figures(*, actor: Actor, day: dt.date) -> None:
    """Count one day that is over, again if it was counted before: the same day gives the same counts."""
    require(policies.may_take_figures(actor), code=REFUSED)
    if day >= today():
        raise DomainError("Ce jour n'est pas fini : demandez un jour passé.", field="day")
    rows(REFUSED, "SELECT regional_take_figures(%s)", [day])
    record("regional.figures.taken", action="C", object_type="regional_figures", object_id=day.isoformat())


def missing_days() -> list[dt.date]:
    """Days over and not counted yet, the oldest first: since the last one counted, yesterday alone on a new base."""
    yesterday = today() - dt.timedelta(days=1)
    last = DailyFigures.objects.order_by("-day").values_list("day", flat=True).first()
    first = (
        yesterday if last is None else max(last + dt.timedelta(days=1), yesterday - dt.timedelta(days=CAUGHT_UP - 1))
    )
    return days_between(first, yesterday)


def days_between(first: dt.date, last: dt.date) -> list[dt.date]:
    """Every day, bounds included."""
    return [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]
