"""Closed lists of the directory."""

from django.db import models


class OrganizationKind(models.TextChoices):
    """What a structure is, for its icon and its sharing regime (L.1110-12)."""

    HOSPITAL = "hopital", "Établissement de santé"
    MEDICO_SOCIAL = "esms", "Établissement ou service médico-social"
    OFFICE = "cabinet", "Cabinet"
    HEALTH_CENTRE = "centre", "Centre de santé ou centre délocalisé"
    COORDINATION = "coordination", "Dispositif d'appui à la coordination"
    SOCIAL = "social", "Service social"
    PHARMACY = "pharmacie", "Pharmacie"
    LABORATORY = "laboratoire", "Laboratoire"


class Category(models.TextChoices):
    """Categories of R.1110-2 CSP."""

    HEALTH = "sante", "Professionnel de santé"
    SOCIAL = "social", "Professionnel social ou médico-social"
    OUTSIDE = "hors_r1110_2", "Hors article R. 1110-2"
