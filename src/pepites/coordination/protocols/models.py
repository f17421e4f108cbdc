"""A protocolised pathway followed for a person, and the steps it laid down as tasks."""

import pghistory
from django.db import models
from django.db.models.functions import Now

from pepites.common.identifiers import new_uuid
from pepites.coordination.protocols.enums import Anchor
from pepites.directory.models import PractitionerRole
from pepites.patients.models import Patient


@pghistory.track(context_field=None)  # type: ignore[arg-type]
class ProtocolRun(models.Model):
    """One protocol of the pack, for one person, from one day. ``title`` is kept as the pack said it."""

    public_id = models.UUIDField(default=new_uuid, unique=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    pathway = models.ForeignKey("coordination.Pathway", on_delete=models.PROTECT, related_name="runs")
    code = models.CharField(max_length=40)
    title = models.CharField(max_length=80)
    anchor = models.CharField(max_length=10, choices=Anchor.choices)
    anchor_on = models.DateField()
    started_by = models.ForeignKey(PractitionerRole, null=True, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=200, default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["pathway", "code"],
                condition=models.Q(ended_at=None),
                name="coordination_protocol_open_once",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at=None, end_reason="")
                | (models.Q(ended_at__isnull=False) & ~models.Q(end_reason="")),
                name="coordination_protocol_state",
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class ProtocolStep(models.Model):
    """A step of a run: how its task is dated. What is to be done, by whom, and whether it is done, the task says."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    run = models.ForeignKey(ProtocolRun, on_delete=models.PROTECT, related_name="steps")
    task = models.OneToOneField("coordination.Task", on_delete=models.PROTECT, related_name="step")
    code = models.CharField(max_length=40)
    form_code = models.CharField(max_length=60, default="", blank=True)  # of the questionnaire that ends the step
    offset_days = models.SmallIntegerField()
    window_days = models.PositiveSmallIntegerField(default=0)
    # The last day before the step counts as late: it follows the task's due day, so that the wall reads one index.
    late_after = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "code"], name="coordination_step_once")]
        indexes = [models.Index(fields=["late_after"], name="coordination_step_late")]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.code}"
