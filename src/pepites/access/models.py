"""Rights of practices over persons: grants, enrolments, consents, oppositions, bris de glace."""

from django.db import models
from django.db.models.functions import Now

from pepites.access.enums import Basis, ConsentMode, EmergencyMotive, GivenBy, Level, Regime, ReviewResult
from pepites.common.identifiers import new_uuid
from pepites.directory.models import Organization, PractitionerRole
from pepites.networks.models import Network
from pepites.patients.models import Patient


class AccessGrant(models.Model):
    """What one practice may see of one person, for a time. Written by the functions of migration 0002 only.

    ``level`` is the one in force; ``offered_level`` becomes it once the practice has accepted and, outside the care
    team, the person has consented (coordination §2.4-5). ``merged``: the copy, kept by the database, of a right held on
    another file of the same person, for as long as the two are merged (ADR 0023).
    """

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="grants")
    practice = models.ForeignKey(PractitionerRole, on_delete=models.PROTECT, related_name="grants")
    level = models.PositiveSmallIntegerField(choices=Level.choices)
    offered_level = models.PositiveSmallIntegerField(choices=Level.choices)
    basis = models.CharField(max_length=20, choices=Basis.choices)
    regime = models.CharField(max_length=20, choices=Regime.choices, default=Regime.TEAM)
    accepted_at = models.DateTimeField(null=True)
    starts_at = models.DateTimeField(db_default=Now())
    ends_at = models.DateTimeField(null=True)
    merged = models.BooleanField(default=False, db_default=False)

    class Meta:
        indexes = [
            models.Index(
                fields=["practice", "patient"],
                name="access_grant_practice",
                include=["level", "starts_at", "ends_at"],
            ),
            models.Index(fields=["patient"], name="access_grant_patient"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "practice", "basis"],
                condition=models.Q(ends_at__isnull=True, merged=False),
                name="access_grant_open_once",
            ),
            models.UniqueConstraint(
                fields=["patient", "practice", "basis"],
                condition=models.Q(ends_at__isnull=True, merged=True),
                name="access_grant_merged_once",
            ),
            models.CheckConstraint(condition=models.Q(level__lte=models.F("offered_level")), name="access_grant_level"),
        ]

    def __str__(self) -> str:
        return f"{self.basis} {self.level}"


class NetworkPatient(models.Model):
    """A person followed in a network: opens the file to the practices that hold that network's coordination role.

    With ``organization``, only to those of that structure: the person opposed the sharing. ``merged`` as for grants.
    """

    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="enrolments")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="enrolments")
    organization = models.ForeignKey(Organization, null=True, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField(db_default=Now())
    ends_at = models.DateTimeField(null=True)
    merged = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "network"],
                condition=models.Q(ends_at__isnull=True, merged=False),
                name="access_enrolment_open_once",
            ),
            models.UniqueConstraint(
                fields=["patient", "network"],
                condition=models.Q(ends_at__isnull=True, merged=True),
                name="access_enrolment_merged_once",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class ConsentRecord(models.Model):
    """A consent to sharing, or to a network; append-only but for its withdrawal (coordination §2.4-1)."""

    public_id = models.UUIDField(default=new_uuid, unique=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="consents")
    regime = models.CharField(max_length=20, choices=Regime.choices, default=Regime.OUTSIDE_TEAM)
    network = models.ForeignKey(Network, null=True, on_delete=models.PROTECT)
    scope = models.JSONField(default=list)
    text_version = models.CharField(max_length=40, default="", blank=True)
    given_by = models.CharField(max_length=20, choices=GivenBy.choices, default=GivenBy.PERSON)
    mode = models.CharField(max_length=20, choices=ConsentMode.choices)
    proof = models.CharField(max_length=200, default="", blank=True)
    collected_by = models.ForeignKey(PractitionerRole, null=True, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField(db_default=Now())
    valid_until = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_reason = models.CharField(max_length=200, default="", blank=True)

    def __str__(self) -> str:
        return str(self.public_id)


class Opposition(models.Model):
    """A person's opposition: to a practice, to a network, or to any sharing; wins over everything but the author's
    own view and legal duties (coordination §2.4-2)."""

    public_id = models.UUIDField(default=new_uuid, unique=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="oppositions")
    practice = models.ForeignKey(PractitionerRole, null=True, on_delete=models.PROTECT, related_name="+")
    network = models.ForeignKey(Network, null=True, on_delete=models.PROTECT, related_name="+")
    proof = models.CharField(max_length=200, default="", blank=True)
    recorded_by = models.ForeignKey(PractitionerRole, null=True, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(db_default=Now())
    lifted_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.public_id)


class ItemReader(models.Model):
    """A practice named to read one reserved item (a note, a trace): whoever is not named does not see that it exists.

    ``item`` is the item's ``public_id``. The author is its first reader and alone names the others (design, law 3).
    """

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    item = models.UUIDField()
    practice = models.ForeignKey(PractitionerRole, on_delete=models.PROTECT, related_name="+")
    named_by = models.ForeignKey(PractitionerRole, on_delete=models.PROTECT, related_name="+")
    named_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["item", "practice"],
                condition=models.Q(ended_at__isnull=True),
                name="access_item_reader_once",
            )
        ]

    def __str__(self) -> str:
        return str(self.item)


class EmergencyAccess(models.Model):
    """A bris de glace: one person, four hours, a motive, reviewed within 72 hours (rgpd §3.6; design §8)."""

    public_id = models.UUIDField(default=new_uuid, unique=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="emergency_accesses")
    practice = models.ForeignKey(PractitionerRole, on_delete=models.PROTECT, related_name="+")
    user_id = models.BigIntegerField()
    motive = models.CharField(max_length=20, choices=EmergencyMotive.choices)
    explanation = models.TextField()
    starts_at = models.DateTimeField(db_default=Now())
    ends_at = models.DateTimeField()
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = models.ForeignKey(PractitionerRole, null=True, on_delete=models.PROTECT, related_name="+")
    review_result = models.CharField(max_length=20, choices=ReviewResult.choices, default="", blank=True)
    review_comment = models.TextField(default="", blank=True)

    def __str__(self) -> str:
        return str(self.public_id)
