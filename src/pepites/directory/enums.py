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


class LoadState(models.TextChoices):
    """How far a load of the national directory went."""

    RUNNING = "en_cours", "En cours"
    DONE = "termine", "Terminé"
    REFUSED = "refuse", "Refusé"
    FAILED = "echec", "Échec"
    CUT = "interrompu", "Interrompu"


class MailboxKind(models.TextChoices):
    """Kinds of MSSanté mailboxes (annuaire §1.5)."""

    PERSONAL = "PER", "Personnelle"
    PRACTICE = "CAB", "De cabinet"
    ORGANIZATION = "ORG", "Organisationnelle"
    APPLICATION = "APP", "Applicative"


class Scope(models.TextChoices):
    """Which part of the national directory is kept (§2, rule 3)."""

    GUIANA = "guyane", "Guyane"
    FRANCE = "france", "France entière"
