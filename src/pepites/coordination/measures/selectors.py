"""Measures of protection of a person."""

from uuid import UUID

from django.db.models import Q, QuerySet

from pepites.common.actor import Actor
from pepites.common.clock import today
from pepites.coordination.measures.enums import OF_THE_PERSON
from pepites.coordination.models import ProtectionMeasure
from pepites.coordination.selectors.labels import short_day, who


def in_force(patient_id: int) -> QuerySet[ProtectionMeasure]:
    """Those that hold today."""
    day = today()
    return ProtectionMeasure.objects.filter(
        Q(ends_on=None) | Q(ends_on__gte=day), patient_id__same_person=patient_id, lifted_at=None, starts_on__lte=day
    )


def charged_with_person(patient_id: int, practice_id: int) -> bool:
    """Whether a measure in force charges that mandataire with the person, and not with their property alone (§2.2)."""
    return in_force(patient_id).filter(practice_id=practice_id, extent__in=OF_THE_PERSON).exists()


def measures_visible_to(actor: Actor, patient_id: int) -> list[dict[str, object]]:
    """Measures that were not lifted, ready to print; the ones whose end has passed say so."""
    del actor
    found = ProtectionMeasure.objects.filter(patient_id__same_person=patient_id, lifted_at=None).select_related(
        "contact", "practice__professional", "practice__organization"
    )
    day = today()
    return [
        {
            "public_id": one.public_id,
            "kind": one.get_kind_display(),
            "extent": one.get_extent_display(),
            "holder": holder_words(one),
            "since": short_day(one.starts_on),
            "until": short_day(one.ends_on),
            "over": one.ends_on is not None and one.ends_on < day,
        }
        for one in found.order_by("-starts_on", "-id")
    ]


def holder_words(measure: ProtectionMeasure) -> str:
    """Who holds it."""
    if measure.contact is not None:
        return f"{measure.contact.given_name} {measure.contact.family_name}".strip()
    words = who(measure.practice)
    return f"{words['name']}, {words['organization']}"


def measure_visible_to(actor: Actor, public_id: UUID) -> ProtectionMeasure | None:
    """One measure in force or to come."""
    del actor
    return ProtectionMeasure.objects.filter(public_id=public_id, lifted_at=None).select_related("patient").first()
