"""Merging two files of one person, second reading, undoing, sorting what was written in between (RNIV-13)."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Any, Final
from uuid import UUID

from django.db import DatabaseError, connection

from pepites.access.events import RightsChanged
from pepites.access.policies import require
from pepites.access.services import database_refusals
from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.errors import Conflict, DomainError
from pepites.common.events import publish
from pepites.common.identifiers import new_uuid
from pepites.common.sorting import sorted_tables, tables_to_sort
from pepites.identity import policies
from pepites.identity.enums import MergeState, RowDecision
from pepites.identity.events import PatientsMerged, PatientsSeparated, RowMisplaced

REFUSED: Final = "identity.merge.refused"
OBSTACLES: Final = {
    "merged": "Ces deux dossiers n'en font déjà qu'un.",
    "fictitious": "Une identité fictive ou cachée ne se fusionne pas.",
    "doubtful": "Une de ces identités est douteuse : levez d'abord ce doute.",
    "ins": "Chacune porte un INS actif, et ce ne sont pas les mêmes : l'un est faux, ou ce sont deux personnes.",
    "distinct": "Il a été décidé que ce sont deux personnes : cette décision tient jusqu'à ce qu'elle soit levée.",
    "opposition": (
        "Une opposition n'est connue que d'un des deux dossiers :"
        " faites-la inscrire sur l'autre, ou lever, avant la fusion."
    ),
}
_WORDS: Final = OBSTACLES | {
    "absent": "L'une de ces personnes n'existe pas.",
    "asked": "Une fusion attend déjà un second avis pour l'une de ces personnes.",
    "decided": "Cette demande a déjà été décidée.",
    "same_reader": "Vous l'avez demandé vous-même : un autre membre de la cellule doit le relire.",
    "not_done": "Cette fusion n'est pas en vigueur.",
    "sorted": "Cette ligne a déjà été triée.",
    "unsorted": "Il reste des lignes à trier.",
}


@contextmanager
def _conflicts(code: str) -> Generator[None]:
    try:
        with database_refusals(code):
            yield
    except DatabaseError as error:
        cause = error.__cause__
        if getattr(cause, "sqlstate", "") != "PE409":
            raise
        word = str(getattr(getattr(cause, "diag", None), "message_primary", "") or "")
        raise Conflict(_WORDS.get(word, "L'état actuel ne permet pas cet acte."), code=word or None) from None


def call(code: str, sql: str, params: Sequence[Any]) -> tuple[Any, ...]:
    """Call a function of merges or collisions and give its row; what it refuses is said in French."""
    with _conflicts(code), connection.cursor() as cursor:
        cursor.execute(sql, list(params))
        row: tuple[Any, ...] = cursor.fetchone()
        return row


def said(text: str, longest: int = 300, *, field: str = "reason") -> str:
    """A reason, or a description, in a few words at least."""
    text = " ".join(text.split())[:longest]
    if len(text) < 5:
        raise DomainError("Dites-le en quelques mots.", field=field)
    return text


def ask_merge(*, actor: Actor, one: UUID, two: UUID, reason: str) -> tuple[UUID, MergeState]:
    """Merge two files, or ask for the second reading when either identity is validated or qualified.

    The survivor is the one of higher status, then the oldest. Raises ``Conflict`` that says what stands in the way.
    """
    require(policies.can_merge(actor), code=REFUSED)
    public_id = new_uuid()
    survivor, absorbed, state = call(
        REFUSED,
        "SELECT * FROM identity_ask_merge(%s, %s, %s, %s, %s)",
        [public_id, one, two, said(reason), list(sorted_tables())],
    )
    record(
        "identity.merge.asked", action="C", subjects=(survivor, absorbed), object_type="merge", object_id=public_id,
        justification=reason[:200],
    )  # fmt: skip
    if state == MergeState.DONE:
        _merged(survivor, absorbed, public_id)
    return public_id, MergeState(state)


def decide_merge(*, actor: Actor, merge_id: UUID, accept: bool, reason: str = "") -> None:
    """The second reader's word. A refusal needs its reason; whoever asked may take the demand back."""
    require(policies.can_merge(actor), code=REFUSED)
    word = reason.strip()[:300] if accept else said(reason)
    survivor, absorbed = call(
        REFUSED, "SELECT * FROM identity_decide_merge(%s, %s, %s, %s)", [merge_id, accept, word, list(sorted_tables())]
    )
    if accept:
        _merged(survivor, absorbed, merge_id)
    else:
        record(
            "identity.merge.rejected", action="U", subjects=(survivor, absorbed), object_type="merge",
            object_id=merge_id, justification=word[:200],
        )  # fmt: skip


def _merged(survivor: int, absorbed: int, merge_id: UUID) -> None:
    record("identity.merge.done", action="U", subjects=(survivor, absorbed), object_type="merge", object_id=merge_id)
    publish(PatientsMerged(survivor_id=survivor, absorbed_id=absorbed))
    publish(RightsChanged(patient_id=survivor, practice_id=None))


def undo_merge(*, actor: Actor, merge_id: UUID, reason: str) -> int:
    """Separate two files that a merge had joined: each is again what it was, and the rows written meanwhile, of either,
    wait to be sorted. Gives their number."""
    require(policies.can_merge(actor), code=REFUSED)
    survivor, absorbed, to_sort = call(
        REFUSED, "SELECT * FROM identity_undo_merge(%s, %s, %s)", [merge_id, said(reason), tables_to_sort()]
    )
    record(
        "identity.merge.undone", action="U", subjects=(survivor, absorbed), object_type="merge", object_id=merge_id,
        justification=reason[:200], detail={"to_sort": to_sort},
    )  # fmt: skip
    publish(PatientsSeparated(survivor_id=survivor, absorbed_id=absorbed))
    publish(RightsChanged(patient_id=survivor, practice_id=None))
    publish(RightsChanged(patient_id=absorbed, practice_id=None))
    return int(to_sort)


def sort_row(*, actor: Actor, row_id: UUID, decision: RowDecision) -> None:
    """Say whose a row is. The row itself stays where it was written (design, law 2): when it concerns the other person,
    its author is asked to write it there and to withdraw it here."""
    require(policies.can_merge(actor), code=REFUSED)
    patient_id, other_id, number, other_number, author_id, table, at = call(
        REFUSED, "SELECT * FROM identity_sort_row(%s, %s)", [row_id, decision]
    )
    record(
        "identity.merge.sorted", action="U", subjects=(patient_id, other_id), object_type="merge_row", object_id=row_id,
        detail={"decision": str(decision)},
    )  # fmt: skip
    if decision == RowDecision.OTHER:
        known = sorted_tables().get(table)
        publish(RowMisplaced(number, other_number, author_id, known.label if known else table, at))
