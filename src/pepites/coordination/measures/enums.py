"""Legal protection of adults (coordination §2.2)."""

from django.db import models


class MeasureKind(models.TextChoices):
    """The measures of the civil code."""

    SAFEGUARD = "sauvegarde", "Sauvegarde de justice"
    CURATORSHIP = "curatelle", "Curatelle simple"
    STRONG_CURATORSHIP = "curatelle_renforcee", "Curatelle renforcée"
    GUARDIANSHIP = "tutelle", "Tutelle"
    FAMILY = "habilitation", "Habilitation familiale"
    FUTURE = "mandat", "Mandat de protection future"


class Extent(models.TextChoices):
    """What the holder is charged with: it decides what they may read."""

    PROPERTY = "biens", "La gestion du patrimoine seulement"
    PERSON = "personne", "La personne"
    BOTH = "tout", "La personne et le patrimoine"


OF_THE_PERSON = (Extent.PERSON, Extent.BOTH)
