"""Closed lists of what is reserved to named readers (coordination §2.3)."""

from django.db import models


class Addressee(models.TextChoices):
    """Who receives an *information préoccupante*, or a *signalement* when the danger is immediate."""

    CRIP = "crip", "Cellule de recueil des informations préoccupantes (CRIP)"
    PROSECUTOR = "parquet", "Procureur de la République : danger grave ou immédiat"


class Means(models.TextChoices):
    """How it left."""

    MSSANTE = "mssante", "Messagerie sécurisée (MSSanté)"
    HAND = "remise", "Remise en main propre"
    POST = "courrier", "Courrier recommandé"
    PHONE = "telephone", "Téléphone, confirmé par écrit"


class Outcome(models.TextChoices):
    """What the cell answered (D.226-2-8)."""

    WAITING = "", "Pas encore de retour"
    ASSESSED = "evaluation", "Évaluation en cours"
    MEASURE = "mesure", "Mesure de protection"
    HELP = "aide", "Aide proposée à la famille"
    CLOSED = "sans_suite", "Sans suite"
