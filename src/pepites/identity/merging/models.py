"""Merges of two files of one person, and the rows to sort once they are separated (RNIV-13; design, law 2)."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from pepites.common.identifiers import new_uuid
from pepites.directory.models import PractitionerRole
from pepites.identity.enums import MergeState, RowDecision
from pepites.patients.models import Patient


class Merge(models.Model):
    """One file absorbed by another. Written by the functions of migration 0009 only; never deleted.

    ``patient`` is the absorbed file, ``survivor`` the one shown. ``marks`` holds the highest key of each sorted table
    when the merge was made: whatever has a higher one was written since, by people who saw one person.
    """

    public_id = models.UUIDField(default=new_uuid, unique=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="merges")
    survivor = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=MergeState.choices)
    reason = models.CharField(max_length=300)
    asked_by = models.ForeignKey(PractitionerRole, null=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(db_default=Now())
    decided_by = models.ForeignKey(PractitionerRole, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision_reason = models.CharField(max_length=300, default="", blank=True)
    marks = models.JSONField(default=dict)
    undone_by = models.ForeignKey(PractitionerRole, null=True, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True)
    undone_reason = models.CharField(max_length=300, default="", blank=True)

    class Meta:
        indexes = [models.Index(fields=["state", "-asked_at"], name="identity_merge_state")]
        constraints = [
            models.UniqueConstraint(
                fields=["patient"], condition=Q(state__in=("demandee", "faite")), name="identity_merge_once"
            ),
            models.CheckConstraint(condition=~Q(patient=F("survivor")), name="identity_merge_other"),
            models.CheckConstraint(
                condition=Q(state="demandee", decided_at=None, undone_at=None)
                | (Q(state="refusee", decided_at__isnull=False, undone_at=None) & ~Q(decision_reason=""))
                | Q(state="faite", decided_at__isnull=False, undone_at=None)
                | (Q(state="defaite", decided_at__isnull=False, undone_at__isnull=False) & ~Q(undone_reason="")),
                name="identity_merge_shape",
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class RowToSort(models.Model):
    """A row to be given its person: written between a merge and its undoing, or in a file that mixes two persons.

    Nothing of its content is kept here: the cell that sorts does not read it.
    """

    public_id = models.UUIDField(default=new_uuid, unique=True, editable=False)
    merge = models.ForeignKey(Merge, null=True, on_delete=models.PROTECT, related_name="rows")
    collision = models.ForeignKey("identity.Collision", null=True, on_delete=models.PROTECT, related_name="rows")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    table = models.CharField(max_length=63)
    row_id = models.BigIntegerField()
    written_at = models.DateTimeField(null=True)
    author = models.ForeignKey(PractitionerRole, null=True, on_delete=models.PROTECT, related_name="+")
    decision = models.CharField(max_length=5, choices=RowDecision.choices, default="", blank=True)
    decided_by = models.ForeignKey(PractitionerRole, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merge", "table", "row_id"], name="identity_sort_merge_once"),
            models.UniqueConstraint(fields=["collision", "table", "row_id"], name="identity_sort_collision_once"),
            models.CheckConstraint(
                condition=Q(merge__isnull=True, collision__isnull=False)
                | Q(merge__isnull=False, collision__isnull=True),
                name="identity_sort_why",
            ),
            models.CheckConstraint(
                condition=Q(decision="", decided_at=None) | (~Q(decision="") & Q(decided_at__isnull=False)),
                name="identity_sort_shape",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.row_id}"
