"""Search before creation (law 11, RNIV-9, RNIV-10): counted, journalled, narrow."""

import datetime as dt
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import DatabaseError, connection, transaction

from pepites.access.policies import require
from pepites.access.services import database_refusals
from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.errors import DomainError, TooMany
from pepites.common.identifiers import REGIONAL_ID_LENGTH, is_regional_id, new_uuid, read_regional_id
from pepites.common.text import words
from pepites.identity import policies
from pepites.identity.dates import PartialDate
from pepites.identity.ins import InsNumber
from pepites.identity.insi.sealing import fingerprint

MAX_LETTERS = 3
TOO_MANY = "Vous avez fait 30 recherches ou créations en une minute. Attendez un instant, puis recommencez."


@dataclass(frozen=True, slots=True)
class Found:
    """One person shown: strict traits and status only (law 11). ``nearness`` 1 is the very date asked."""

    patient_id: int
    public_id: UUID
    birth_name: str
    first_given_name: str
    given_names: str
    birth_date: dt.date
    interpreted: bool
    sex: str
    birth_place_cog: str
    status: str
    flags: str
    nearness: int
    visible: bool


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What a search found, and its proof: ``search_id`` opens a creation on that date for 30 minutes (RNIV-9)."""

    search_id: UUID
    found: tuple[Found, ...]


@contextmanager
def _limits() -> Generator[None]:
    """Savepoint, so that a refused search leaves the page its own queries; PE429 becomes ``TooMany``."""
    try:
        with transaction.atomic(), database_refusals("identity.search.refused"):
            yield
    except DatabaseError as error:
        if getattr(error.__cause__, "sqlstate", "") != "PE429":
            raise
        raise TooMany(TOO_MANY) from None


def search_before_create(*, actor: Actor, birth_date: PartialDate, letters: str = "") -> SearchResult:
    """Persons born that day or near it, whose name or given name starts with the letters (three at most).

    Looks in birth and used names, all given names, aliases, deactivated identities (their survivor is shown), and on
    the swapped date, interpreted dates of the year, neighbouring years of 31/12 and 01/01 (RNIV-9, RNIV-10).
    """
    require(policies.can_search(actor), code="identity.search.refused")
    start = words(letters)
    if len(start) > MAX_LETTERS:
        raise DomainError("Trois lettres au plus : le début du nom ou du prénom.", field="letters")
    return _search(
        "SELECT * FROM identity_search_before_create(%s, %s, %s, %s)",
        [birth_date.stored, str(birth_date.precision), start],
    )


def search_by_number(*, actor: Actor, number: str) -> SearchResult:
    """The person of a complete regional identifier (STIC-1); never a part of it (RNIV-11)."""
    require(policies.can_search(actor), code="identity.search.refused")
    complete = read_regional_id(words(number).replace(" ", ""))
    if len(complete) != REGIONAL_ID_LENGTH:
        raise DomainError("Saisissez l'identifiant régional en entier : GF et 11 caractères.", field="number")
    if not is_regional_id(complete):
        raise DomainError("Cet identifiant n'existe pas : vérifiez chaque caractère.", field="number")
    return _search("SELECT * FROM identity_search_number(%s, %s)", [complete])


def search_by_ins(*, actor: Actor, number: InsNumber) -> SearchResult:
    """The person of a complete INS, active or former, read rather than typed (RNIV-11, law 11)."""
    require(policies.can_search(actor), code="identity.search.refused")
    return _search("SELECT * FROM identity_search_ins(%s, %s)", [fingerprint(number)])


def count_attempt(*, actor: Actor, search_id: UUID) -> None:
    """Count a creation about to be compared: it shows who looks the same, as a search does; raises ``TooMany``.

    Called outside what the warning undoes, or a warned creation would not count.
    """
    require(policies.can_search(actor), code="identity.search.refused")
    with _limits(), connection.cursor() as cursor:
        cursor.execute("SELECT identity_count_attempt(%s, %s)", [new_uuid(), search_id])


def _search(sql: str, params: list[Any]) -> SearchResult:
    search_id = new_uuid()
    with _limits(), connection.cursor() as cursor:
        cursor.execute(sql, [search_id, *params])
        found = tuple(Found(*row) for row in cursor.fetchall())
    record(
        "identity.search",
        action="E",
        subjects=tuple(one.patient_id for one in found),
        object_type="search",
        object_id=search_id,
        detail={"found": len(found)},
    )
    return SearchResult(search_id, found)
