"""Names of the days and of the months, in French: said the same everywhere, whatever the server's locale."""

from datetime import date
from typing import Final

DAYS: Final = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MONTHS: Final = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
    "décembre",
)  # fmt: skip


def day_of(day: date) -> str:
    """« lundi »."""
    return DAYS[day.weekday()]


def month_of(day: date) -> str:
    """« mars »."""
    return MONTHS[day.month - 1]
