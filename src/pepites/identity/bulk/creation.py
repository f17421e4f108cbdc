"""Creating the persons of an import batch in one call (RNIV-9 is met by the matching done under the same lock)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from pepites.access.policies import require
from pepites.access.services import database_refusals
from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.events import publish
from pepites.common.identifiers import new_regional_id, new_uuid
from pepites.identity import policies
from pepites.identity.events import IdentityCreated
from pepites.identity.phones import phone_tail
from pepites.identity.traits import IdentityTraits


@dataclass(frozen=True, slots=True)
class NewPerson:
    """A person to create: traits already ``checked()``, blocking keys already hashed, commune by its COG code."""

    traits: IdentityTraits
    keys: tuple[int, ...]
    phone: str = ""
    commune_cog: str = ""


def create_identities_bulk(*, actor: Actor, persons: Sequence[NewPerson]) -> list[int]:
    """Create provisional identities; gives the patient ids in the order of ``persons``.

    The caller holds ``lock_for_import`` and has compared each person; it then opens each file to somebody: this gives
    no grant. One journal line for all. Raises ``Refused`` for whoever runs no network.
    """
    require(policies.can_import(actor), code="identity.create")
    if not persons:
        return []
    rows = [_row(person) for person in persons]
    with database_refusals("identity.create"), connection.cursor() as cursor:
        cursor.execute("SELECT public_id, patient_id FROM identity_import_persons(%s::jsonb)", [json.dumps(rows)])
        made: dict[UUID, int] = dict(cursor.fetchall())
    ids = [made[UUID(str(row["public_id"]))] for row in rows]
    record("identity.created", action="C", subjects=tuple(ids), object_type="import")
    publish(IdentityCreated(tuple(ids)))
    return ids


def _row(person: NewPerson) -> dict[str, object]:
    traits = person.traits.columns()
    traits["birth_date"] = person.traits.birth_date.stored.isoformat()
    return traits | {
        "public_id": str(new_uuid()),
        "regional_id": new_regional_id(),
        "identity_id": str(new_uuid()),
        "phone_id": str(new_uuid()),
        "phone": person.phone,
        "phone_key": phone_tail(person.phone),
        "commune_cog": person.commune_cog,
        "keys": [str(key) for key in person.keys],
    }
