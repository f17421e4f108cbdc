"""Who protects an adult in law, and how far (coordination §2.2)."""

import pghistory
from django.db import models
from django.db.models.functions import Now

from pepites.common.identifiers import new_uuid
from pepites.coordination.measures.enums import Extent, MeasureKind
from pepites.directory.models import PractitionerRole
from pepites.patients.models import Patient


@pghistory.track(context_field=None)  # type: ignore[arg-type]
class ProtectionMeasure(models.Model):
    """A measure in force until its end: its holder is a contact of the person, or a mandataire of the directory."""

    public_id = models.UUIDField(default=new_uuid, unique=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="measures")
    kind = models.CharField(max_length=20, choices=MeasureKind.choices)
    extent = models.CharField(max_length=10, choices=Extent.choices)
    contact = models.ForeignKey("coordination.Contact", null=True, on_delete=models.PROTECT, related_name="+")
    practice = models.ForeignKey(PractitionerRole, null=True, on_delete=models.PROTECT, related_name="+")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    proof = models.CharField(max_length=200, default="", blank=True)
    recorded_by = models.ForeignKey(PractitionerRole, null=True, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(db_default=Now())
    lifted_at = models.DateTimeField(null=True)
    lifted_reason = models.CharField(max_length=200, default="", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(contact=None) ^ models.Q(practice=None), name="coordination_measure_holder"
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on=None) | models.Q(ends_on__gte=models.F("starts_on")),
                name="coordination_measure_dates",
            ),
            models.CheckConstraint(
                condition=models.Q(lifted_at=None, lifted_reason="")
                | (models.Q(lifted_at__isnull=False) & ~models.Q(lifted_reason="")),
                name="coordination_measure_lifted",
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)
