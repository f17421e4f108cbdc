"""Links that the cell makes and undoes by itself (A24, A37; STIC-9)."""

from collections.abc import Sequence
from uuid import UUID

from pepites.access.policies import require
from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.errors import DomainError, NotFound
from pepites.common.events import publish
from pepites.common.identifiers import new_regional_id, new_uuid
from pepites.regional import policies
from pepites.regional.database import rows, subjects_of, value
from pepites.regional.enums import CardState, Decision
from pepites.regional.events import RecordUnlinked
from pepites.regional.models import Link, RegionalRecord
from pepites.regional.services.cards import decide_card
from pepites.regional.values import UnlinkDone

REFUSED = "regional.link.refused"


def link_records(*, actor: Actor, record_public_id: UUID, other_public_id: UUID, reason: str) -> CardState:
    """« Lier » two records; ``SECOND`` when one is qualified: another reader must confirm (four eyes, STIC-8)."""
    require(policies.is_cell(actor), code=REFUSED)
    if not reason.strip():
        raise DomainError("Dites pourquoi ces identités sont une même personne.", field="reason")
    card_id = value(
        REFUSED, "SELECT regional_card_of_pair(%s, %s, %s)", [new_uuid(), record_public_id, other_public_id]
    )
    return decide_card(actor=actor, card_id=card_id, decision=Decision.LINK, reason=reason)


def unlink_record(*, actor: Actor, record_public_id: UUID, reason: str) -> UnlinkDone:
    """Take one record out of its person: always possible, with a reason; never linked again by itself (STIC-9)."""
    return _unlink(actor, [record_public_id], reason)


def undo_link(*, actor: Actor, link_public_id: UUID, reason: str) -> UnlinkDone:
    """Undo one act as a whole: every record that it moved leaves together."""
    require(policies.is_cell(actor), code=REFUSED)
    link = Link.objects.filter(public_id=link_public_id, active=True).first()
    if link is None:
        raise NotFound
    moved = Link.objects.filter(batch=link.batch, active=True).values_list("record__public_id", flat=True)
    return _unlink(actor, list(moved), reason)


def _unlink(actor: Actor, records: Sequence[UUID], reason: str) -> UnlinkDone:
    require(policies.is_cell(actor), code=REFUSED)
    if not reason.strip():
        raise DomainError("Dites pourquoi vous séparez cette identité.", field="reason")
    ((mine, rest, since, whole),) = rows(
        REFUSED, "SELECT * FROM regional_unlink(%s::uuid[], %s, %s)",
        [list(records), new_regional_id(), reason.strip()[:300]],
    )  # fmt: skip
    ids = _ids(records)
    accesses = [
        {"at": at, "who": who, "organization": organization, "code": code, "irp": irp}
        for at, who, organization, code, irp in rows(
            REFUSED, "SELECT * FROM regional_accesses(%s::text[], %s)", [[whole], since]
        )
    ]
    subjects = subjects_of(ids)
    for one in records:
        record(
            "regional.unlinked", action="U", subjects=subjects, object_type="regional_record", object_id=one,
            justification=reason.strip()[:200], detail={"accesses": len(accesses)},
        )  # fmt: skip
    for record_id in ids:
        publish(RecordUnlinked(record_id))
    return UnlinkDone(mine, rest, accesses)


def _ids(records: Sequence[UUID]) -> list[int]:
    return list(RegionalRecord.objects.filter(public_id__in=records).values_list("pk", flat=True))


def lift_non_link(*, actor: Actor, non_link_public_id: UUID, reason: str) -> None:
    """Lift « ne sont pas la même personne »: the two may be linked again, by a reader or by the machine."""
    require(policies.is_cell(actor), code=REFUSED)
    if not reason.strip():
        raise DomainError("Dites pourquoi cette décision est levée.", field="reason")
    if not value(REFUSED, "SELECT regional_lift_non_link(%s, %s)", [non_link_public_id, reason.strip()[:300]]):
        raise NotFound
    record("regional.nonlink.lifted", action="U", object_type="regional_nonlink", object_id=non_link_public_id)
