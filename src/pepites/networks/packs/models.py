"""The versions of a network's pack: one draft at most, and the published ones, which never change."""

from django.db import models
from django.db.models.functions import Now

from pepites.common.identifiers import new_uuid


class PackState(models.TextChoices):
    """A pack is prepared, then in force until the next one."""

    DRAFT = "brouillon", "Brouillon"
    PUBLISHED = "publie", "Publié"


class NetworkPack(models.Model):
    """One version of what a network sets up; a case keeps the one it was opened with.

    ``revision`` grows at each change of the draft, so that two editors never overwrite each other.
    """

    public_id = models.UUIDField(default=new_uuid, unique=True, editable=False)
    network = models.ForeignKey("networks.Network", on_delete=models.PROTECT, related_name="packs")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=PackState.choices, default=PackState.DRAFT)
    sections = models.JSONField(default=dict)
    note = models.CharField(max_length=300, default="", blank=True)
    revision = models.PositiveIntegerField(default=1)
    edited_by = models.BigIntegerField(null=True)  # accounts; networks know none
    edited_at = models.DateTimeField(db_default=Now())
    published_by = models.BigIntegerField(null=True)
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["network", "number"], name="networks_pack_number"),
            models.UniqueConstraint(
                fields=["network"], condition=models.Q(state=PackState.DRAFT), name="networks_pack_one_draft"
            ),
            models.CheckConstraint(
                condition=models.Q(state=PackState.DRAFT, published_at=None)
                | models.Q(state=PackState.PUBLISHED, published_at__isnull=False),
                name="networks_pack_state",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.network_id} v{self.number}"
