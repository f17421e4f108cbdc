"""Asking the national directory about one person, now (annuaire-et-authentification §3); the bulk comes by files."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from pepites.common.errors import DomainError


class NationalAway(DomainError):
    """The directory does not answer, or not as it should; ``reason`` is a word for the log."""

    status = 503
    code = "national_directory_away"

    def __init__(self, reason: str) -> None:
        super().__init__(
            "L'annuaire national ne répond pas. Ce qui est affiché vient de la copie d'ici ; réessayez plus tard."
        )
        self.reason = reason


@dataclass(frozen=True, slots=True)
class LivePlace:
    """One situation d'exercice."""

    name: str = ""
    finess: str = ""
    address: str = ""
    phone: str = ""
    function: str = ""  # code of R21, R85 or R96
    mode: str = ""  # code of R23


@dataclass(frozen=True, slots=True)
class LivePerson:
    """What the directory says of a professional. ``mailboxes``: only those marked MSSanté (§1.5)."""

    rpps: str
    national_id: str
    family_name: str
    given_name: str
    title: str = ""
    active: bool = True
    professions: tuple[str, ...] = ()
    places: tuple[LivePlace, ...] = ()
    mailboxes: tuple[str, ...] = ()


class NationalDirectory(Protocol):
    """The directory's own interface."""

    def find(self, rpps: str) -> LivePerson | None:
        """The person of that number; None when there is none. Raises ``NationalAway``."""
        ...

    def changed_since(self, day: date) -> Iterator[str]:
        """RPPS numbers changed since that day, thirty days back at most. Raises ``NationalAway``."""
        ...


def national_directory() -> NationalDirectory | None:
    """The directory's interface, None without a key: the local copy is then all there is."""
    if not (settings.PEPITES_ANNUAIRE_API_URL and settings.PEPITES_ANNUAIRE_API_KEY):
        return None
    found: NationalDirectory = import_string(settings.PEPITES_GATEWAYS["annuaire"])()
    return found
