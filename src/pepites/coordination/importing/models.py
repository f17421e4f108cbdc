"""What imports leave: the numbers a network's list gives to its persons, and the imports made through the screen."""

from django.db import models
from django.db.models.functions import Now

from pepites.accounts.models import User
from pepites.common.identifiers import new_uuid
from pepites.coordination.importing.enums import RunState
from pepites.directory.models import PractitionerRole
from pepites.networks.models import Network
from pepites.patients.models import Patient


class LocalIdentifier(models.Model):
    """The number a network's own list gives to a person (« N° dossier »)."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="local_identifiers")
    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="+")
    value = models.CharField(max_length=64)

    class Meta:
        app_label = "coordination"
        constraints = [
            models.UniqueConstraint(fields=["patient", "network", "value"], name="coordination_local_identifier_once")
        ]

    def __str__(self) -> str:
        return str(self.pk)


class ImportRun(models.Model):
    """An import made through the screen. The file and its report lie under ``PEPITES_VAR/imports``, seven days at most.

    ``counts`` by outcome; ``last_line`` says how far the committed batches went: a job cut short goes on from there.
    ``preview`` holds counts and the first refused lines of the check.
    """

    public_id = models.UUIDField(default=new_uuid, unique=True, editable=False)
    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    practice = models.ForeignKey(PractitionerRole, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=150)
    mapping = models.JSONField(default=dict)
    state = models.CharField(max_length=12, choices=RunState.choices, default=RunState.UPLOADED)
    counts = models.JSONField(default=dict)
    preview = models.JSONField(default=dict)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    last_line = models.PositiveIntegerField(default=0)
    message = models.CharField(max_length=300, default="", blank=True)
    created_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "coordination"
        indexes = [models.Index(fields=["network", "-created_at"], name="coordination_import_network")]

    def __str__(self) -> str:
        return str(self.public_id)
