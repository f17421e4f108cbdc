"""Closed lists of protocolised pathways."""

from django.db import models


class Anchor(models.TextChoices):
    """The day from which the steps are counted."""

    INCLUSION = "inclusion", "Ouverture du suivi"
    BIRTH = "naissance", "Naissance"
    TERM = "terme", "Date prévue de l'accouchement"
    DISCHARGE = "sortie", "Sortie d'hospitalisation"
    OTHER = "autre", "Une autre date"
