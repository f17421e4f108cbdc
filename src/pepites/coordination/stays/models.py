"""A stay of a person in a hospital."""

import pghistory
from django.db import models
from django.db.models.functions import Now

from pepites.common.identifiers import new_uuid
from pepites.patients.models import Patient
from pepites.regional.models import Domain

TOLD = ("admission_told_at", "discharge_told_at", "source_message")


@pghistory.track(exclude=[*TOLD], context_field=None)  # type: ignore[arg-type]
class HospitalStay(models.Model):
    """One visit of one hospital (FHIR Encounter). Written by the function of migration 0019 only.

    ``…_said_at`` is when the hospital's own software said the last thing about the entry, the exit, the unit: messages
    come in any order, the latest word holds. ``…_told_at`` is when the circle was told.
    """

    public_id = models.UUIDField(default=new_uuid, unique=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="stays")
    domain = models.ForeignKey(Domain, on_delete=models.PROTECT, related_name="+")
    visit = models.CharField(max_length=64)
    unit = models.CharField(max_length=100, default="", blank=True)
    admitted_at = models.DateTimeField(null=True)
    discharged_at = models.DateTimeField(null=True)
    cancelled = models.BooleanField(default=False)
    admission_said_at = models.DateTimeField(null=True)
    discharge_said_at = models.DateTimeField(null=True)
    unit_said_at = models.DateTimeField(null=True)
    admission_told_at = models.DateTimeField(null=True)
    discharge_told_at = models.DateTimeField(null=True)
    source_message = models.CharField(max_length=200, default="", blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["patient", "domain", "visit"], name="coordination_stay_once"),
        ]
        indexes = [models.Index(fields=["patient", "-admitted_at"], name="coordination_stay_patient")]

    def __str__(self) -> str:
        return str(self.public_id)
