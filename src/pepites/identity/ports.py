"""What the identity asks of the national INSi teleservice, in its own words; ``interop.insi`` speaks its language."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from pepites.identity.ins import InsNumber


class Outcome(StrEnum):
    """What an exchange gave: the three result codes (§3.4), or no answer that can be used."""

    FOUND = "00"
    NONE = "01"
    SEVERAL = "02"
    FAULT = "erreur"


class Trouble(StrEnum):
    """Faults told apart by the client itself; those of the service keep their own code (``siram_40``…)."""

    NETWORK = "reseau"
    TIMEOUT = "delai"
    UNREADABLE = "illisible"
    BREAKER = "disjoncteur"
    CERTIFICATE = "certificat"
    UNKNOWN_CODE = "code_inconnu"


@dataclass(frozen=True, slots=True)
class InsiQuery:
    """The traits sent (INSI-1): strict forms only, sex M or F, full date; the place only when it helps (§3.4)."""

    birth_name: str
    given_name: str
    sex: str
    birth_date: dt.date
    birth_place_cog: str = ""
    variant: str = ""


@dataclass(frozen=True, slots=True)
class FormerIns:
    """A number of the history, with the period as INSi says it, even in the wrong order (§3.3)."""

    number: InsNumber
    starts_on: dt.date | None = None
    ends_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class InsiPerson:
    """What the national bases say of a person: active number, history, TIQ; stored as it is (INS-7, EXI REC 07)."""

    active: InsNumber
    history: tuple[FormerIns, ...]
    birth_name: str
    given_names: str
    sex: str
    birth_date: dt.date
    birth_place_cog: str

    def __repr__(self) -> str:
        return "InsiPerson(…)"


@dataclass(frozen=True, slots=True)
class InsiReply:
    """One exchange. ``code`` is the result code or the fault's; ``text`` the service's own sentence, for the screen."""

    message_id: str
    outcome: Outcome
    code: str
    text: str = ""
    person: InsiPerson | None = None
    latency_ms: int = 0
    raw: bytes = b""
    variant: str = ""

    def __repr__(self) -> str:
        return f"InsiReply({self.message_id}, {self.code})"


class InsiTeleservice(Protocol):
    """The teleservice. Each call gives every exchange made, the last one being the answer; nothing is ever raised."""

    environment: str
    mode: str

    def search(self, query: InsiQuery) -> tuple[InsiReply, ...]:
        """WS_INS2: search by the traits of identity."""

    def verify(self, number: InsNumber, query: InsiQuery) -> tuple[InsiReply, ...]:
        """WS_INS3: whether a number and traits still agree; FOUND when they do."""


def teleservice() -> InsiTeleservice | None:
    """The teleservice of this instance, None when none is connected (``PEPITES_INSI_URL``)."""
    if not settings.PEPITES_INSI_URL:
        return None
    found: InsiTeleservice = import_string(settings.PEPITES_GATEWAYS["insi"])()
    return found
