"""Closed lists of the plan (coordination §1.6)."""

from django.db import models

TEXT_LENGTH = 2000


class PlanState(models.TextChoices):
    """Where a plan stands; « validé » is in force and confirmed by every named validator."""

    DRAFT = "brouillon", "En préparation"
    ACTIVE = "actif", "En vigueur"
    VALIDATED = "valide", "En vigueur, validé par tous"
    REVISED = "revise", "En vigueur, révision en préparation"
    CLOSED = "clos", "Clos"


class ConcernDomain(models.TextChoices):
    """The six domains of a problem."""

    MEDICAL = "medical", "Médical"
    PSYCHOLOGICAL = "psychologique", "Psychologique"
    SOCIAL = "social", "Social"
    HOUSING = "logement", "Environnement et logement"
    CAREGIVERS = "aidants", "Aidants"
    RIGHTS = "droits", "Droits"


CARE_DOMAINS = (ConcernDomain.MEDICAL, ConcernDomain.PSYCHOLOGICAL)


class Priority(models.IntegerChoices):
    """Where action is both necessary and possible comes first (HAS)."""

    HIGH = 1, "Haute"
    MIDDLE = 2, "Moyenne"
    LOW = 3, "Basse"


class ExpectationAuthor(models.TextChoices):
    """Whose words they are."""

    PERSON = "personne", "La personne"
    CAREGIVER = "aidant", "Son aidant"


class GoalResult(models.TextChoices):
    """What became of an objective."""

    ONGOING = "en_cours", "En cours"
    REACHED = "atteint", "Atteint"
    PARTIAL = "partiel", "Atteint en partie"
    ABANDONED = "abandonne", "Abandonné"
    UNREALISED = "non_realise", "Non réalisé"


UNMET = (GoalResult.ABANDONED, GoalResult.UNREALISED)  # both need their reason


class ActionType(models.TextChoices):
    """Kinds of action; prevention is considered first (HAS)."""

    PREVENTION = "prevention", "Prévention"
    CARE = "soin", "Soin"
    SUPPORT = "accompagnement", "Accompagnement"
    HELP = "aide", "Aide à la vie quotidienne"
    RIGHTS = "demarche", "Démarche administrative"
    OTHER = "autre", "Autre"


class ActionState(models.TextChoices):
    """State of an action: that of its task."""

    TODO = "a_faire", "À faire"
    DOING = "en_cours", "En cours"
    DONE = "faite", "Faite"
    DROPPED = "abandonnee", "Abandonnée"


class SignerQuality(models.TextChoices):
    """In what quality somebody signs the plan."""

    PERSON = "personne", "La personne"
    CAREGIVER = "aidant", "Son aidant"
    LEGAL = "representant", "Son représentant légal"
    TRUSTED = "confiance", "Sa personne de confiance"


class ItemKind(models.TextChoices):
    """The four kinds of items; the values serve in addresses."""

    EXPECTATION = "attente", "Attente"
    CONCERN = "probleme", "Problème"
    GOAL = "objectif", "Objectif"
    ACTION = "action", "Action"
