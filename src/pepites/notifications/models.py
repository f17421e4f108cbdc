"""Notices, the alerts that somebody must take in hand, and what each person chose to receive."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from pepites.access.enums import Level
from pepites.accounts.models import User
from pepites.common.identifiers import new_uuid
from pepites.directory.models import PractitionerRole
from pepites.notifications.enums import Channel, Rhythm
from pepites.notifications.timing import WHOLE_WEEK, Preference
from pepites.patients.models import Patient


class Alert(models.Model):
    """Something about a person that one of those who are told must take in hand (« Pris en compte »).

    ``escalate_to`` is a word of the app that raised it: a role to warn at ``escalate_at`` when nobody answered.
    ``settled_at``: there is nothing left to take in hand (an admission cancelled).
    """

    public_id = models.UUIDField(default=new_uuid, unique=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    event = models.CharField(max_length=60)
    key = models.CharField(max_length=80)
    level = models.PositiveSmallIntegerField(choices=Level.choices, default=Level.SOCIAL)
    title = models.CharField(max_length=120)
    link = models.CharField(max_length=200)
    created_at = models.DateTimeField(db_default=Now())
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(PractitionerRole, null=True, on_delete=models.PROTECT, related_name="+")
    settled_at = models.DateTimeField(null=True)
    escalate_at = models.DateTimeField(null=True)
    escalate_to = models.CharField(max_length=20, default="", blank=True)
    escalated_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "key"], name="notifications_alert_once")]
        indexes = [
            models.Index(
                fields=["escalate_at"],
                condition=models.Q(acknowledged_at=None, settled_at=None, escalated_at=None),
                name="notifications_alert_due",
            )
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class Notification(models.Model):
    """One notice to one practice. ``title`` names nobody and tells no health; ``level`` is what its reader must still
    hold on the person; ``key`` names what happened, so that it is told once. ``mail_closed_at``: a message left, or
    none is to leave."""

    public_id = models.UUIDField(default=new_uuid, unique=True, editable=False)
    practice = models.ForeignKey(PractitionerRole, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, null=True, on_delete=models.PROTECT, related_name="+")
    event = models.CharField(max_length=60)
    key = models.CharField(max_length=80)
    level = models.PositiveSmallIntegerField(choices=Level.choices, default=Level.SOCIAL)
    title = models.CharField(max_length=120)
    link = models.CharField(max_length=200)
    alert = models.ForeignKey(Alert, null=True, to_field="public_id", on_delete=models.PROTECT, related_name="notices")
    created_at = models.DateTimeField(db_default=Now())
    read_at = models.DateTimeField(null=True)
    mail_closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practice", "event", "key"], name="notifications_told_once"),
        ]
        indexes = [
            models.Index(fields=["practice", "-created_at", "-id"], name="notifications_list"),
            models.Index(fields=["practice"], condition=models.Q(read_at=None), name="notifications_unread"),
            models.Index(
                fields=["created_at"],
                condition=models.Q(read_at=None, mail_closed_at=None),
                name="notifications_to_mail",
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class Schedule(models.Model):
    """When messages may reach somebody outside the platform."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="+")
    rhythm = models.CharField(max_length=10, choices=Rhythm.choices, default=Rhythm.AT_ONCE)
    digest_hour = models.PositiveSmallIntegerField(default=7)
    quiet_from = models.TimeField(null=True)
    quiet_to = models.TimeField(null=True)
    quiet_days = ArrayField(models.PositiveSmallIntegerField(), default=list)
    urgent_passes = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(digest_hour__lte=23), name="notifications_digest_hour"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}"

    @property
    def preference(self) -> Preference:
        """As the rule reads it."""
        return Preference(
            rhythm=Rhythm(self.rhythm), digest_hour=self.digest_hour, quiet_from=self.quiet_from,
            quiet_to=self.quiet_to, quiet_days=tuple(self.quiet_days), urgent_passes=self.urgent_passes,
        )  # fmt: skip


class ChannelChoice(models.Model):
    """Whether somebody wants a kind of notice by a channel; without a row, the kind's own default."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    event = models.CharField(max_length=60)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    wanted = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "event", "channel"], name="notifications_choice_once")]

    def __str__(self) -> str:
        return f"{self.event} {self.channel}"


__all__ = ["WHOLE_WEEK", "Alert", "ChannelChoice", "Notification", "Schedule"]
