"""The person and their carers in the circle; ``rights_of`` is what the person's own space will ask."""

from uuid import UUID

from django.db.models import F

from pepites.common.actor import Actor
from pepites.common.clock import local_day
from pepites.coordination.models import CircleRelative
from pepites.coordination.relatives.enums import RelativeRight
from pepites.coordination.selectors.labels import short_day


def relatives_visible_to(actor: Actor, patient_id: int) -> list[dict[str, object]]:
    """Those in the circle today, the person first, ready to print."""
    del actor
    found = CircleRelative.objects.filter(
        patient_id__same_person=patient_id, contact__ended_at=None, ended_at=None
    ).select_related("contact")
    return [
        {
            "public_id": one.public_id,
            "name": f"{one.contact.given_name} {one.contact.family_name}".strip() if one.contact else "",
            "relation": one.contact.get_relation_display() if one.contact else "",
            "rights": [RelativeRight(right).label for right in one.rights],
            "since": short_day(local_day(one.since)),
            "agreed": one.get_mode_display().lower(),
        }
        for one in found.order_by(F("contact_id").asc(nulls_first=True))
    ]


def relative_visible_to(actor: Actor, public_id: UUID) -> CircleRelative | None:
    """One of them."""
    del actor
    return (
        CircleRelative.objects.filter(public_id=public_id, ended_at=None).select_related("contact", "patient").first()
    )


def rights_of(patient_id: int, contact_id: int | None = None) -> frozenset[str]:
    """What the person (no ``contact_id``) or that contact may do today: the port of the person's own space (P6)."""
    rows = CircleRelative.objects.filter(patient_id__same_person=patient_id, contact__ended_at=None, ended_at=None)
    rows = rows.filter(contact=None) if contact_id is None else rows.filter(contact_id=contact_id)
    return frozenset(right for rights in rows.values_list("rights", flat=True) for right in rights)
