"""The trace of an *information préoccupante*: never its content, never open to whoever is not named (§2.3)."""

import pghistory
from django.db import models
from django.db.models.functions import Now

from pepites.common.identifiers import new_uuid
from pepites.coordination.reserved.enums import Addressee, Means, Outcome
from pepites.directory.models import PractitionerRole
from pepites.patients.models import Patient


@pghistory.track(context_field=None)  # type: ignore[arg-type]
class ProtectionReport(models.Model):
    """That something was sent, by whom, to whom, when, and whether the parents were told; what it says is not kept.

    The tool is not the cell's file (§2.3 a). Every row is reserved: its readers are in ``access_itemreader``.
    """

    public_id = models.UUIDField(default=new_uuid, unique=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey(PractitionerRole, on_delete=models.PROTECT, related_name="+")
    sent_on = models.DateField()
    addressee = models.CharField(max_length=10, choices=Addressee.choices, default=Addressee.CRIP)
    means = models.CharField(max_length=10, choices=Means.choices)
    reference = models.CharField(max_length=60, default="", blank=True)
    parents_informed = models.BooleanField()
    not_informed_reason = models.CharField(max_length=300, default="", blank=True)
    outcome = models.CharField(max_length=12, choices=Outcome.choices, default=Outcome.WAITING, blank=True)
    outcome_on = models.DateField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(parents_informed=True, not_informed_reason="")
                | (models.Q(parents_informed=False) & ~models.Q(not_informed_reason="")),
                name="coordination_protection_parents",
            ),
            models.CheckConstraint(
                condition=models.Q(outcome=Outcome.WAITING, outcome_on=None)
                | (~models.Q(outcome=Outcome.WAITING) & models.Q(outcome_on__gte=models.F("sent_on"))),
                name="coordination_protection_outcome",
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)
