"""The history taken over from another tool: read-only, apart from the notebook and the discussions (ADR 0032)."""

from django.db import models
from django.db.models.functions import Now

from pepites.access.enums import Level
from pepites.accounts.models import User
from pepites.common.identifiers import new_uuid
from pepites.coordination.importing.enums import RunState
from pepites.coordination.takeover.enums import EntryKind
from pepites.directory.models import PractitionerRole, Professional
from pepites.networks.models import Network
from pepites.patients.models import Patient


class HistoryThread(models.Model):
    """A conversation of the former tool. ``participants`` is who took part, as its file says."""

    public_id = models.UUIDField(default=new_uuid, unique=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="+")
    tool = models.CharField(max_length=40)
    external_id = models.CharField(max_length=100)
    title = models.CharField(max_length=150)
    participants = models.CharField(max_length=1000)
    taken_at = models.DateTimeField(db_default=Now())

    class Meta:
        app_label = "coordination"
        constraints = [
            models.UniqueConstraint(fields=["network", "tool", "external_id"], name="coordination_thread_once")
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class HistoryReader(models.Model):
    """A professional known here who took part in the conversation: the only ones who read it."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    thread = models.ForeignKey(HistoryThread, on_delete=models.PROTECT, related_name="readers")
    professional = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "coordination"
        constraints = [models.UniqueConstraint(fields=["thread", "professional"], name="coordination_reader_once")]

    def __str__(self) -> str:
        return str(self.pk)


class HistoryEntry(models.Model):
    """A message, a note or a document of the former tool.

    In a ``thread``, read by those who took part; else by ``level``, as a note of the notebook. ``author`` only when
    the file names one professional for sure; ``author_text`` is always what the file says.
    """

    public_id = models.UUIDField(default=new_uuid, unique=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="+")
    tool = models.CharField(max_length=40)
    kind = models.CharField(max_length=10, choices=EntryKind.choices)
    external_id = models.CharField(max_length=100)
    thread = models.ForeignKey(HistoryThread, null=True, on_delete=models.PROTECT, related_name="entries")
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="joined")
    level = models.PositiveSmallIntegerField(choices=Level.choices, default=Level.FULL)
    author = models.ForeignKey(Professional, null=True, on_delete=models.PROTECT, related_name="+")
    author_text = models.CharField(max_length=200)
    written_at = models.DateTimeField()
    text = models.TextField()
    taken_at = models.DateTimeField(db_default=Now())

    class Meta:
        app_label = "coordination"
        indexes = [models.Index(fields=["patient", "-written_at"], name="coordination_history_patient")]
        constraints = [
            models.UniqueConstraint(fields=["network", "tool", "kind", "external_id"], name="coordination_history_once")
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class HistoryFile(models.Model):
    """The file of a document, in the store."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    entry = models.OneToOneField(HistoryEntry, on_delete=models.PROTECT, related_name="file")
    name = models.CharField(max_length=120)
    content_type = models.CharField(max_length=40)
    size = models.IntegerField()
    sha256 = models.CharField(max_length=64)
    blob = models.CharField(max_length=64, unique=True)
    thumbnail = models.CharField(max_length=64)

    class Meta:
        app_label = "coordination"

    def __str__(self) -> str:
        return str(self.pk)


class HistoryRun(models.Model):
    """A takeover made through the screen. Archive and report lie under ``PEPITES_VAR/imports``, seven days at most.

    ``counts`` by table then outcome; ``problems`` holds the first lines left aside. A job cut short starts again from
    the top: what is taken over already is only recognised.
    """

    public_id = models.UUIDField(default=new_uuid, unique=True, editable=False)
    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    practice = models.ForeignKey(PractitionerRole, on_delete=models.PROTECT, related_name="+")
    tool = models.CharField(max_length=40)
    file_name = models.CharField(max_length=150)
    state = models.CharField(max_length=12, choices=RunState.choices, default=RunState.UPLOADED)
    counts = models.JSONField(default=dict)
    problems = models.JSONField(default=list)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    message = models.CharField(max_length=300, default="", blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        app_label = "coordination"
        indexes = [models.Index(fields=["network", "-created_at"], name="coordination_takeover_network")]

    def __str__(self) -> str:
        return str(self.public_id)
