"""Documents asked for and their files."""

from django.db import models
from django.db.models.functions import Now

from pepites.access.enums import Level
from pepites.accounts.models import User
from pepites.common.identifiers import new_uuid
from pepites.coordination.editions.enums import EditionKind, EditionState
from pepites.directory.models import PractitionerRole
from pepites.patients.models import Patient


class Edition(models.Model):
    """A PDF of one item for one reader, who alone sees it. The file is a copy: it is taken away after its hours.

    ``item`` is the ``public_id`` of what is printed, ``number`` the version of a plan. ``level`` is what its reader
    held when it was made: it closes with that level. ``digest`` is what it said, checked when it is handed over.
    """

    public_id = models.UUIDField(default=new_uuid, unique=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    practice = models.ForeignKey(PractitionerRole, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=EditionKind.choices)
    item = models.UUIDField()
    number = models.PositiveIntegerField(default=0)
    archive = models.BooleanField(default=False)
    level = models.PositiveSmallIntegerField(choices=Level.choices)
    state = models.CharField(max_length=10, choices=EditionState.choices, default=EditionState.ASKED)
    blob = models.CharField(max_length=64, default="", blank=True)
    sha256 = models.CharField(max_length=64, default="", blank=True)
    digest = models.CharField(max_length=64, default="", blank=True)
    message = models.CharField(max_length=300, default="", blank=True)
    asked_at = models.DateTimeField(db_default=Now())
    ends_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "coordination"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "practice", "kind", "item", "number", "archive"],
                condition=models.Q(state=EditionState.ASKED),
                name="coordination_edition_asked_once",
            ),
            models.CheckConstraint(
                condition=models.Q(state=EditionState.READY) & ~models.Q(blob="")
                | ~models.Q(state=EditionState.READY) & models.Q(blob=""),
                name="coordination_edition_has_file",
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)
