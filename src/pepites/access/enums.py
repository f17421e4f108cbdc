"""Closed lists of the rights."""

from django.db import models


class Level(models.IntegerChoices):
    """What a grant opens (design, law 3)."""

    IDENTITY = 1, "Identité"
    SOCIAL = 2, "Social"
    FULL = 3, "Complet"


class Basis(models.TextChoices):
    """Why a grant exists."""

    CIRCLE = "cercle", "Cercle de soins"
    CREATION = "creation", "A créé le dossier"
    COORDINATION = "coordination", "Coordination du réseau"
    EMERGENCY = "bris_de_glace", "Accès en urgence"


class Regime(models.TextChoices):
    """The three regimes of L.1110-4 CSP (coordination §2.1)."""

    EXCHANGE = "echange", "Échange entre professionnels identifiés"
    TEAM = "equipe", "Partage dans l'équipe de soins"
    OUTSIDE_TEAM = "hors_equipe", "Partage hors de l'équipe de soins"


class ConsentMode(models.TextChoices):
    """How consent was given."""

    WRITTEN = "ecrit", "Écrit"
    ORAL = "oral", "Oral, tracé"
    ELECTRONIC = "dematerialise", "Dématérialisé"


class GivenBy(models.TextChoices):
    """Who gave it."""

    PERSON = "personne", "La personne"
    PARENT = "representant_legal", "Le titulaire de l'autorité parentale"
    GUARDIAN = "tuteur", "Le tuteur"
    TRUSTEE = "mandataire", "Le mandataire"


class EmergencyMotive(models.TextChoices):
    """Motives of a bris de glace."""

    VITAL = "vital", "Urgence vitale"
    UNCONSCIOUS = "inconscient", "Personne hors d'état d'exprimer sa volonté"
    CONTINUITY = "continuite", "Continuité des soins en l'absence du cercle"
    OTHER = "autre", "Autre motif, précisé"


class ReviewResult(models.TextChoices):
    """Result of the review of a bris de glace."""

    LEGITIMATE = "legitime", "Légitime"
    ILLEGITIMATE = "illegitime", "Illégitime"
    TRAINING = "formation", "À rappeler en formation"
