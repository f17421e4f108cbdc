"""Two persons in one file: told, decided with four eyes, separated row by row; identity incidents (RNIV-14, §2.7)."""

import datetime as dt
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from django.db import connection

from pepites.access.policies import require
from pepites.access.selectors import standing_level_on
from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.clock import today
from pepites.common.errors import Conflict, DomainError
from pepites.common.events import publish
from pepites.common.identifiers import is_regional_id, new_uuid, read_regional_id
from pepites.common.sorting import tables_to_sort
from pepites.common.text import words
from pepites.identity import policies
from pepites.identity.enums import CollisionState, IncidentKind
from pepites.identity.events import IdentityChanged
from pepites.identity.merging.service import call, said
from pepites.identity.models import Collision

REFUSED: Final = "identity.collision.refused"
FROZEN: Final = (
    "Ce dossier est gelé : deux personnes y ont été mêlées. Rien de nouveau ne s'y écrit tant que la cellule"
    " d'identitovigilance ne l'a pas trié ; parlez-vous par la discussion du cercle."
)


def collision_state(patient_id: int) -> CollisionState | None:
    """Whether two persons are said, or known, to be mixed in a file; None below the identity level."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT identity_collision_state(%s)", [patient_id])
        found = cursor.fetchone()[0]
    return CollisionState(found) if found else None


def refuse_frozen(patient_id: int) -> None:
    """Raise ``DomainError`` when the file takes nothing new; the tables refuse it too."""
    if collision_state(patient_id) is CollisionState.PROVEN:
        raise DomainError(FROZEN)


def frozen_among(patient_ids: Sequence[int]) -> set[int]:
    """Those of a batch whose file takes nothing new; for whoever may import."""
    if not patient_ids:
        return set()
    with connection.cursor() as cursor:
        cursor.execute("SELECT identity_frozen_among(%s::bigint[])", [list(patient_ids)])
        return set(cursor.fetchone()[0])


def declare_collision(*, actor: Actor, patient_id: int, description: str) -> UUID:
    """« Deux personnes dans ce dossier »: by whoever writes in the file, or the cell.

    The identity becomes doubtful, its INS is set aside at once. Raises ``Conflict`` when it was told already.
    """
    level = standing_level_on(patient_id)
    require(policies.can_edit(actor, level), code=REFUSED, subjects=(patient_id,))
    public_id = new_uuid()
    (made,) = call(
        REFUSED, "SELECT identity_declare_collision(%s, %s, %s)", [public_id, patient_id, said(description, 500)]
    )
    if not made:
        raise Conflict("La cellule sait déjà que deux personnes sont mêlées dans ce dossier.")
    record("identity.collision.told", action="C", subjects=(patient_id,), object_type="collision", object_id=public_id)
    publish(IdentityChanged(patient_id))
    return public_id


def decide_collision(*, actor: Actor, collision_id: UUID, proven: bool, reason: str) -> None:
    """The cell's word, by another than who told it. Proven: the file is frozen and an incident opened."""
    require(policies.can_merge(actor), code=REFUSED)
    (patient_id,) = call(REFUSED, "SELECT identity_decide_collision(%s, %s, %s)", [collision_id, proven, said(reason)])
    record(
        "identity.collision.decided", action="U", subjects=(patient_id,), object_type="collision",
        object_id=collision_id, detail={"proven": proven}, justification=reason[:200],
    )  # fmt: skip
    publish(IdentityChanged(patient_id))


def give_other(*, actor: Actor, collision_id: UUID, number: str) -> int:
    """Name the file of the second person, by its regional number; every row of the mixed file waits to be sorted."""
    require(policies.can_merge(actor), code=REFUSED)
    complete = read_regional_id(words(number).replace(" ", ""))
    if not is_regional_id(complete):
        raise DomainError("Recopiez l'identifiant régional entier : GF et 11 caractères.", field="number")
    patient_id, other_id, to_sort = call(
        REFUSED, "SELECT * FROM identity_collision_other(%s, %s, %s)", [collision_id, complete, tables_to_sort()]
    )
    record(
        "identity.collision.separated", action="U", subjects=(patient_id, other_id), object_type="collision",
        object_id=collision_id, detail={"to_sort": to_sort},
    )  # fmt: skip
    publish(IdentityChanged(other_id))
    return int(to_sort)


def settle_collision(*, actor: Actor, collision_id: UUID) -> None:
    """Everything is sorted: both files open again, their doubt lifted; each status is to be earned again."""
    require(policies.can_merge(actor), code=REFUSED)
    patient_id, other_id = call(REFUSED, "SELECT * FROM identity_settle_collision(%s)", [collision_id])
    record(
        "identity.collision.settled", action="U", subjects=(patient_id, other_id), object_type="collision",
        object_id=collision_id,
    )  # fmt: skip
    publish(IdentityChanged(patient_id))
    publish(IdentityChanged(other_id))


def tell_incident(
    *, actor: Actor, kind: IncidentKind, happened_on: dt.date, description: str, harm: bool = False
) -> UUID:
    """Declare an identity adverse event; no name belongs in ``description``."""
    require(policies.can_merge(actor), code=REFUSED)
    if happened_on > today():
        raise DomainError("Cette date n'est pas encore passée.", field="happened_on")
    public_id = new_uuid()
    call(
        REFUSED, "SELECT identity_tell_incident(%s, %s, %s, %s, %s)",
        [public_id, kind, happened_on, said(description, 500, field="description"), harm],
    )  # fmt: skip
    record(
        "identity.incident.told", action="C", object_type="incident", object_id=public_id, detail={"kind": str(kind)}
    )
    return public_id


def close_incident(*, actor: Actor, incident_id: UUID, measures: str) -> None:
    """Say what was done so that it does not happen again."""
    require(policies.can_merge(actor), code=REFUSED)
    (done,) = call(
        REFUSED, "SELECT identity_close_incident(%s, %s)", [incident_id, said(measures, 500, field="measures")]
    )
    if not done:
        raise Conflict("Cet événement est déjà clos.")
    record("identity.incident.closed", action="U", object_type="incident", object_id=incident_id)


def collision_of(patient_id: int) -> Collision | None:
    """The open collision of a file, for the cell."""
    return Collision.objects.filter(
        patient_id=patient_id, state__in=(CollisionState.TOLD, CollisionState.PROVEN)
    ).first()
