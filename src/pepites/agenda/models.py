"""Appointments, absences, usual hours, and the secret addresses of calendar feeds (coordination P7)."""

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Now

from pepites.access.enums import Level
from pepites.agenda.enums import OPEN, AppointmentKind, AppointmentState, Travel
from pepites.common.identifiers import new_uuid
from pepites.directory.models import PractitionerRole
from pepites.networks.models import Network
from pepites.patients.models import Patient


@pghistory.track(context_field=None)  # type: ignore[arg-type]
class Appointment(models.Model):
    """One appointment (FHIR Appointment). Those of a series are rows of their own that share ``series``.

    ``participants`` are the places of practice that take part. With a ``patient`` it is read by the level of the file;
    without, by its participants and by the members of ``network``. ``uid`` is that of an imported calendar.
    """

    public_id = models.UUIDField(default=new_uuid, unique=True, editable=False)
    series = models.UUIDField(null=True)
    patient = models.ForeignKey(Patient, null=True, on_delete=models.PROTECT, related_name="appointments")
    network = models.ForeignKey(Network, null=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=AppointmentKind.choices)
    title = models.CharField(max_length=120, default="", blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    travel = models.CharField(max_length=8, choices=Travel.choices, default=Travel.NONE, blank=True)
    travel_minutes = models.PositiveSmallIntegerField(default=0)
    place = models.CharField(max_length=120, default="", blank=True)
    level = models.PositiveSmallIntegerField(choices=Level.choices, default=Level.SOCIAL)
    note = models.CharField(max_length=500, default="", blank=True)
    participants = ArrayField(models.BigIntegerField())
    state = models.CharField(max_length=8, choices=AppointmentState.choices, default=AppointmentState.BOOKED)
    reason = models.CharField(max_length=200, default="", blank=True)
    report = models.UUIDField(null=True)
    uid = models.CharField(max_length=64, default="", blank=True)
    version = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(PractitionerRole, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            GinIndex(fields=["participants"], name="agenda_participants"),
            models.Index(fields=["starts_at", "ends_at"], name="agenda_when"),
            models.Index(
                fields=["patient", "starts_at"], condition=models.Q(patient__isnull=False), name="agenda_patient"
            ),
            models.Index(
                fields=["series", "starts_at"], condition=models.Q(series__isnull=False), name="agenda_series"
            ),
            models.Index(fields=["created_by", "uid"], condition=~models.Q(uid=""), name="agenda_uid"),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(ends_at__gt=models.F("starts_at")), name="agenda_ends_after"),
            models.CheckConstraint(condition=~models.Q(participants=[]), name="agenda_someone"),
            models.CheckConstraint(
                condition=~models.Q(state=AppointmentState.CANCELLED) | ~models.Q(reason=""),
                name="agenda_cancel_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(patient__isnull=False) | ~models.Q(title=""), name="agenda_titled"
            ),
            models.CheckConstraint(
                condition=(models.Q(travel="") & models.Q(travel_minutes=0)) | ~models.Q(travel=""),
                name="agenda_travel",
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)

    @property
    def is_open(self) -> bool:
        """Whether it is still to come about."""
        return self.state in OPEN


class Absence(models.Model):
    """When a place of practice is away, and who stands in; seen by colleagues, without a motive."""

    public_id = models.UUIDField(default=new_uuid, unique=True, editable=False)
    practice = models.ForeignKey(PractitionerRole, on_delete=models.PROTECT, related_name="+")
    starts_on = models.DateField()
    ends_on = models.DateField()
    replaced_by = models.ForeignKey(PractitionerRole, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["practice", "ends_on"], name="agenda_absence_when")]
        constraints = [
            models.CheckConstraint(condition=models.Q(ends_on__gte=models.F("starts_on")), name="agenda_absence_dates"),
            models.CheckConstraint(
                condition=models.Q(replaced_by=None) | ~models.Q(replaced_by=models.F("practice")),
                name="agenda_absence_other",
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class UsualHours(models.Model):
    """When a place of practice usually takes appointments: one span a day of the week (0 is Monday)."""

    practice = models.ForeignKey(PractitionerRole, on_delete=models.PROTECT, related_name="+")
    weekday = models.PositiveSmallIntegerField()
    opens = models.TimeField()
    closes = models.TimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practice", "weekday"], name="agenda_hours_once"),
            models.CheckConstraint(condition=models.Q(closes__gt=models.F("opens")), name="agenda_hours_order"),
            models.CheckConstraint(condition=models.Q(weekday__lte=6), name="agenda_hours_weekday"),
        ]

    def __str__(self) -> str:
        return f"{self.weekday} {self.opens}"


class CalendarFeed(models.Model):
    """A read-only calendar address of one place of practice; the secret itself is shown once and never kept."""

    public_id = models.UUIDField(default=new_uuid, unique=True, editable=False)
    practice = models.ForeignKey(PractitionerRole, on_delete=models.PROTECT, related_name="+")
    user_id = models.BigIntegerField()
    digest = models.CharField(max_length=64, unique=True)
    label = models.CharField(max_length=40, default="", blank=True)
    created_at = models.DateTimeField(db_default=Now())
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["practice"], name="agenda_feed_practice")]

    def __str__(self) -> str:
        return str(self.public_id)
