"""What a person, or someone close, may do in their own circle (coordination §2.1; P6)."""

from django.db import models


class RelativeRight(models.TextChoices):
    """Narrow rights, each given by itself; none opens a note, a discussion between professionals or a result."""

    PLAN = "plan", "Lire le plan de coordination"
    AGENDA = "agenda", "Voir les rendez-vous"
    WRITE = "ecrire", "Écrire à l'équipe"
    TOLD = "prevenu", "Être prévenu d'une hospitalisation"
