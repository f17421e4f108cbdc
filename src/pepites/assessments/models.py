"""Forms, their versions, and what was answered about a person (FHIR Questionnaire and QuestionnaireResponse)."""

import pghistory
import pgtrigger
from django.db import models
from django.db.models.functions import Now

from pepites.access.enums import Level
from pepites.assessments.enums import ENDED, AssessmentState, Category, VersionState
from pepites.common.identifiers import new_uuid
from pepites.directory.models import PractitionerRole
from pepites.networks.models import Network
from pepites.patients.models import Patient


class Form(models.Model):
    """A form of one network, or of every network (``network`` null: shipped with the platform)."""

    public_id = models.UUIDField(default=new_uuid, unique=True, editable=False)
    network = models.ForeignKey(Network, null=True, on_delete=models.PROTECT, related_name="forms")
    code = models.SlugField(max_length=60)
    category = models.CharField(max_length=10, choices=Category.choices)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["network", "code"], nulls_distinct=False, name="assessments_form_code")
        ]

    def __str__(self) -> str:
        return self.code


class FormVersion(models.Model):
    """One version of a form. Once published it never changes: a trigger refuses it (interface §12)."""

    public_id = models.UUIDField(default=new_uuid, unique=True, editable=False)
    form = models.ForeignKey(Form, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=VersionState.choices, default=VersionState.DRAFT)
    title = models.CharField(max_length=200)
    questionnaire = models.JSONField()
    scoring = models.JSONField(default=dict)
    licence = models.CharField(max_length=300, default="", blank=True)
    source = models.CharField(max_length=500, default="", blank=True)
    caution = models.CharField(max_length=600, default="", blank=True)
    revision = models.PositiveIntegerField(default=1)
    published_at = models.DateTimeField(null=True)
    published_by = models.BigIntegerField(null=True)  # the account

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["form", "number"], name="assessments_version_number"),
            models.UniqueConstraint(
                fields=["form"],
                condition=models.Q(state=VersionState.DRAFT),
                name="assessments_one_version_prepared",
            ),
            models.UniqueConstraint(
                fields=["form"],
                condition=models.Q(state=VersionState.PUBLISHED),
                name="assessments_one_version_served",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.form_id} v{self.number}"


# A draft is saved every few seconds: only what stands in the file has a history.
@pghistory.track(
    pghistory.UpdateEvent(condition=~pgtrigger.Q(new__state=AssessmentState.DRAFT)),
    context_field=None,  # type: ignore[arg-type]
)
class Assessment(models.Model):
    """What one practice answered about a person on one day; each correction leaves the former in its history.

    ``answers`` is ``QuestionnaireResponse.item``; ``scores`` and ``alerts`` are as computed when it was ended, with the
    band of that day. ``level`` is the form's, set by the database. A draft is its author's alone; what is ``reserved``
    is read by the practices that its author named, and by nobody else (coordination §2.4-3).
    """

    public_id = models.UUIDField(default=new_uuid, unique=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="assessments")
    form_version = models.ForeignKey(FormVersion, on_delete=models.PROTECT, related_name="assessments")
    network = models.ForeignKey(Network, null=True, on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey(PractitionerRole, on_delete=models.PROTECT, related_name="+")
    level = models.PositiveSmallIntegerField(choices=Level.choices, default=Level.FULL)
    state = models.CharField(max_length=10, choices=AssessmentState.choices, default=AssessmentState.DRAFT)
    answers = models.JSONField(default=list)
    scores = models.JSONField(default=list)
    alerts = models.JSONField(default=list)
    authored_on = models.DateField()
    started_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())
    reason = models.CharField(max_length=200, default="", blank=True)
    version = models.PositiveIntegerField(default=1)
    reserved = models.BooleanField(default=False, db_default=False)

    class Meta:
        indexes = [
            models.Index(fields=["patient", "-authored_on"], name="assessments_patient"),
            models.Index(
                fields=["author"],
                condition=models.Q(state=AssessmentState.DRAFT),
                name="assessments_drafts",
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)

    @property
    def is_ended(self) -> bool:
        """Whether it stands in the file."""
        return self.state in ENDED


class AssessmentScore(models.Model):
    """One score of one ended assessment, for trends; None when a correction left it unknown."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="score_rows")
    level = models.PositiveSmallIntegerField(choices=Level.choices, default=Level.FULL)
    code = models.CharField(max_length=40)
    value = models.DecimalField(max_digits=15, decimal_places=4, null=True)
    band = models.CharField(max_length=120, default="", blank=True)
    tone = models.CharField(max_length=10, default="", blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["assessment", "code"], name="assessments_score_once")]
        indexes = [models.Index(fields=["patient", "code"], name="assessments_score_patient")]

    def __str__(self) -> str:
        return f"{self.code} {self.assessment_id}"
