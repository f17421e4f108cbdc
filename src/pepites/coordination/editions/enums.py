"""Closed lists of the editions."""

from django.db import models


class EditionKind(models.TextChoices):
    """What is put on paper."""

    PLAN = "plan", "Plan de coordination"
    ASSESSMENT = "evaluation", "Évaluation"


class EditionState(models.TextChoices):
    """Asked for, made by the worker, then taken away once its hours are over."""

    ASKED = "demandee", "En préparation"
    READY = "prete", "Prête"
    FAILED = "echec", "Arrêtée"
    GONE = "effacee", "Effacée"
