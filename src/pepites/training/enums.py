"""Closed lists of the training."""

from django.db import models


class Presence(models.TextChoices):
    """Of one trainee, for half a day."""

    PRESENT = "present", "Présent"
    ABSENT = "absent", "Absent"
    EXCUSED = "excuse", "Excusé"


class HalfDay(models.TextChoices):
    """A session is one day: attendance is taken twice."""

    MORNING = "matin", "Matin"
    AFTERNOON = "apres_midi", "Après-midi"
