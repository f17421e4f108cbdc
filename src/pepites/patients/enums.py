"""Closed lists of the person row."""

from django.db import models


class IdentityStatus(models.TextChoices):
    """The four trust statuses of the RNIV (EXI SI 07)."""

    PROVISIONAL = "PROV", "Identité provisoire"
    RETRIEVED = "RECUP", "Identité récupérée"
    VALIDATED = "VALI", "Identité validée"
    QUALIFIED = "QUAL", "Identité qualifiée"


class Sex(models.TextChoices):
    """Administrative sex; INSi knows M and F only."""

    MALE = "M", "Masculin"
    FEMALE = "F", "Féminin"
    UNKNOWN = "I", "Indéterminé"
