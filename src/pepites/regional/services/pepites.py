"""Pépites as a domain among others: its identities are copied in the transaction that changes them."""

from collections.abc import Sequence

from pepites.common.actor import Actor
from pepites.common.identifiers import new_regional_id
from pepites.regional.database import rows
from pepites.regional.services.keys import REFUSED
from pepites.regional.services.matching import match_records

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
