"""A demande (FHIR ServiceRequest): who asks, for whom, what becomes of it."""

import pghistory
from django.db import models
from django.db.models.functions import Now

from pepites.common.identifiers import new_uuid
from pepites.coordination.referrals.enums import (
    DECIDED,
    MOST_FILES,
    WAITING,
    AnswerLevel,
    AnswerMeans,
    ReferralState,
    RequesterKind,
    Urgency,
)
from pepites.directory.models import Organization, PractitionerRole
from pepites.networks.models import Network, NetworkPack
from pepites.patients.models import Patient


@pghistory.track(context_field=None)  # type: ignore[arg-type]
class Referral(models.Model):
    """A demande to a network or to a structure, about a person or not.

    The identity typed by the requester stays as it was typed; ``patient`` is the file it was linked to afterwards,
    after a search (P1). ``questions`` keeps the short screening of the network, each with its answer and points.
    """

    public_id = models.UUIDField(default=new_uuid, unique=True, editable=False)
    network = models.ForeignKey(Network, null=True, on_delete=models.PROTECT, related_name="+")
    organization = models.ForeignKey(Organization, null=True, on_delete=models.PROTECT, related_name="+")
    pack = models.ForeignKey(NetworkPack, null=True, on_delete=models.PROTECT, related_name="+")
    previous = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="following")
    requester_practice = models.ForeignKey(PractitionerRole, null=True, on_delete=models.PROTECT, related_name="+")
    requester_kind = models.CharField(max_length=15, choices=RequesterKind.choices)
    requester_name = models.CharField(max_length=120)
    requester_contact = models.CharField(max_length=120, default="", blank=True)
    patient = models.ForeignKey(Patient, null=True, on_delete=models.PROTECT, related_name="+")
    about_person = models.BooleanField(default=True)
    family_name = models.CharField(max_length=100, default="", blank=True)
    given_name = models.CharField(max_length=100, default="", blank=True)
    birth_date = models.DateField(null=True)
    commune_cog = models.CharField(max_length=5, default="", blank=True)
    phone = models.CharField(max_length=40, default="", blank=True)
    motive = models.TextField(max_length=2000)
    urgency = models.CharField(max_length=10, choices=Urgency.choices, default=Urgency.NORMAL)
    informed = models.BooleanField(default=False)
    questions = models.JSONField(default=list)
    score = models.PositiveSmallIntegerField(null=True)
    state = models.CharField(max_length=12, choices=ReferralState.choices, default=ReferralState.RECEIVED)
    level = models.CharField(max_length=15, choices=AnswerLevel.choices, default="", blank=True)
    note = models.CharField(max_length=500, default="", blank=True)
    reason = models.CharField(max_length=150, default="", blank=True)
    answer = models.TextField(max_length=2000, default="", blank=True)
    means = models.CharField(max_length=12, choices=AnswerMeans.choices, default="", blank=True)
    received_at = models.DateTimeField(db_default=Now())
    qualified_at = models.DateTimeField(null=True)
    qualified_by = models.ForeignKey(PractitionerRole, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(PractitionerRole, null=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["network", "state", "-received_at"], name="coordination_referral_network"),
            models.Index(fields=["organization", "state", "-received_at"], name="coordination_referral_to"),
            models.Index(fields=["requester_practice", "-received_at"], name="coordination_referral_sent"),
            models.Index(fields=["patient"], name="coordination_referral_patient"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(network__isnull=False, organization=None)
                | models.Q(network=None, organization__isnull=False),
                name="coordination_referral_one_target",
            ),
            models.CheckConstraint(
                condition=(
                    models.Q(state__in=WAITING, decided_at=None, closed_at=None)
                    | models.Q(state__in=DECIDED, decided_at__isnull=False, closed_at=None)
                    | models.Q(state=ReferralState.CLOSED, decided_at__isnull=False, closed_at__isnull=False)
                ),
                name="coordination_referral_state",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=ReferralState.REFUSED) | ~models.Q(reason=""),
                name="coordination_referral_refusal",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """What the requester quotes; it says nothing of anybody."""
        return f"D-{self.public_id.hex[-8:].upper()}"


class ReferralFile(models.Model):
    """A file sent with a demande: for those who are asked, never for the requester again (P1).

    It waits in quarantine until one of them lets it out; ``patient`` follows the demande's.
    """

    public_id = models.UUIDField(default=new_uuid, unique=True, editable=False)
    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="files")
    patient = models.ForeignKey(Patient, null=True, on_delete=models.PROTECT, related_name="+")
    rank = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=120)
    content_type = models.CharField(max_length=40)
    size = models.IntegerField()
    sha256 = models.CharField(max_length=64)
    blob = models.CharField(max_length=64)
    released_at = models.DateTimeField(null=True)
    released_by = models.ForeignKey(PractitionerRole, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["referral", "rank"], name="coordination_referral_file_rank"),
            models.CheckConstraint(
                condition=models.Q(rank__range=(1, MOST_FILES)), name="coordination_referral_file_most"
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)
