"""Two persons mixed in one file, and the identity incidents that a structure must declare (RNIV-14)."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from pepites.common.identifiers import new_uuid
from pepites.directory.models import Organization, PractitionerRole
from pepites.identity.enums import CollisionState, IncidentKind
from pepites.patients.models import Patient


class Collision(models.Model):
    """A file in which somebody recognises two persons. Written by the functions of migration 0009 only; never deleted.

    Told: the identity is doubtful. Proven: the file takes nothing new until each row is sorted. ``other`` is the file
    opened for the second person.
    """

    public_id = models.UUIDField(default=new_uuid, unique=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey(Patient, null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=CollisionState.choices)
    description = models.CharField(max_length=500)
    declared_by = models.ForeignKey(PractitionerRole, null=True, on_delete=models.PROTECT, related_name="+")
    declared_at = models.DateTimeField(db_default=Now())
    decided_by = models.ForeignKey(PractitionerRole, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision_reason = models.CharField(max_length=300, default="", blank=True)
    settled_by = models.ForeignKey(PractitionerRole, null=True, on_delete=models.PROTECT, related_name="+")
    settled_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["state", "-declared_at"], name="identity_collision_state")]
        constraints = [
            models.UniqueConstraint(
                fields=["patient"], condition=Q(state__in=("signalee", "averee")), name="identity_collision_once"
            ),
            models.CheckConstraint(condition=~Q(patient=F("other")), name="identity_collision_other"),
            models.CheckConstraint(
                condition=Q(state="signalee", decided_at=None, settled_at=None)
                | (Q(state="ecartee", decided_at__isnull=False, settled_at=None) & ~Q(decision_reason=""))
                | Q(state="averee", decided_at__isnull=False, settled_at=None)
                | Q(state="reglee", decided_at__isnull=False, settled_at__isnull=False, other__isnull=False),
                name="identity_collision_shape",
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class Incident(models.Model):
    """An identity adverse event (*événement indésirable*): what happened, and what was done about it (RNIV §2.7)."""

    public_id = models.UUIDField(default=new_uuid, unique=True, editable=False)
    kind = models.CharField(max_length=10, choices=IncidentKind.choices)
    patient = models.ForeignKey(Patient, null=True, on_delete=models.PROTECT, related_name="+")
    organization = models.ForeignKey(Organization, null=True, on_delete=models.PROTECT, related_name="+")
    happened_on = models.DateField()
    description = models.CharField(max_length=500)
    harm = models.BooleanField(default=False)
    declared_by = models.ForeignKey(PractitionerRole, null=True, on_delete=models.PROTECT, related_name="+")
    declared_at = models.DateTimeField(db_default=Now())
    measures = models.CharField(max_length=500, default="", blank=True)
    closed_by = models.ForeignKey(PractitionerRole, null=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["-declared_at"], name="identity_incident_told")]
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at=None, measures="") | (Q(closed_at__isnull=False) & ~Q(measures="")),
                name="identity_incident_shape",
            )
        ]

    def __str__(self) -> str:
        return str(self.public_id)
