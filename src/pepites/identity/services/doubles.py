"""The worklist: cards opened by creations and imports, settled by the cell or the coordination (RNIV-12)."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from pepites.access.policies import require
from pepites.access.services import database_refusals
from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.errors import Conflict, DomainError
from pepites.common.events import publish
from pepites.common.identifiers import new_uuid
from pepites.identity import policies
from pepites.identity.enums import CardState
from pepites.identity.events import CardSettled
from pepites.identity.models import DoubleCandidate
from pepites.identity.phones import phone_tail
from pepites.identity.selectors import Candidate
from pepites.identity.traits import IdentityTraits

NEW = "nouveau"
_OPEN = (
    "SELECT identity_open_card(%s, %s::bigint, %s::bigint, %s::bigint, %s, %s, %s::integer, %s::jsonb, %s,"
    " %s::text[], %s)"
)


def open_pair_card(*, actor: Actor, created: int, double: Candidate, comment: str) -> None:
    """A card for the person just created and one who looks the same; both get the homonym alert (HOMD, §5.4-6)."""
    del actor
    _open_card(
        [new_uuid(), double.patient_id, created, None, "", "création", None, "{}", double.score, list(double.reasons),
         comment],
        (double.patient_id, created),
    )  # fmt: skip


def line_fingerprint(traits: IdentityTraits, phones: Sequence[str] = ()) -> str:
    """What makes two import lines the same one, whatever the file: strict traits and phones."""
    parts = [
        traits.birth_name, traits.given_names, traits.birth_date.stored.isoformat(), str(traits.birth_date.interpreted),
        traits.sex, traits.birth_place_cog, *sorted(phone_tail(phone) for phone in phones),
    ]  # fmt: skip
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def open_line_card(
    *,
    actor: Actor,
    candidate: Candidate,
    traits: IdentityTraits,
    network_id: int,
    phones: Sequence[str] = (),
    source: str = "",
    line: int | None = None,
) -> str:
    """A card for an import line that looks like a person; the same line again adds none.

    Returns ``nouveau``, ``ouvert`` (already waiting), ``meme`` (settled: it is that person) or ``distinct`` (settled:
    the line may be created).
    """
    require(policies.can_import(actor), code="identity.card.settle", subjects=(candidate.patient_id,))
    kept = {name: str(value) for name, value in traits.columns().items() if value not in ("", None, False)}
    return _open_card(
        [new_uuid(), candidate.patient_id, None, network_id, line_fingerprint(traits, phones), source[:200], line,
         json.dumps(kept | {"phones": list(phones)}), candidate.score, list(candidate.reasons), ""],
        (candidate.patient_id,),
    )  # fmt: skip


def _open_card(params: list[Any], subjects: tuple[int, ...]) -> str:
    with database_refusals("identity.card.settle", *subjects), connection.cursor() as cursor:
        cursor.execute(_OPEN, params)
        state = str(cursor.fetchone()[0])
    if state == NEW:
        record("identity.card.opened", action="C", subjects=subjects, object_type="card", object_id=str(params[0]))
    return state


def settle_card(*, actor: Actor, card_id: UUID, same: bool, reason: str = "") -> CardState:
    """Decide a card. Same: « doublon confirmé », kept for the merge. Not the same: it holds until lifted, and both are
    marked proven homonyms (STIC-2). A decision needs its reason when persons differ."""
    require(policies.can_settle(actor), code="identity.card.settle")
    reason = reason.strip()[:300]
    if not same and not reason:
        raise DomainError("Dites en quelques mots pourquoi ce ne sont pas les mêmes personnes.", field="reason")
    card = DoubleCandidate.objects.filter(public_id=card_id).first()
    subjects = tuple(pk for pk in (card.patient_id, card.other_id) if pk) if card else ()
    with database_refusals("identity.card.settle", *subjects), connection.cursor() as cursor:
        cursor.execute("SELECT identity_settle_card(%s, %s, %s)", [card_id, same, reason])
        done = cursor.fetchone()[0]
    if not done or card is None:
        raise Conflict("Ce doublon possible a déjà été tranché par quelqu'un d'autre.")
    record(
        "identity.card.settled",
        action="U",
        subjects=subjects,
        object_type="card",
        object_id=card_id,
        detail={"same": same},
    )
    publish(CardSettled(card.pk, card.patient_id, card.other_id, card.network_id, same))
    return CardState.SAME if same else CardState.DISTINCT
