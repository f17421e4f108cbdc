"""Two editors of one appointment: what was typed beside what it has become, field by field (interface §9)."""

from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from django.forms import Form

from pepites.agenda.enums import Travel
from pepites.agenda.forms import LENGTHS
from pepites.agenda.models import Appointment
from pepites.common.clock import CAYENNE


@dataclass(frozen=True, slots=True)
class Compared:
    """One field; ``typed`` is empty where the form does not ask for it."""

    label: str
    typed: str
    current: str

    @property
    def differs(self) -> bool:
        """Whether they say something else."""
        return bool(self.typed) and self.typed != self.current


LABELS = {
    "day": "Jour", "starts": "Heure", "minutes": "Durée", "place": "Lieu", "travel": "Trajet",
    "travel_minutes": "Durée du trajet",
}  # fmt: skip


def slot_of(one: Appointment) -> dict[str, Any]:
    """Its slot as the form asks for it."""
    local = one.starts_at.astimezone(CAYENNE)
    return {
        "day": local.date(), "starts": local.time(), "place": one.place, "travel": one.travel,
        "minutes": (one.ends_at - one.starts_at) // timedelta(minutes=1), "version": one.version,
        "travel_minutes": one.travel_minutes or None,
    }  # fmt: skip


def overtaken(form: Form, one: Appointment) -> list[Compared]:
    """Where the appointment stands beside what was typed, when somebody changed it meanwhile; nothing otherwise.

    The form then carries the version shown here: sent again, it is a choice made knowingly.
    """
    one.refresh_from_db()
    if not one.is_open or form.cleaned_data["version"] == one.version:
        return []
    form.data = {**form.data.dict(), "version": str(one.version)}  # type: ignore[attr-defined]
    current, typed = slot_of(one), form.cleaned_data
    return [
        Compared(label, _words(name, typed[name]) if name in typed else "", _words(name, current[name]))
        for name, label in LABELS.items()
    ]


def _words(name: str, value: Any) -> str:
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, time):
        return f"{value.hour} h {value.minute:02d}"
    if name == "minutes":
        return dict(LENGTHS).get(value, f"{value} min")
    if name == "travel":
        return str(Travel(value).label)
    if name == "travel_minutes" and value:
        return f"{value} min"
    return str(value or "").strip() or "–"
