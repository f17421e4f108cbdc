"""Closed lists of assessments."""

from django.db import models

from pepites.access.enums import Level


class Category(models.TextChoices):
    """Which level reads the answers: the social follow-up, or health (coordination §2.4-4)."""

    SOCIAL = "social", "Social"
    MEDICAL = "medical", "Santé"

    @property
    def level(self) -> int:
        """Level needed to read what was answered."""
        return Level.SOCIAL if self is Category.SOCIAL else Level.FULL


class VersionState(models.TextChoices):
    """A definition is prepared, served, then kept for the answers it received."""

    DRAFT = "brouillon", "En préparation"
    PUBLISHED = "publiee", "Publiée"
    RETIRED = "retiree", "Retirée"


class AssessmentState(models.TextChoices):
    """FHIR QuestionnaireResponse.status."""

    DRAFT = "brouillon", "Brouillon"
    FINAL = "terminee", "Terminée"
    AMENDED = "corrigee", "Corrigée"
    ERROR = "erreur", "Saisie par erreur"


ENDED = (AssessmentState.FINAL, AssessmentState.AMENDED)
