"""The person and those close to them as members of the circle, with rights of their own (FHIR CareTeam.participant)."""

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from pepites.access.enums import ConsentMode, GivenBy
from pepites.common.identifiers import new_uuid
from pepites.coordination.relatives.enums import RelativeRight
from pepites.directory.models import PractitionerRole
from pepites.patients.models import Patient


@pghistory.track(context_field=None)  # type: ignore[arg-type]
class CircleRelative(models.Model):
    """What the person authorised one of their contacts to see and do; without ``contact``, the person themself.

    A *proche* has no right to the file but what the person authorises (§2.1): the agreement is part of the row.
    """

    public_id = models.UUIDField(default=new_uuid, unique=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="relatives")
    contact = models.ForeignKey("coordination.Contact", null=True, on_delete=models.PROTECT, related_name="memberships")
    rights = ArrayField(models.CharField(max_length=10, choices=RelativeRight.choices))
    mode = models.CharField(max_length=20, choices=ConsentMode.choices)
    given_by = models.CharField(max_length=20, choices=GivenBy.choices, default=GivenBy.PERSON)
    recorded_by = models.ForeignKey(PractitionerRole, null=True, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=200, default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "contact"],
                condition=models.Q(ended_at=None),
                nulls_distinct=False,
                name="coordination_relative_once",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at=None, end_reason="")
                | (models.Q(ended_at__isnull=False) & ~models.Q(end_reason="")),
                name="coordination_relative_state",
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)
