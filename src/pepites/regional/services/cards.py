"""The cell's acts on cards: take, decide, ask for a separation (STIC-8)."""

from uuid import UUID

from pepites.access.policies import require
from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.errors import Conflict, DomainError
from pepites.common.identifiers import new_regional_id, new_uuid
from pepites.regional import policies
from pepites.regional.database import MESSAGES, subjects_of, value
from pepites.regional.enums import CardState, Decision
from pepites.regional.models import Card, Domain

REFUSED = "regional.card.refused"


def lock_card(*, actor: Actor, card_id: UUID) -> None:
    """Take a card for a quarter of an hour; a lock that ran out may be taken over. Raises ``Conflict``."""
    require(policies.is_cell(actor), code=REFUSED)
    if not value(REFUSED, "SELECT regional_lock_card(%s)", [card_id]):
        raise Conflict(MESSAGES["locked"])
    record("regional.card.locked", action="U", object_type="regional_card", object_id=card_id)


def decide_card(*, actor: Actor, card_id: UUID, decision: Decision, reason: str = "") -> CardState:
    """Decide a card; the state tells what became of it, ``SECOND`` when another reader must confirm.

    Everything but a link between unqualified identities needs its reason.
    """
    require(policies.is_cell(actor), code=REFUSED)
    reason = reason.strip()[:300]
    if not reason and decision != Decision.LINK:
        raise DomainError("Dites en quelques mots pourquoi.", field="reason")
    state = value(
        REFUSED, "SELECT regional_decide_card(%s, %s, %s, %s)", [card_id, decision, reason, new_regional_id()]
    )
    card = Card.objects.get(public_id=card_id)
    subjects = subjects_of([one for one in (card.one_id, card.two_id) if one])
    record(
        "regional.card.decided", action="U", subjects=subjects, object_type="regional_card", object_id=card_id,
        justification=reason, detail={"decision": str(decision), "state": state},
    )  # fmt: skip
    return CardState(state)


def request_link(
    *, actor: Actor, domain: Domain, local_id: str, other: Domain, other_local_id: str, reason: str
) -> None:
    """A domain says that one of its identities and another, its own or not, are one person (A24).

    A card asks the cell, which alone links on such a word (STIC-6). Raises ``UnknownLocalId`` for an identity of its
    own that it never sent.
    """
    del actor
    known = value(
        REFUSED, "SELECT regional_ask_link(%s, %s, %s, %s, %s, %s)",
        [new_uuid(), domain.pk, local_id, other.pk, other_local_id, reason.strip()[:300]],
    )  # fmt: skip
    record("regional.link.asked", action="C", object_type="regional_record", object_id=known)


def request_unlink(*, actor: Actor, record_public_id: UUID, reason: str) -> bool:
    """A domain, or the cell, asks that an identity be separated; False when it was asked already."""
    if not reason.strip():
        raise DomainError("Dites pourquoi cette identité doit être séparée.", field="reason")
    made = value(
        REFUSED, "SELECT regional_ask_unlink(%s, %s, %s)", [new_uuid(), record_public_id, reason.strip()[:300]]
    )
    record("regional.unlink.asked", action="C", object_type="regional_record", object_id=record_public_id)
    return bool(made)
