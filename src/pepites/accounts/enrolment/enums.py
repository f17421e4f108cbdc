"""Closed lists of local enrolments."""

from datetime import timedelta
from typing import Final

from django.db import models

LONGEST: Final = timedelta(days=90)  # then renewed, or over
DORMANT: Final = timedelta(days=90)


class Motive(models.TextChoices):
    """Why somebody needs a local account: those who are not, or not yet, in the national directory."""

    AWAITING = "attente_rpps", "En attente de son numéro RPPS ou RPPS+"
    TRAINEE = "stagiaire", "Stagiaire ou étudiant"
    VOLUNTEER = "benevole", "Bénévole"
    TECHNICAL = "technique", "Personnel technique ou administratif"
    BROKEN = "panne", "e-CPS ou carte en panne"


class Document(models.TextChoices):
    """The identity document seen, face to face; no copy is kept."""

    CARD = "cni", "Carte nationale d'identité"
    PASSPORT = "passeport", "Passeport"
    RESIDENCE = "titre_sejour", "Titre de séjour"
    LICENCE = "permis", "Permis de conduire"
    PROFESSIONAL = "carte_pro", "Carte professionnelle avec photographie"


class Suspension(models.TextChoices):
    """Why an account stopped by itself; an administrator opens it again."""

    NONE = "", "Non suspendu"
    DORMANT = "dormant", "Suspendu : sans usage depuis 90 jours"
    OVER = "echu", "Suspendu : le temps accordé est passé"
