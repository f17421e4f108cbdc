"""A request for a local account, what was seen, who asked and who approved."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from pepites.accounts.enrolment.enums import Document, Motive
from pepites.accounts.rppsplus.enums import ROLES, role_to_register
from pepites.common.identifiers import new_uuid
from pepites.directory.models import Organization
from pepites.directory.professions import PROFESSIONS
from pepites.networks.enums import MemberRole
from pepites.networks.models import Network


class LocalEnrolment(models.Model):
    """One local account, asked for by one administrator and opened by another (RIE §6.3). ``user`` once approved."""

    public_id = models.UUIDField(default=new_uuid, unique=True, editable=False)
    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="+")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    family_name = models.CharField(max_length=100)
    given_name = models.CharField(max_length=100)
    role_code = models.CharField(max_length=40)
    member_role = models.CharField(max_length=20, choices=MemberRole.choices)
    login = models.CharField(max_length=80)
    email = models.EmailField(default="", blank=True)
    motive = models.CharField(max_length=20, choices=Motive.choices)
    document_kind = models.CharField(max_length=20, choices=Document.choices)
    document_last4 = models.CharField(max_length=4)
    seen_on = models.DateField()
    ends_on = models.DateField()
    requested_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(db_default=Now())
    approved_by = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True)
    refused_by = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")
    refused_at = models.DateTimeField(null=True)
    user = models.OneToOneField("accounts.User", null=True, on_delete=models.PROTECT, related_name="enrolment")

    class Meta:
        app_label = "accounts"
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("requested_by")),
                name="accounts_enrolment_two_people",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | Q(refused_by__isnull=True), name="accounts_enrolment_one_answer"
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)

    @property
    def rpps_role(self) -> str:
        """The RPPS+ role under which the person is to be registered, in words; empty when they are not."""
        return ROLES.get(role_to_register(PROFESSIONS[self.role_code]), "")
