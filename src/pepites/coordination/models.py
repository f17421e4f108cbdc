"""The work around a person: pathways, circle, contacts, liaison notes, tasks, and the fil that tells it."""

import pghistory
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Now

from pepites.access.enums import Level, Regime
from pepites.common.identifiers import new_uuid
from pepites.coordination.editions.models import Edition
from pepites.coordination.enums import (
    OPEN_MEMBER,
    OPEN_TASK,
    ClosingReason,
    FilKind,
    MemberRole,
    MemberStatus,
    NoteStatus,
    NoteType,
    PathwayStatus,
    Recurrence,
    Relation,
    TaskKind,
    TaskState,
)
from pepites.coordination.figures.models import FigureCount
from pepites.coordination.importing.models import ImportRun, LocalIdentifier
from pepites.coordination.measures.models import ProtectionMeasure
from pepites.coordination.plan.models import (
    CarePlan,
    Concern,
    Expectation,
    Goal,
    PlannedAction,
    PlanSignature,
    PlanValidation,
    PlanVersion,
    PlanVersionPart,
)
from pepites.coordination.protocols.models import ProtocolRun, ProtocolStep
from pepites.coordination.referrals.models import Referral, ReferralFile
from pepites.coordination.relatives.models import CircleRelative
from pepites.coordination.reserved.models import ProtectionReport
from pepites.coordination.stays.models import HospitalStay
from pepites.coordination.takeover.models import HistoryEntry, HistoryFile, HistoryReader, HistoryRun, HistoryThread
from pepites.directory.models import Organization, PractitionerRole
from pepites.networks.models import Network, NetworkPack
from pepites.patients.models import Patient

__all__ = [
    "CarePlan",
    "CareTeamMember",
    "CircleRelative",
    "Concern",
    "Contact",
    "Edition",
    "Expectation",
    "FigureCount",
    "FilEntry",
    "Goal",
    "HistoryEntry",
    "HistoryFile",
    "HistoryReader",
    "HistoryRun",
    "HistoryThread",
    "HospitalStay",
    "ImportRun",
    "LiaisonNote",
    "LocalIdentifier",
    "Pathway",
    "PatientActivity",
    "PlanSignature",
    "PlanValidation",
    "PlanVersion",
    "PlanVersionPart",
    "PlannedAction",
    "ProtectionMeasure",
    "ProtectionReport",
    "ProtocolRun",
    "ProtocolStep",
    "Referral",
    "ReferralFile",
    "Task",
]

COPIED = ("person", "sort_key", "birth_date", "commune_cog", "search_text")


@pghistory.track(exclude=[*COPIED, "updated_at"], context_field=None)  # type: ignore[arg-type]
class Pathway(models.Model):
    """An inclusion in a network (FHIR EpisodeOfCare).

    The copied columns (``COPIED``) follow the person row by triggers, so that a list of the *file active* reads one
    index; ``person`` is the file that the person is shown under, another one once merged (ADR 0023). ``organization``
    repeats the enrolment's restriction after an opposition.
    """

    public_id = models.UUIDField(default=new_uuid, unique=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="pathways")
    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="pathways")
    organization = models.ForeignKey(Organization, null=True, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, choices=PathwayStatus.choices, default=PathwayStatus.ACTIVE)
    opened_on = models.DateField()
    opened_by = models.ForeignKey(PractitionerRole, null=True, on_delete=models.PROTECT, related_name="+")
    suspended_on = models.DateField(null=True)
    closed_on = models.DateField(null=True)
    closing_reason = models.CharField(max_length=20, choices=ClosingReason.choices, default="", blank=True)
    comment = models.CharField(max_length=300, default="", blank=True)
    # The settings this case was opened with, and where it stands in them; ``inclusion`` keeps what was verified.
    pack = models.ForeignKey(NetworkPack, null=True, on_delete=models.PROTECT, related_name="+")
    stage = models.CharField(max_length=40, default="", db_default="", blank=True)
    stage_since = models.DateField(null=True)
    inclusion = models.JSONField(null=True)
    updated_at = models.DateTimeField(db_default=Now())
    person = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+", editable=False)
    sort_key = models.CharField(max_length=210, default="", blank=True)
    birth_date = models.DateField(null=True)
    commune_cog = models.CharField(max_length=5, default="", blank=True)
    search_text = models.TextField(default="", blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["network", "status", "sort_key", "person"],
                include=["organization"],
                name="coordination_pathway_order",
            ),
            models.Index(fields=["network", "status", "birth_date", "person"], name="coordination_pathway_born"),
            GinIndex(fields=["search_text"], opclasses=["gin_trgm_ops"], name="coordination_pathway_search"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "network"],
                condition=~models.Q(status=PathwayStatus.CLOSED),
                name="coordination_pathway_open_once",
            ),
            models.CheckConstraint(
                condition=(
                    models.Q(status=PathwayStatus.ACTIVE, suspended_on=None, closed_on=None, closing_reason="")
                    | models.Q(
                        status=PathwayStatus.SUSPENDED, suspended_on__isnull=False, closed_on=None, closing_reason=""
                    )
                    | (models.Q(status=PathwayStatus.CLOSED, closed_on__isnull=False) & ~models.Q(closing_reason=""))
                ),
                name="coordination_pathway_state",
            ),
            models.CheckConstraint(
                condition=models.Q(closed_on=None) | models.Q(closed_on__gte=models.F("opened_on")),
                name="coordination_pathway_dates",
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


@pghistory.track(context_field=None)  # type: ignore[arg-type]
class CareTeamMember(models.Model):
    """A stay of one practice in the circle of one person (FHIR CareTeam.participant); a return is a new row."""

    public_id = models.UUIDField(default=new_uuid, unique=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="members")
    practice = models.ForeignKey(PractitionerRole, on_delete=models.PROTECT, related_name="circles")
    role = models.CharField(max_length=20, choices=MemberRole.choices, default=MemberRole.OTHER)
    level = models.PositiveSmallIntegerField(choices=Level.choices, default=Level.SOCIAL)
    regime = models.CharField(max_length=20, choices=Regime.choices, default=Regime.OUTSIDE_TEAM)
    status = models.CharField(max_length=10, choices=MemberStatus.choices, default=MemberStatus.INVITED)
    attending = models.BooleanField(default=False)
    message = models.CharField(max_length=500, default="", blank=True)
    invited_by = models.ForeignKey(PractitionerRole, null=True, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField(db_default=Now())
    answered_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=200, default="", blank=True)

    class Meta:
        indexes = [models.Index(fields=["practice", "status"], name="coordination_member_practice")]
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "practice"],
                condition=models.Q(status__in=OPEN_MEMBER),
                name="coordination_member_open_once",
            ),
            models.UniqueConstraint(
                fields=["patient"],
                condition=models.Q(attending=True, status__in=OPEN_MEMBER),
                name="coordination_one_attending",
            ),
            models.CheckConstraint(
                condition=(
                    models.Q(status=MemberStatus.INVITED, answered_at=None, ends_at=None)
                    | models.Q(
                        status__in=(MemberStatus.WAITING_CONSENT, MemberStatus.ACTIVE),
                        answered_at__isnull=False,
                        ends_at=None,
                    )
                    | models.Q(status=MemberStatus.DECLINED, answered_at__isnull=False)
                    | models.Q(status=MemberStatus.ENDED, ends_at__isnull=False)
                ),
                name="coordination_member_state",
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class Contact(models.Model):
    """Someone close to the person; the *personne de confiance* is one of them."""

    public_id = models.UUIDField(default=new_uuid, unique=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="contacts")
    family_name = models.CharField(max_length=100)
    given_name = models.CharField(max_length=100, default="", blank=True)
    relation = models.CharField(max_length=20, choices=Relation.choices, default=Relation.OTHER)
    phones = models.CharField(max_length=120, default="", blank=True)
    trusted = models.BooleanField(default=False)
    caregiver = models.BooleanField(default=False)
    call_first = models.BooleanField(default=False)
    note = models.CharField(max_length=300, default="", blank=True)
    created_by = models.ForeignKey(PractitionerRole, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["patient", "family_name"], name="coordination_contact_patient")]
        constraints = [
            models.UniqueConstraint(
                fields=["patient"],
                condition=models.Q(trusted=True, ended_at=None),
                name="coordination_one_trusted",
            )
        ]

    def __str__(self) -> str:
        return str(self.public_id)


@pghistory.track(context_field=None)  # type: ignore[arg-type]
class LiaisonNote(models.Model):
    """A note of the liaison notebook (CdL §3.3): changed by its author only, withdrawn but never deleted.

    ``level`` is what a reader needs: 3 for a note of a health professional, 2 for one of a social professional. A
    ``reserved`` note is read by the practices that its author named, whatever the level of others (P8, §2.4-3).
    """

    public_id = models.UUIDField(default=new_uuid, unique=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="notes")
    type = models.CharField(max_length=10, choices=NoteType.choices)
    emergency = models.BooleanField(default=False)
    text = models.TextField(max_length=4000)
    html = models.TextField()
    level = models.PositiveSmallIntegerField(choices=Level.choices, default=Level.FULL)
    author = models.ForeignKey(PractitionerRole, on_delete=models.PROTECT, related_name="+")
    reply_to = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="replies")
    source_message = models.UUIDField(null=True)
    reserved = models.BooleanField(default=False, db_default=False)
    minor_secret = models.BooleanField(default=False, db_default=False)
    version = models.PositiveIntegerField(default=1)
    status = models.CharField(max_length=10, choices=NoteStatus.choices, default=NoteStatus.CURRENT)
    retired_reason = models.CharField(max_length=200, default="", blank=True)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["patient", "-created_at"], name="coordination_note_patient")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status=NoteStatus.CURRENT, retired_reason="")
                | (models.Q(status=NoteStatus.RETIRED) & ~models.Q(retired_reason="")),
                name="coordination_note_state",
            ),
            # A message enters the notebook once, whoever files it; again only after that note was withdrawn.
            models.UniqueConstraint(
                fields=["source_message"],
                condition=models.Q(source_message__isnull=False, status=NoteStatus.CURRENT),
                name="coordination_note_filed_once",
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


@pghistory.track(context_field=None)  # type: ignore[arg-type]
class Task(models.Model):
    """Something to do, about a person or not, owned by a practice or by a role of the circle (FHIR Task)."""

    public_id = models.UUIDField(default=new_uuid, unique=True, editable=False)
    patient = models.ForeignKey(Patient, null=True, on_delete=models.PROTECT, related_name="tasks")
    title = models.CharField(max_length=150)
    detail = models.CharField(max_length=1000, default="", blank=True)
    kind = models.CharField(max_length=20, choices=TaskKind.choices, default=TaskKind.PLAIN, blank=True)
    state = models.CharField(max_length=10, choices=TaskState.choices, default=TaskState.TODO)
    due_on = models.DateField(null=True)
    recurrence = models.CharField(max_length=10, choices=Recurrence.choices, default=Recurrence.NONE, blank=True)
    anchor_day = models.PositiveSmallIntegerField(null=True)
    owner_practice = models.ForeignKey(PractitionerRole, null=True, on_delete=models.PROTECT, related_name="tasks")
    owner_role = models.CharField(max_length=20, choices=MemberRole.choices, default="", blank=True)
    created_by = models.ForeignKey(PractitionerRole, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(PractitionerRole, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200, default="", blank=True)
    previous = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="next")
    source_message = models.UUIDField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["patient", "due_on"],
                condition=models.Q(state__in=OPEN_TASK),
                name="coordination_task_patient",
            ),
            models.Index(
                fields=["owner_practice", "due_on"],
                condition=models.Q(state__in=OPEN_TASK),
                name="coordination_task_owner",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=(
                    models.Q(state__in=OPEN_TASK, ended_at=None, reason="")
                    | models.Q(state=TaskState.DONE, ended_at__isnull=False)
                    | (models.Q(state=TaskState.CANCELLED, ended_at__isnull=False) & ~models.Q(reason=""))
                ),
                name="coordination_task_state",
            ),
            models.CheckConstraint(
                condition=models.Q(recurrence="") | models.Q(due_on__isnull=False),
                name="coordination_task_recurrence",
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class FilEntry(models.Model):
    """One line of a person's fil, written in the transaction of the act; messages join it when it is read."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="fil")
    at = models.DateTimeField(db_default=Now())
    kind = models.CharField(max_length=10, choices=FilKind.choices)
    level = models.PositiveSmallIntegerField(choices=Level.choices, default=Level.SOCIAL)
    author = models.ForeignKey(PractitionerRole, null=True, on_delete=models.PROTECT, related_name="+")
    object_id = models.UUIDField(null=True)
    title = models.CharField(max_length=200, default="", blank=True)
    html = models.TextField(default="", blank=True)
    urgent = models.BooleanField(default=False)
    reserved = models.BooleanField(default=False, db_default=False)

    class Meta:
        indexes = [
            models.Index(fields=["patient", "-at", "-id"], name="coordination_fil_patient"),
            models.Index(fields=["object_id"], name="coordination_fil_object"),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class PatientActivity(models.Model):
    """What a list row says of a person beside the identity; kept by the services and by what messages tell."""

    patient = models.OneToOneField(Patient, on_delete=models.PROTECT, related_name="activity")
    last_contact_at = models.DateTimeField(null=True)
    last_contact_label = models.CharField(max_length=40, default="", blank=True)

    def __str__(self) -> str:
        return str(self.pk)
