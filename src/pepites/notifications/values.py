"""What is told, and what a line of the list shows."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pepites.access.enums import Level


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something to tell. ``title`` names nobody and says nothing of health (law 6); ``key`` names what happened: told
    again, it is told once. ``link`` is an address of the platform; ``level`` is what the page behind it asks."""

    event: str
    key: str
    title: str
    link: str
    patient_id: int | None = None
    level: int = Level.SOCIAL


@dataclass(frozen=True, slots=True)
class Escalation:
    """Whom to warn, and when, if nobody takes an alert in hand; ``to`` is a word of the app that raises it."""

    at: datetime
    to: str


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """One line of the list, ready to print."""

    public_id: UUID
    title: str
    label: str
    urgent: bool
    unread: bool
    person: str
    when: str
    to_take: bool
    state: str
