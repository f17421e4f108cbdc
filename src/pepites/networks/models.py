"""Care networks, their settings and their members."""

from django.db import models
from django.db.models.functions import Now

from pepites.common.identifiers import new_uuid
from pepites.directory.models import PractitionerRole
from pepites.networks.enums import TRAINING_PREFIX, MemberRole
from pepites.networks.packs.models import NetworkPack

__all__ = ["HabilitationVersion", "Network", "NetworkMembership", "NetworkPack"]


class Network(models.Model):
    """A care network; ``settings`` holds its own choices (roles, matrix, consent text), validated by who reads them."""

    public_id = models.UUIDField(default=new_uuid, unique=True, editable=False)
    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=120)
    short_name = models.CharField(max_length=40)
    colour = models.PositiveSmallIntegerField(default=1)  # one of the 8 fixed tokens of interface §19
    person_word = models.CharField(max_length=10, default="usager")  # usager | patient
    settings = models.JSONField(default=dict)
    active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.name

    @property
    def is_training(self) -> bool:
        """Whether it is a copy made for training."""
        return self.slug.startswith(TRAINING_PREFIX)


class NetworkMembership(models.Model):
    """A practice in a network, with one role, for a time."""

    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="memberships")
    practice = models.ForeignKey(PractitionerRole, on_delete=models.PROTECT, related_name="network_memberships")
    role = models.CharField(max_length=20, choices=MemberRole.choices)
    starts_at = models.DateTimeField(db_default=Now())
    ends_at = models.DateTimeField(null=True)
    # The last review of habilitations that kept the role (RIE §6.3), and the account that did it.
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.BigIntegerField(null=True)
    # Ended by itself, for want of a review: whoever confirms it gives it back.
    suspended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["network", "practice", "role"],
                condition=models.Q(ends_at__isnull=True),
                name="networks_membership_unique",
            )
        ]
        indexes = [models.Index(fields=["practice", "role"], name="networks_membership_practice")]

    def __str__(self) -> str:
        return f"{self.role} {self.pk}"


class HabilitationVersion(models.Model):
    """One version of a network's matrix: for each role (``PractitionerRole.role_code``), the acts withheld.

    Never changed; the last one holds.
    """

    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    withheld = models.JSONField(default=dict)
    note = models.CharField(max_length=300)
    published_by = models.BigIntegerField(null=True)  # the account; networks know none
    published_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["network", "number"], name="networks_matrix_number")]

    def __str__(self) -> str:
        return f"{self.network_id} v{self.number}"
