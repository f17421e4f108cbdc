"""The numbers of an identity, every exchange with the INSi teleservice, the recorded links of a child."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from pepites.common.identifiers import new_uuid
from pepites.directory.models import PractitionerRole
from pepites.identity.enums import FiliationKind, InsiIssue, InsiOperation, InsiState, InsSource
from pepites.identity.ins import KINDS
from pepites.patients.models import Patient


class Ins(models.Model):
    """A number of an identity: the active one, or a former one (INS-9). Written by ``identity_store_ins`` only.

    An active row exists only under RECUP or QUAL: a trigger moves it to the history when the status goes down (§2.1).
    Row-level security shows numbers of QUAL identities only (§2.6-1). ``fingerprint`` is its HMAC (RNIV-7).
    ``starts_on`` and ``ends_on`` are INSi's, kept as they came, even in the wrong order (§3.3).
    """

    public_id = models.UUIDField(default=new_uuid, unique=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    identity = models.ForeignKey("identity.DomainIdentity", on_delete=models.PROTECT, related_name="numbers")
    oid = models.CharField(max_length=20)
    matricule = models.CharField(max_length=15)
    fingerprint = models.CharField(max_length=64)
    active = models.BooleanField(default=True)
    source = models.CharField(max_length=5, choices=InsSource.choices)
    environment = models.CharField(max_length=13)
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    recorded_at = models.DateTimeField(db_default=Now())
    former_since = models.DateTimeField(null=True)

    class Meta:
        db_table = "identity_ins"
        indexes = [models.Index(fields=["fingerprint"], name="identity_ins_fingerprint")]
        constraints = [
            models.UniqueConstraint(fields=["identity"], condition=Q(active=True), name="identity_ins_one_active"),
            models.UniqueConstraint(
                fields=["identity", "oid", "matricule"], condition=Q(active=False), name="identity_ins_former_once"
            ),
            models.CheckConstraint(condition=Q(oid__in=tuple(KINDS)), name="identity_ins_oid"),
            models.CheckConstraint(condition=Q(matricule__regex=r"^[0-9A-Z]{15}$"), name="identity_ins_shape"),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class InsiCall(models.Model):
    """One exchange with the teleservice: its own id, its result code and its time; the answer is kept sealed (RNIV-8).

    A ``00`` is a proposal until the operator compares and decides (INSI-4). ``public_id`` is the message's id.
    """

    public_id = models.UUIDField(unique=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    identity = models.ForeignKey("identity.DomainIdentity", on_delete=models.PROTECT, related_name="insi_calls")
    identity_version = models.PositiveIntegerField()
    operation = models.CharField(max_length=12, choices=InsiOperation.choices)
    variant = models.CharField(max_length=60, default="", blank=True)
    code = models.CharField(max_length=40)
    label = models.CharField(max_length=200, default="", blank=True)
    latency_ms = models.PositiveIntegerField()
    mode = models.CharField(max_length=12, default="")
    environment = models.CharField(max_length=13)
    sealed_answer = models.BinaryField(null=True)
    state = models.CharField(max_length=10, choices=InsiState.choices, default=InsiState.CLOSED, blank=True)
    asked_by = models.ForeignKey(PractitionerRole, null=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(db_default=Now())
    decided_by = models.ForeignKey(PractitionerRole, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision_reason = models.CharField(max_length=300, default="", blank=True)
    issue = models.CharField(max_length=10, choices=InsiIssue.choices, default="", blank=True)
    issue_closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["patient", "-asked_at"], name="identity_insicall_person"),
            models.Index(
                fields=["-asked_at"], condition=~Q(issue="") & Q(issue_closed_at=None), name="identity_insicall_todo"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=("proposee", "acceptee")) | Q(code="00"), name="identity_insicall_only_00"
            )
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class Filiation(models.Model):
    """A child linked to the mother's record (FILI, GUY-12), or entrusted to the ASE: recorded, not guessed."""

    public_id = models.UUIDField(default=new_uuid, unique=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    parent = models.ForeignKey(Patient, null=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=5, choices=FiliationKind.choices)
    comment = models.CharField(max_length=200, default="", blank=True)
    recorded_by = models.ForeignKey(PractitionerRole, null=True, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "kind"], condition=Q(ended_at__isnull=True), name="identity_filiation_once"
            ),
            models.CheckConstraint(
                condition=Q(kind="mere", parent__isnull=False) | Q(kind="ase", parent__isnull=True),
                name="identity_filiation_shape",
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("patient")), name="identity_filiation_other"
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)
