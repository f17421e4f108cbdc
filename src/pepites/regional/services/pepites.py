"""Pépites as a domain among others: its identities are copied in the transaction that changes them."""

from collections.abc import Sequence

from pepites.common.actor import Actor
from pepites.common.identifiers import new_regional_id
from pepites.regional.database import rows
from pepites.regional.enums import Queue
from pepites.regional.services.keys import REFUSED
from pepites.regional.services.matching import lock_all, match_records, open_pair

SPARE = 20
"""Regional identifiers kept for persons who come back after they left; a batch holds new persons only."""


def feed_persons(*, actor: Actor, patient_ids: Sequence[int]) -> None:
    """Copy the present identity of these persons, then match it with the other domains' (STIC-2).

    A fictitious, hidden or absorbed identity leaves the server instead. One journal line less: the act that changed
    the identity is journalled already.
    """
    if not patient_ids:
        return
    stored = rows(
        REFUSED,
        "SELECT * FROM regional_feed_pepites(%s::bigint[], %s::text[])",
        [list(patient_ids), [new_regional_id() for _ in patient_ids[:SPARE]]],
    )
    ids = [int(row[0]) for row in stored]
    match_records(actor, ids, fuzzy=len(ids) == 1)


def merge_persons(*, actor: Actor, survivor_id: int, absorbed_id: int) -> None:
    """Two persons of Pépites were merged (as A40 from another domain): the absorbed identity leaves, pointing to the
    survivor; whoever it was linked with, and the survivor is not, makes a card for the cell (RNIV-13)."""
    lock_all()
    for kept, left in rows(REFUSED, "SELECT * FROM regional_merge_pepites(%s, %s)", [survivor_id, absorbed_id]):
        if left is not None:
            open_pair(Queue.CANDIDATES, kept, left, "Fusion dans Pépites : l'identité absorbée était liée à celle-ci")
    feed_persons(actor=actor, patient_ids=(survivor_id,))


def separate_persons(*, actor: Actor, survivor_id: int, absorbed_id: int) -> None:
    """A merge was undone: the absorbed identity goes back to the regional person it had, never to the survivor's."""
    lock_all()
    rows(REFUSED, "SELECT regional_separate_pepites(%s, %s)", [survivor_id, absorbed_id])
    feed_persons(actor=actor, patient_ids=(survivor_id, absorbed_id))
