"""The journal and the memory of retried writes."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Now


class Entry(models.Model):
    """One act or one refusal. No foreign key: an entry outlives what it speaks of. Append-only (rgpd §3.1, §3.3)."""

    occurred_at = models.DateTimeField(db_default=Now())
    actor_kind = models.CharField(max_length=10)
    user_id = models.BigIntegerField(null=True)
    service_client_id = models.BigIntegerField(null=True)  # machine client (accounts.ServiceClient)
    practice_id = models.BigIntegerField(null=True)
    organization_id = models.BigIntegerField(null=True)
    role = models.CharField(max_length=60, db_default="")
    auth_method = models.CharField(max_length=30, db_default="")
    session_ref = models.CharField(max_length=16, db_default="")
    channel = models.CharField(max_length=10, db_default="")
    purpose = models.CharField(max_length=20, db_default="")
    action = models.CharField(max_length=1)  # C R U D E
    code = models.CharField(max_length=80)
    subject_ids = ArrayField(models.BigIntegerField(), db_default=[])
    object_type = models.CharField(max_length=60, db_default="")
    object_id = models.CharField(max_length=60, db_default="")
    basis = models.CharField(max_length=30, db_default="")
    justification = models.TextField(db_default="")
    outcome = models.SmallIntegerField(db_default=0)  # 0 success, 4 refused, 8 failed (FHIR AuditEvent.outcome)
    reason = models.CharField(max_length=60, db_default="")
    request_id = models.CharField(max_length=64, db_default="")
    ip = models.CharField(max_length=45, db_default="")
    detail = models.JSONField(db_default={})  # counts and codes only, never health data
    app_version = models.CharField(max_length=20, db_default="")

    class Meta:
        indexes = [
            GinIndex(fields=["subject_ids"], name="audit_entry_subjects", fastupdate=True),
            models.Index(fields=["user_id", "-occurred_at"], name="audit_entry_user"),
            models.Index(
                fields=["service_client_id", "-occurred_at"],
                name="audit_entry_client",
                condition=models.Q(service_client_id__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.pk}"


class IdempotencyRecord(models.Model):
    """The answer already given to a write that may be sent again; kept 30 days (design, law 5)."""

    user_id = models.BigIntegerField()  # the account; minus the number of a machine client; 0 for the house
    key = models.UUIDField()
    request_hash = models.CharField(max_length=64)
    result = models.JSONField(db_default={})
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user_id", "key"], name="audit_idempotency_unique")]

    def __str__(self) -> str:
        return str(self.key)
