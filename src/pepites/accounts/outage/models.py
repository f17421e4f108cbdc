"""Emergency codes, held by keyed hashes only, and outages declared."""

from django.db import models
from django.db.models.functions import Now

from pepites.common.identifiers import new_uuid


class EmergencySeries(models.Model):
    """One printed sheet: its codes serve with the personal code that is not on it. ``exercices`` are those that Pro
    Santé Connect attested when it was printed: no place of practice opens beyond them."""

    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="emergency_series")
    pin_hash = models.CharField(max_length=128)
    exercices = models.JSONField(default=list)
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    disabled_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "accounts"
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(disabled_at__isnull=True), name="accounts_emergency_one_sheet"
            )
        ]

    def __str__(self) -> str:
        return f"sheet {self.pk}"


class EmergencyCode(models.Model):
    """One code, good once; each use is looked at by an administrator afterwards."""

    public_id = models.UUIDField(default=new_uuid, unique=True, editable=False)
    series = models.ForeignKey(EmergencySeries, on_delete=models.CASCADE, related_name="codes")
    code_hash = models.CharField(max_length=64, unique=True)
    used_at = models.DateTimeField(null=True)
    used_from = models.CharField(max_length=45, default="", blank=True)
    reviewed_by = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "accounts"
        indexes = [
            models.Index(
                fields=["used_at"],
                condition=models.Q(used_at__isnull=False, reviewed_at__isnull=True),
                name="accounts_emergency_to_review",
            )
        ]

    def __str__(self) -> str:
        return f"code {self.pk}"


class DeclaredOutage(models.Model):
    """Somebody says that Pro Santé Connect lets nobody in, though it may answer; twelve hours at most."""

    public_id = models.UUIDField(default=new_uuid, unique=True, editable=False)
    reason = models.CharField(max_length=200)
    declared_by = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField(db_default=Now())
    ends_at = models.DateTimeField()

    class Meta:
        app_label = "accounts"

    def __str__(self) -> str:
        return str(self.public_id)
