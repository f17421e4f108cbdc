"""Closed lists of the work around a person."""

from django.db import models


class PathwayStatus(models.TextChoices):
    """Where an inclusion in a network stands."""

    ACTIVE = "actif", "Actif"
    SUSPENDED = "suspendu", "Suspendu"
    CLOSED = "clos", "Clos"


class ClosingReason(models.TextChoices):
    """Why a pathway ends (coordination P15)."""

    GOAL_REACHED = "objectif", "Objectif atteint"
    REFUSAL = "refus", "Refus de la personne"
    MOVED = "demenagement", "Déménagement"
    DEATH = "deces", "Décès"
    HANDOVER = "relais", "Relais par une autre équipe"
    LOST = "perdu_de_vue", "Perdu de vue"


class MemberRole(models.TextChoices):
    """Part taken in the circle (CDS guide: careteam-roles-vs, plus the professions of Guiana's networks)."""

    PHYSICIAN = "medecin", "Médecin"
    NURSE = "infirmier", "Infirmier ou infirmière"
    CASE_MANAGER = "gestionnaire_cas", "Gestionnaire de cas"
    COORDINATOR = "coordination", "Coordination"
    MIDWIFE = "sage_femme", "Sage-femme"
    PHARMACIST = "pharmacien", "Pharmacien"
    THERAPIST = "reeducation", "Rééducation (kinésithérapie, orthophonie…)"
    DIETITIAN = "dietetique", "Diététique"
    PSYCHOLOGIST = "psychologue", "Psychologue"
    CARE_ASSISTANT = "aide_soin", "Aide-soignant ou aide à domicile"
    SOCIAL_WORKER = "social", "Travail social"
    MEDIATOR = "mediation", "Médiation en santé"
    PROTECTION = "protection", "Mandataire ou tuteur"
    OTHER = "autre", "Autre"


class MemberStatus(models.TextChoices):
    """From invitation to departure."""

    INVITED = "invite", "Invitation envoyée"
    WAITING_CONSENT = "attente", "En attente du consentement"
    ACTIVE = "actif", "Membre du cercle"
    DECLINED = "refuse", "Invitation refusée"
    ENDED = "termine", "A quitté le cercle"


OPEN_MEMBER = (MemberStatus.INVITED, MemberStatus.WAITING_CONSENT, MemberStatus.ACTIVE)


class Relation(models.TextChoices):
    """Who a contact is for the person."""

    SPOUSE = "conjoint", "Conjoint ou conjointe"
    CHILD = "enfant", "Enfant"
    PARENT = "parent", "Parent"
    SIBLING = "fratrie", "Frère ou sœur"
    FAMILY = "famille", "Autre membre de la famille"
    FRIEND = "ami", "Ami ou amie"
    NEIGHBOUR = "voisin", "Voisin ou voisine"
    LEGAL = "representant", "Représentant légal"
    CUSTOMARY = "coutumier", "Autorité coutumière"
    OTHER = "autre", "Autre"


class NoteType(models.TextChoices):
    """The five types of the liaison notebook (CdL guide, JDV_J23-TypeNoteCahierLiaison-CISIS)."""

    OBSERVATION = "OBS", "Observation"
    GENERAL = "GEN", "Note générale"
    INTERVENTION = "INTERV", "Intervention"
    INSTRUCTION = "INST", "Instruction"
    ADVICE = "DEM-AVIS", "Demande d'avis"


NOTE_LENGTH = 4000  # characters, as a message
FILED_LENGTH = 5000  # a whole message, with who wrote it, when, and the names of its files


class NoteStatus(models.TextChoices):
    """A note is withdrawn, never deleted."""

    CURRENT = "active", "Active"
    RETIRED = "retiree", "Retirée"


class TaskState(models.TextChoices):
    """States of a task (interface §11)."""

    TODO = "a_faire", "À faire"
    DOING = "en_cours", "En cours"
    DONE = "faite", "Faite"
    CANCELLED = "annulee", "Annulée"


OPEN_TASK = (TaskState.TODO, TaskState.DOING)


class Recurrence(models.TextChoices):
    """Simple recurrences of RFC 5545 (FREQ alone)."""

    NONE = "", "Une seule fois"
    DAILY = "DAILY", "Tous les jours"
    WEEKLY = "WEEKLY", "Toutes les semaines"
    MONTHLY = "MONTHLY", "Tous les mois"


class TaskKind(models.TextChoices):
    """What a task is about, when the house made it."""

    PLAIN = "", "Tâche"
    CONSENT = "consentement", "Consentement à recueillir"
    ACCESS_REPORT = "signalement_acces", "Accès signalé"
    URGENT = "urgence", "Message urgent sans réponse"
    STEP = "etape", "Étape du parcours"
    PLAN = "plan", "Plan de coordination"
    ASSESSMENT_ALERT = "alerte", "Alerte d'une évaluation"
    STAY = "sejour", "Sortie de l'hôpital"


class FilKind(models.TextChoices):
    """What an entry of the fil tells."""

    NOTE = "note", "Note"
    TASK = "tache", "Tâche"
    CIRCLE = "cercle", "Cercle de soins"
    PATHWAY = "parcours", "Parcours"
    CONSENT = "accord", "Consentement"
    MESSAGE = "message", "Message"
    PLAN = "plan", "Plan"
    ASSESSMENT = "evaluation", "Évaluation"
    STAY = "sejour", "Hôpital"
