"""Closed lists of demandes."""

from typing import Final

from django.db import models

MOST_FILES: Final = 3
"""Files that a demande may carry."""


class ReferralState(models.TextChoices):
    """From reception to the answer given (P2)."""

    RECEIVED = "recue", "Reçue"
    QUALIFIED = "qualifiee", "Qualifiée"
    ACCEPTED = "acceptee", "Acceptée"
    REDIRECTED = "reorientee", "Réorientée"
    REFUSED = "refusee", "Refusée"
    CLOSED = "cloturee", "Réponse donnée"


WAITING: Final = (ReferralState.RECEIVED, ReferralState.QUALIFIED)
DECIDED: Final = (ReferralState.ACCEPTED, ReferralState.REDIRECTED, ReferralState.REFUSED)
TRANSITIONS: Final = {
    ReferralState.RECEIVED: (ReferralState.QUALIFIED, ReferralState.REDIRECTED, ReferralState.REFUSED),
    ReferralState.QUALIFIED: DECIDED,
    ReferralState.ACCEPTED: (ReferralState.CLOSED,),
    ReferralState.REDIRECTED: (ReferralState.CLOSED,),
    ReferralState.REFUSED: (ReferralState.CLOSED,),
    ReferralState.CLOSED: (),
}
"""A demande is refused or sent elsewhere as soon as it is read; it is accepted once somebody looked into it."""


class AnswerLevel(models.TextChoices):
    """How far a network commits itself (DAC, coordination §1.2)."""

    INFORMATION = "information", "Information"
    GUIDANCE = "orientation", "Orientation"
    SUPPORT = "appui", "Appui ponctuel"
    FOLLOW_UP = "suivi", "Suivi"
    CASE = "gestion_cas", "Gestion de cas"


class RequesterKind(models.TextChoices):
    """Who asks."""

    PROFESSIONAL = "professionnel", "Un professionnel"
    PERSON = "personne", "La personne elle-même"
    CARER = "aidant", "Un proche ou un aidant"
    OTHER = "autre", "Quelqu'un d'autre"


class Urgency(models.TextChoices):
    """How soon an answer is hoped for; the network's delays are in its settings."""

    NORMAL = "normale", "Sans urgence"
    URGENT = "urgente", "Urgente"


class AnswerMeans(models.TextChoices):
    """How the requester was answered."""

    PEPITES = "pepites", "Dans Pépites"
    PHONE = "telephone", "Par téléphone"
    EMAIL = "courriel", "Par courriel, sans donnée de santé"
    LETTER = "courrier", "Par courrier"
    MEETING = "rencontre", "En personne"
