"""Training: copies of networks with fictional persons, sessions, who came."""

from django.db import models
from django.db.models.functions import Now

from pepites.common.identifiers import new_uuid
from pepites.coordination.enums import MemberRole
from pepites.directory.models import PractitionerRole
from pepites.networks.models import Network
from pepites.training.enums import HalfDay, Presence


class TrainingCopy(models.Model):
    """A network made for training: the settings of ``source``, fictional persons, an end.

    ``wanted`` persons are made by a job, ``made`` so far, of whom ``told`` have a circle and a story already: a job cut
    short goes on from there.
    """

    public_id = models.UUIDField(default=new_uuid, unique=True, editable=False)
    source = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="+")
    network = models.OneToOneField(Network, on_delete=models.PROTECT, related_name="training")
    trainer = models.ForeignKey(PractitionerRole, on_delete=models.PROTECT, related_name="+")
    wanted = models.PositiveSmallIntegerField()
    made = models.PositiveSmallIntegerField(db_default=0)
    told = models.PositiveSmallIntegerField(db_default=0)
    created_at = models.DateTimeField(db_default=Now())
    expires_on = models.DateField()
    closed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.public_id)

    @property
    def ready(self) -> bool:
        """Whether every person is there, with their circle."""
        return self.told >= self.wanted


class Trainee(models.Model):
    """A place of practice trained in a copy: it gets the files of its fictional persons, and no role in any network."""

    copy = models.ForeignKey(TrainingCopy, on_delete=models.PROTECT, related_name="trainees")
    practice = models.ForeignKey(PractitionerRole, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["copy", "practice"], name="training_trainee_once")]

    def __str__(self) -> str:
        return str(self.pk)


class Colleague(models.Model):
    """An invented colleague of a copy: a place of practice without any account, whose name begins as the persons'."""

    copy = models.ForeignKey(TrainingCopy, on_delete=models.PROTECT, related_name="colleagues")
    practice = models.OneToOneField(PractitionerRole, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=20, choices=MemberRole.choices)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["copy", "role"], name="training_colleague_once")]

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
