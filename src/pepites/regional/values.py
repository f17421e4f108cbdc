"""What comes in and goes out of the regional server. Pure."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from pepites.identity.traits import IdentityTraits
from pepites.identity.values import AliasValue, InsNumber

__all__ = [
    "CrossReference",
    "Grade",
    "IncomingRecord",
    "InsNumber",
    "MatchFound",
    "Page",
    "PdqCriteria",
    "PersonFound",
    "Received",
    "UnlinkDone",
]


@dataclass(frozen=True, slots=True)
class IncomingRecord:
    """One identity as its domain says it."""

    local_id: str
    traits: IdentityTraits
    status: str = "PROV"
    attributes: frozenset[str] = frozenset()
    ins: InsNumber | None = None
    ins_history: tuple[InsNumber, ...] = ()
    phones: tuple[str, ...] = ()
    commune_cog: str = ""
    birth_rank: int | None = None
    active: bool = True
    occurred_at: dt.datetime | None = None
    aliases: tuple[AliasValue, ...] = ()


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a message. ``outcome``: A linked to another record, B a card waits, C nobody else (§5.3)."""

    record_public_id: UUID
    regional_id: str
    created: bool
    outcome: str


@dataclass(frozen=True, slots=True)
class CrossReference:
    """One identifier of the same person in another domain (ITI-83)."""

    system: str
    local_id: str
    regional_id: str
    domain_id: int


@dataclass(frozen=True, slots=True)
class PdqCriteria:
    """A demographic query (ITI-78): an own identifier, or date of birth, name and given name at least (STIC-10)."""

    birth_date: dt.date | None = None
    family: str = ""
    given: str = ""
    sex: str = ""
    local_id: str = ""
    domain_id: int | None = None
    page: int = 1


@dataclass(frozen=True, slots=True)
class PersonFound:
    """A regional person by its best traits (STIC-3). ``local_id`` only in the caller's own domain."""

    regional_id: str
    traits: IdentityTraits
    status: str
    source: str
    local_id: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of persons, and whether there are more."""

    items: Sequence[PersonFound]
    more: bool = False


class Grade:
    """Match grades of ITI-119."""

    CERTAIN, PROBABLE, POSSIBLE = "certain", "probable", "possible"


@dataclass(frozen=True, slots=True)
class MatchFound:
    """A regional person that a record may be: ``score`` 0–1, ``grade`` certain, probable or possible (ITI-119)."""

    person: PersonFound
    score: float
    grade: str


@dataclass(frozen=True, slots=True)
class UnlinkDone:
    """What an unlink did: the identifier of each part, and the accesses made through the wrong link (STIC-9)."""

    record_regional_id: str
    rest_regional_id: str
    accesses: list[dict[str, object]] = field(default_factory=list)
