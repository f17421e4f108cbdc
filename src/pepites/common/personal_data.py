"""Registry of personal data: each app says, per model, what it holds, why and for how long (RGPD art. 30)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PersonalData:
    """What one model holds about people.

    ``subject`` is ``patient`` or ``professional``; ``path`` the column that leads to the person;
    ``retention`` a French sentence; ``category`` a word of the register (identité, coordination, santé, sécurité).
    """

    model: str
    subject: str
    path: str
    category: str
    retention: str


_registry: dict[str, PersonalData] = {}


def register(*entries: PersonalData) -> None:
    """Declare the models of an app; called in its ``ready()``."""
    for entry in entries:
        _registry[entry.model] = entry


def registered() -> dict[str, PersonalData]:
    """Every declared model, by label (``app.Model``)."""
    return dict(_registry)
