"""Training: copies of networks with fictional persons, sessions, who came."""

from django.db import models
from django.db.models.functions import Now

from pepites.common.identifiers import new_uuid
from pepites.directory.models import PractitionerRole
from pepites.networks.models import Network
from pepites.training.enums import HalfDay, Presence


class TrainingCopy(models.Model):
    """A network made for training: the settings of ``source``, fictional persons, an end.

    ``wanted`` persons are made by a job, ``made`` so far: a job cut short goes on from there.
    """

    public_id = models.UUIDField(default=new_uuid, unique=True, editable=False)
    source = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="+")
    network = models.OneToOneField(Network, on_delete=models.PROTECT, related_name="training")
    trainer = models.ForeignKey(PractitionerRole, on_delete=models.PROTECT, related_name="+")
    wanted = models.PositiveSmallIntegerField()
    made = models.PositiveSmallIntegerField(db_default=0)
    created_at = models.DateTimeField(db_default=Now())
    expires_on = models.DateField()
    closed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.public_id)


class Trainee(models.Model):
    """A place of practice trained in a copy: it gets the files of its fictional persons, and no role in any network."""

    copy = models.ForeignKey(TrainingCopy, on_delete=models.PROTECT, related_name="trainees")
    practice = models.ForeignKey(PractitionerRole, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["copy", "practice"], name="training_trainee_once")]

    def __str__(self) -> str:
        return str(self.pk)


class Session(models.Model):
    """One day of training in a copy."""

    public_id = models.UUIDField(default=new_uuid, unique=True, editable=False)
    copy = models.ForeignKey(TrainingCopy, on_delete=models.PROTECT, related_name="sessions")
    day = models.DateField()
    place = models.CharField(max_length=120)
    trainer = models.ForeignKey(PractitionerRole, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["copy", "day"], name="training_session_once")]

    def __str__(self) -> str:
        return str(self.public_id)


class Attendance(models.Model):
    """Whether one trainee was there, for half a day."""

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="attendances")
    practice = models.ForeignKey(PractitionerRole, on_delete=models.PROTECT, related_name="+")
    half_day = models.CharField(max_length=10, choices=HalfDay.choices)
    presence = models.CharField(max_length=10, choices=Presence.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "practice", "half_day"], name="training_attendance_once")
        ]

    def __str__(self) -> str:
        return str(self.pk)
