"""People close to the person."""

from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from pepites.access.policies import require
from pepites.access.selectors import level_on
from pepites.audit.idempotency import once
from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.clock import now
from pepites.common.errors import DomainError
from pepites.coordination import policies
from pepites.coordination.enums import Relation
from pepites.coordination.models import Contact
from pepites.identity.services import refuse_frozen

CODE = "coordination.contact.refused"


def add_contact(
    *,
    actor: Actor,
    patient_id: int,
    family_name: str,
    given_name: str = "",
    relation: Relation | str = Relation.OTHER,
    phones: str = "",
    trusted: bool = False,
    caregiver: bool = False,
    call_first: bool = False,
    note: str = "",
    key: UUID | None = None,
) -> Contact:
    """Add someone close; one *personne de confiance* at most (L.1111-6 CSP). The same ``key`` twice adds one."""
    require(policies.can_write_social(actor, level_on(patient_id)), code=CODE, subjects=(patient_id,))
    refuse_frozen(patient_id)
    if not family_name.strip():
        raise DomainError("Indiquez au moins un nom.", field="family_name")
    values = {
        "patient_id": patient_id, "family_name": family_name.strip()[:100], "given_name": given_name.strip()[:100],
        "relation": relation, "phones": phones.strip()[:120], "trusted": trusted, "caregiver": caregiver,
        "call_first": call_first, "note": note.strip()[:300],
    }  # fmt: skip
    return Contact.objects.get(pk=int(str(once(actor, key, values, lambda: _add(actor, values))["id"])))


def _add(actor: Actor, values: dict[str, Any]) -> dict[str, object]:
    patient_id = values["patient_id"]
    taken = "Une personne de confiance est déjà désignée. Retirez-la d'abord."
    if values["trusted"] and Contact.objects.filter(patient_id=patient_id, trusted=True, ended_at=None).exists():
        raise DomainError(taken, field="trusted")
    try:
        with transaction.atomic():
            contact = Contact.objects.create(created_by_id=actor.practice_id, created_at=now(), **values)
    except IntegrityError:  # named by somebody else at the same time
        raise DomainError(taken, field="trusted") from None
    record("coordination.contact.added", action="C", subjects=(patient_id,), object_id=contact.public_id)
    return {"id": contact.pk}


def end_contact(*, actor: Actor, contact: Contact) -> None:
    """Take a contact out of the list; the row stays."""
    require(policies.can_write_social(actor, level_on(contact.patient_id)), code=CODE, subjects=(contact.patient_id,))
    if not Contact.objects.filter(pk=contact.pk, ended_at=None).update(ended_at=now()):
        return
    record("coordination.contact.ended", action="U", subjects=(contact.patient_id,), object_id=contact.public_id)
