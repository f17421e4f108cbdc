"""Structures and people on their way into RPPS+. Nothing here opens anything: rights come from places of practice."""

from django.db import models
from django.db.models.functions import Now

from pepites.accounts.rppsplus.enums import Check, ContractState, Step
from pepites.common.identifiers import new_uuid
from pepites.directory.models import Organization, PractitionerRole


class StructureManager(models.Model):
    """Who looks after the people of one structure, and of no other: named by the platform's administrators."""

    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="structures_managed")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    named_by = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField(db_default=Now())
    ends_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "accounts"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organization"], condition=models.Q(ends_at__isnull=True), name="accounts_manager_once"
            )
        ]

    def __str__(self) -> str:
        return f"gestionnaire {self.pk}"


class RppsContract(models.Model):
    """The contrat d'adhésion of a structure with the ANS, and its gestionnaire RPPS+ (§4)."""

    organization = models.OneToOneField(Organization, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=ContractState.choices, default=ContractState.NONE)
    signed_on = models.DateField(null=True)
    keeper_name = models.CharField(max_length=120, default="", blank=True)
    keeper_contact = models.CharField(max_length=120, default="", blank=True)
    keeper_card = models.BooleanField(default=False)  # the portal wants a physical card
    note = models.CharField(max_length=300, default="", blank=True)
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        app_label = "accounts"

    def __str__(self) -> str:
        return f"contrat {self.pk}"


class RppsRegistration(models.Model):
    """One person to bring in, with the role that decides of their rights (R85) and the date of each step."""

    public_id = models.UUIDField(default=new_uuid, unique=True, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    practice = models.ForeignKey(PractitionerRole, null=True, on_delete=models.PROTECT, related_name="+")
    family_name = models.CharField(max_length=100)
    given_name = models.CharField(max_length=100)
    email = models.EmailField(default="", blank=True)
    phone = models.CharField(max_length=20, default="", blank=True)
    role_code = models.CharField(max_length=10)
    starts_on = models.DateField(null=True)
    step = models.CharField(max_length=20, choices=Step.choices, default=Step.TO_REGISTER)
    step_on = models.DateField()
    declared_on = models.DateField(null=True)
    received_on = models.DateField(null=True)
    activated_on = models.DateField(null=True)
    left_on = models.DateField(null=True)
    closed_on = models.DateField(null=True)
    rpps = models.CharField(max_length=11, default="", blank=True)
    check_result = models.CharField(max_length=10, choices=Check.choices, default=Check.NONE, blank=True)
    checked_at = models.DateTimeField(null=True)
    created_by = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")
    # The local account whose approval opened the line.
    enrolment = models.OneToOneField(
        "accounts.LocalEnrolment", null=True, on_delete=models.PROTECT, related_name="registration"
    )
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        app_label = "accounts"
        indexes = [models.Index(fields=["organization", "step"], name="accounts_rpps_structure")]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "rpps"],
                condition=~models.Q(rpps="") & ~models.Q(step=Step.CLOSED),
                name="accounts_rpps_once",
            ),
            models.CheckConstraint(
                condition=~models.Q(step__in=[Step.RECEIVED, Step.ACTIVE]) | ~models.Q(rpps=""),
                name="accounts_rpps_number_known",
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)
