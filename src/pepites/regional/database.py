"""Calls of the regional functions, their refusals in French."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import DatabaseError, connection

from pepites.access.services import database_refusals
from pepites.common.errors import Conflict, DomainError

MESSAGES = {
    "non_link": "La cellule a jugé que ce sont deux personnes : levez d'abord cette décision.",
    "contradiction": "Ces identités se contredisent : le rapprochement demande un lecteur.",
    "alone": "Cette identité est déjà seule dans sa personne régionale.",
    "closed": "Cette carte a déjà été décidée.",
    "locked": "Un autre lecteur examine cette carte : attendez la fin de son quart d'heure, ou passez à la suivante.",
    "same_reader": "Vous avez donné le premier avis : un autre lecteur doit donner le second.",
    "impossible": "Cette décision ne convient pas à cette carte.",
    "exists": "Le nouvel identifiant est déjà pris dans ce domaine : envoyez plutôt une fusion.",
    "server_closed": "Le serveur régional est fermé : il ne reçoit plus rien ; ce qui fut exporté reste valable.",
    "together": "Ces deux identités sont déjà une seule personne régionale.",
}
ABSENT = {
    "record": "Aucune identité active ne porte cet identifiant.",
    "survivor": "L'identité qui doit rester n'est pas connue dans ce domaine : envoyez-la d'abord.",
    "absorbed": "L'identité à fusionner n'est pas connue dans ce domaine.",
}


class UnknownLocalId(DomainError):
    """The domain is known, the identifier is not (ITI-83: 404 not-found)."""

    status = 404
    code = "unknown_local_id"


@contextmanager
def regional_errors(code: str) -> Generator[None]:
    """Turn the words raised by the functions into errors that say what to do."""
    try:
        with database_refusals(code):
            yield
    except DatabaseError as error:
        cause = error.__cause__
        state = getattr(cause, "sqlstate", "")
        word = str(getattr(getattr(cause, "diag", None), "message_primary", "") or "")
        if state == "PE404":
            raise UnknownLocalId(ABSENT.get(word, ABSENT["record"])) from None
        if state != "PE409":
            raise
        name, _, detail = word.partition(":")
        if name == "merged":
            raise Conflict(f"Cette identité a été fusionnée dans {detail} : mettez à jour celle-là.") from None
        raise Conflict(MESSAGES.get(name, "L'état actuel ne permet pas cet acte."), code=name or None) from None


def as_array(numbers: Sequence[int]) -> str:
    """Integers as PostgreSQL writes an array: the driver takes ten times longer, one by one."""
    return "{" + ",".join(map(str, numbers)) + "}"


def rows(code: str, sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Call a function and give its rows."""
    with regional_errors(code), connection.cursor() as cursor:
        cursor.execute(sql, list(params))
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def subjects_of(record_ids: Sequence[int]) -> tuple[int, ...]:
    """Persons followed in Pépites among these records: what the journal must show in their trace."""
    return tuple(value("regional.record.refused", "SELECT regional_subjects(%s::bigint[])", [list(record_ids)]))


def value(code: str, sql: str, params: Sequence[Any]) -> Any:
    """Call a function and give its value."""
    return rows(code, sql, params)[0][0]
