"""Conversations, who takes part, messages and their former texts, files, and the stream of what happened."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Now

from pepites.common.identifiers import new_uuid
from pepites.directory.models import PractitionerRole
from pepites.messaging.enums import ConversationKind, EventKind, MessageKind
from pepites.patients.models import Patient


class Conversation(models.Model):
    """A discussion. Written by the functions of migration 0002 only; ``last_seq`` is raised under a row lock."""

    public_id = models.UUIDField(default=new_uuid, unique=True, editable=False)
    patient = models.ForeignKey(Patient, null=True, on_delete=models.PROTECT, related_name="conversations")
    kind = models.CharField(max_length=10, choices=ConversationKind.choices)
    title = models.CharField(max_length=120, default="", blank=True)
    created_by = models.ForeignKey(PractitionerRole, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    last_seq = models.IntegerField(db_default=0)
    last_message_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["patient"], condition=models.Q(kind="circle"), name="messaging_one_circle_per_person"
            )
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class ConversationParticipant(models.Model):
    """A practice in a conversation: from which date it sees the history, and its one read cursor."""

    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="participants")
    patient = models.ForeignKey(Patient, null=True, on_delete=models.PROTECT, related_name="+")
    practice = models.ForeignKey(PractitionerRole, on_delete=models.PROTECT, related_name="+")
    visible_from = models.DateTimeField(db_default=Now())
    joined_at = models.DateTimeField(db_default=Now())
    left_at = models.DateTimeField(null=True)
    last_read_seq = models.IntegerField(db_default=0)
    last_read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "practice"],
                condition=models.Q(left_at__isnull=True),
                name="messaging_participant_once",
            )
        ]
        indexes = [
            models.Index(
                fields=["practice", "conversation"],
                condition=models.Q(left_at__isnull=True),
                include=["visible_from", "last_read_seq"],
                name="messaging_participant_open",
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Message(models.Model):
    """One message. ``html`` is its rendered text.

    ``fragment`` (the whole entry, the same for every reader) and ``event_id`` are set by the services that write it.
    """

    fragment: str = ""
    event_id: int = 0

    public_id = models.UUIDField(default=new_uuid, unique=True, editable=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="messages", db_index=False)
    patient = models.ForeignKey(Patient, null=True, on_delete=models.PROTECT, related_name="+")
    seq = models.IntegerField()
    kind = models.CharField(max_length=10, choices=MessageKind.choices, db_default=MessageKind.TEXT)
    author = models.ForeignKey(PractitionerRole, null=True, on_delete=models.PROTECT, related_name="+")
    author_user_id = models.BigIntegerField(null=True)
    client_key = models.UUIDField(null=True)
    text = models.TextField()
    html = models.TextField()
    search_text = models.TextField(db_default="")
    mentions = ArrayField(models.BigIntegerField(), db_default=[])
    urgent = models.BooleanField(db_default=False)
    acknowledged_by = models.ForeignKey(PractitionerRole, null=True, on_delete=models.PROTECT, related_name="+")
    acknowledged_at = models.DateTimeField(null=True)
    escalated_at = models.DateTimeField(null=True)
    edited_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation", "seq"], name="messaging_message_seq"),
            models.UniqueConstraint(
                fields=["author_user_id", "client_key"],
                condition=models.Q(client_key__isnull=False),
                name="messaging_message_sent_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["conversation"],
                condition=models.Q(urgent=True, acknowledged_at__isnull=True),
                name="messaging_message_waiting",
            ),
            GinIndex(
                fields=["mentions"],
                condition=~models.Q(mentions=[]),
                name="messaging_message_mentions",
                fastupdate=True,
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class MessageVersion(models.Model):
    """A former text of a message, kept by a trigger of the database: nothing said is lost (interface §10)."""

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="versions")
    patient = models.ForeignKey(Patient, null=True, on_delete=models.PROTECT, related_name="+")
    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    replaced_by_id = models.BigIntegerField(null=True)
    replaced_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return str(self.pk)


class Attachment(models.Model):
    """A file of a message; the bytes are in the store under ``blob``, a random name, and ``thumbnail``."""

    public_id = models.UUIDField(default=new_uuid, unique=True, editable=False)
    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="attachments")
    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, null=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    content_type = models.CharField(max_length=40)
    size = models.IntegerField()
    sha256 = models.CharField(max_length=64)
    blob = models.CharField(max_length=64, unique=True)
    thumbnail = models.CharField(max_length=64, default="", blank=True)
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return str(self.public_id)


class ConversationEvent(models.Model):
    """What happened, in the order of its global number: the live stream's ``id``. Written in the act's transaction."""

    conversation = models.ForeignKey(
        Conversation, on_delete=models.PROTECT, related_name="events", db_constraint=False, db_index=False
    )
    # Copied from the message in its own transaction: checking them again at commit would double the cost of a post.
    patient = models.ForeignKey(
        Patient, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    message = models.ForeignKey(
        Message, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    kind = models.CharField(max_length=12, choices=EventKind.choices)
    seq = models.IntegerField(db_default=0)
    author = models.ForeignKey(
        PractitionerRole, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    html = models.TextField(db_default="")
    created_at = models.DateTimeField(db_default=Now())
    message_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["conversation", "created_at"], name="messaging_event_stream")]

    def __str__(self) -> str:
        return str(self.pk)
