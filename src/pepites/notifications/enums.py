"""Closed lists of notices."""

from django.db import models


class Urgency(models.TextChoices):
    """How soon a notice must be known (interface §14)."""

    URGENT = "urgent", "Urgent"
    NORMAL = "normal", "Habituel"
    DIGEST = "resume", "Peut attendre le résumé du jour"


class Channel(models.TextChoices):
    """Ways to tell. The list of the platform always holds the notice: it is no choice."""

    EMAIL = "courriel", "Courriel"
    MSSANTE = "mssante", "MSSanté"
    PUSH = "push", "Notification du téléphone"


class Rhythm(models.TextChoices):
    """When the messages leave."""

    AT_ONCE = "immediat", "Dès que possible"
    DAILY = "jour", "Un seul par jour"
