"""Stays of a person, for those who read the whole file: the unit alone may tell an illness."""

from datetime import date, timedelta

from pepites.common.actor import Actor
from pepites.common.clock import local_day, today
from pepites.coordination.selectors.labels import short_day
from pepites.coordination.stays.models import HospitalStay

SHOWN = 5


def stays_visible_to(actor: Actor, patient_id: int) -> list[dict[str, str]]:
    """The last stays, ready to print; the cancelled ones are left out."""
    del actor
    found = (
        HospitalStay.objects.filter(patient_id__same_person=patient_id, cancelled=False, admitted_at__isnull=False)
        .select_related("domain")
        .order_by("-admitted_at")[:SHOWN]
    )
    return [
        {
            "hospital": one.domain.name, "unit": one.unit,
            "since": short_day(local_day(one.admitted_at)) if one.admitted_at else "",
            "until": short_day(local_day(one.discharged_at)) if one.discharged_at else "",
        }
        for one in found
    ]  # fmt: skip


def last_discharge(actor: Actor, patient_id: int) -> date | None:
    """The day of the last exit, in the last month: what a protocol of return home is counted from."""
    del actor
    found = (
        HospitalStay.objects.filter(patient_id__same_person=patient_id, cancelled=False, discharged_at__isnull=False)
        .order_by("-discharged_at")
        .first()
    )
    if found is None or found.discharged_at is None:
        return None
    day: date = local_day(found.discharged_at)
    return day if day >= today() - timedelta(days=31) else None
