"""The plan, its items, the versions it publishes, who validated and who signed them (coordination §1.6).

An item carries the ``level`` its reader needs, as liaison notes do: 3 under a problem marked medical, 2 elsewhere
(coordination §2.4-4). A published version is two rows of content, one a level: the database itself cuts what a
social professional reads.
"""

from typing import ClassVar, Self

import pghistory
from django.db import models
from django.db.models.functions import Now

from pepites.access.enums import Level
from pepites.common.identifiers import new_uuid
from pepites.coordination.enums import MemberRole, Recurrence
from pepites.coordination.plan.enums import (
    CARE_DOMAINS,
    TEXT_LENGTH,
    UNMET,
    ActionState,
    ActionType,
    ConcernDomain,
    ExpectationAuthor,
    GoalResult,
    ItemKind,
    PlanState,
    Priority,
    SignerQuality,
)
from pepites.directory.models import PractitionerRole
from pepites.networks.models import Network
from pepites.patients.models import Patient

_ONE_OWNER = models.Q(owner_practice=None) ^ models.Q(owner_role="")


@pghistory.track(context_field=None)  # type: ignore[arg-type]
class CarePlan(models.Model):
    """The plan of one person in one network (FHIR CarePlan), one open at a time.

    ``revision`` grows at each change of the draft: a publication names the one it has read. ``published`` is the
    number of the version in force, 0 before the first.
    """

    public_id = models.UUIDField(default=new_uuid, unique=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="plans")
    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="+")
    referent = models.ForeignKey(PractitionerRole, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=PlanState.choices, default=PlanState.DRAFT)
    revision = models.PositiveIntegerField(default=1)
    published = models.PositiveIntegerField(default=0)
    validated_at = models.DateTimeField(null=True)
    review_on = models.DateField(null=True)
    closed_reason = models.CharField(max_length=200, default="", blank=True)
    created_by = models.ForeignKey(PractitionerRole, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        app_label = "coordination"
        indexes = [models.Index(fields=["patient", "-created_at"], name="coordination_plan_patient")]
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "network"],
                condition=~models.Q(state=PlanState.CLOSED),
                name="coordination_plan_open_once",
            ),
            models.CheckConstraint(
                condition=(models.Q(state=PlanState.CLOSED) & ~models.Q(closed_reason=""))
                | (~models.Q(state=PlanState.CLOSED) & models.Q(closed_reason="")),
                name="coordination_plan_closed",
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class PlanItem(models.Model):
    """What the four kinds of items share; an item leaves the plan, never the base."""

    kind: ClassVar[ItemKind]
    public_id = models.UUIDField(default=new_uuid, unique=True, editable=False)
    plan = models.ForeignKey(CarePlan, on_delete=models.PROTECT, related_name="%(class)ss")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    level = models.PositiveSmallIntegerField(choices=Level.choices, default=Level.SOCIAL)
    text = models.TextField(max_length=TEXT_LENGTH)
    version = models.PositiveIntegerField(default=1)
    removed = models.BooleanField(default=False)
    created_by = models.ForeignKey(PractitionerRole, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.public_id)

    @classmethod
    def rows(cls) -> "models.Manager[Self]":
        """The rows of that kind, when the kind is only known by its name."""
        return cls._default_manager


@pghistory.track(context_field=None)  # type: ignore[arg-type]
class Expectation(PlanItem):
    """What is hoped for, in the words of the person or of the carer."""

    kind = ItemKind.EXPECTATION
    author = models.CharField(max_length=10, choices=ExpectationAuthor.choices, default=ExpectationAuthor.PERSON)

    class Meta:
        app_label = "coordination"


@pghistory.track(context_field=None)  # type: ignore[arg-type]
class Concern(PlanItem):
    """A problem or an unmet need, retained or not (FHIR Condition)."""

    kind = ItemKind.CONCERN
    domain = models.CharField(max_length=15, choices=ConcernDomain.choices)
    priority = models.PositiveSmallIntegerField(choices=Priority.choices, default=Priority.MIDDLE)
    retained = models.BooleanField(default=True)
    reason = models.CharField(max_length=300, default="", blank=True)

    class Meta:
        app_label = "coordination"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(retained=True) | ~models.Q(reason=""), name="coordination_concern_reason"
            ),
            models.CheckConstraint(
                condition=models.Q(level=Level.SOCIAL) | models.Q(level=Level.FULL, domain__in=CARE_DOMAINS),
                name="coordination_concern_level",
            ),
        ]


@pghistory.track(context_field=None)  # type: ignore[arg-type]
class Goal(PlanItem):
    """An objective under one problem (FHIR Goal); it reads at the level of its problem."""

    kind = ItemKind.GOAL
    concern = models.ForeignKey(Concern, on_delete=models.PROTECT, related_name="goals")
    horizon = models.DateField(null=True)
    shared = models.BooleanField(default=True)
    result = models.CharField(max_length=12, choices=GoalResult.choices, default=GoalResult.ONGOING)
    reason = models.CharField(max_length=300, default="", blank=True)

    class Meta:
        app_label = "coordination"
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(result__in=UNMET) | ~models.Q(reason=""), name="coordination_goal_reason"
            )
        ]


@pghistory.track(context_field=None)  # type: ignore[arg-type]
class PlannedAction(PlanItem):
    """An action under one objective; publishing makes its task, and the task says when it is done."""

    kind = ItemKind.ACTION
    goal = models.ForeignKey(Goal, on_delete=models.PROTECT, related_name="actions")
    type = models.CharField(max_length=15, choices=ActionType.choices, default=ActionType.SUPPORT)
    owner_practice = models.ForeignKey(PractitionerRole, null=True, on_delete=models.PROTECT, related_name="+")
    owner_role = models.CharField(max_length=20, choices=MemberRole.choices, default="", blank=True)
    start_on = models.DateField(null=True)
    due_on = models.DateField(null=True)
    frequency = models.CharField(max_length=10, choices=Recurrence.choices, default=Recurrence.NONE, blank=True)
    state = models.CharField(max_length=10, choices=ActionState.choices, default=ActionState.TODO)
    outcome = models.CharField(max_length=300, default="", blank=True)
    task = models.OneToOneField("coordination.Task", null=True, on_delete=models.PROTECT, related_name="planned")

    class Meta:
        app_label = "coordination"
        constraints = [
            models.CheckConstraint(condition=_ONE_OWNER, name="coordination_action_owner"),
            models.CheckConstraint(
                condition=models.Q(frequency="") | models.Q(due_on__isnull=False), name="coordination_action_frequency"
            ),
        ]


class PlanVersion(models.Model):
    """A published version: never changed. ``digest`` is the hash of the two parts' hashes, that signatures name."""

    plan = models.ForeignKey(CarePlan, on_delete=models.PROTECT, related_name="versions")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    reason = models.CharField(max_length=300)
    review_on = models.DateField()
    referent = models.CharField(max_length=250)
    social_digest = models.CharField(max_length=64)
    full_digest = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    author = models.ForeignKey(PractitionerRole, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField()

    class Meta:
        app_label = "coordination"
        constraints = [models.UniqueConstraint(fields=["plan", "number"], name="coordination_plan_version_once")]

    def __str__(self) -> str:
        return str(self.number)


class PlanVersionPart(models.Model):
    """What a version says to readers of one level."""

    version = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="parts")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    level = models.PositiveSmallIntegerField(choices=Level.choices)
    content = models.JSONField()

    class Meta:
        app_label = "coordination"
        constraints = [models.UniqueConstraint(fields=["version", "level"], name="coordination_plan_part_once")]

    def __str__(self) -> str:
        return str(self.pk)


class PlanValidation(models.Model):
    """A professional named to validate a version; ``confirmed_at`` once they did."""

    version = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="validations")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    practice = models.ForeignKey(PractitionerRole, on_delete=models.PROTECT, related_name="+")
    task = models.ForeignKey("coordination.Task", null=True, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "coordination"
        constraints = [models.UniqueConstraint(fields=["version", "practice"], name="coordination_validation_once")]

    def __str__(self) -> str:
        return str(self.pk)


class PlanSignature(models.Model):
    """Trace of the agreement of the person or of who speaks for them: no qualified signature (interface §13).

    ``strokes`` is what the finger drew, as points; empty when the name was typed alone.
    """

    version = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="signatures")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    quality = models.CharField(max_length=15, choices=SignerQuality.choices)
    name = models.CharField(max_length=120)
    strokes = models.TextField(default="", blank=True)
    digest = models.CharField(max_length=64)
    collected_by = models.ForeignKey(PractitionerRole, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField()

    class Meta:
        app_label = "coordination"
        indexes = [models.Index(fields=["version", "signed_at"], name="coordination_plan_signature")]

    def __str__(self) -> str:
        return str(self.pk)


ITEM_MODELS: dict[str, type[PlanItem]] = {
    ItemKind.EXPECTATION: Expectation,
    ItemKind.CONCERN: Concern,
    ItemKind.GOAL: Goal,
    ItemKind.ACTION: PlannedAction,
}
