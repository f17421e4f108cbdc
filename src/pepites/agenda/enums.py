"""Closed lists of the agenda (coordination P7; GAP §3.4)."""

from django.db import models


class AppointmentKind(models.TextChoices):
    """What it is, as the person and the team call it."""

    VISIT = "visite", "Visite à domicile"
    CONSULTATION = "consultation", "Consultation"
    EXAM = "examen", "Examen ou soin"
    REMOTE = "distance", "À distance"
    MEETING = "reunion", "Réunion"
    BUSY = "occupe", "Indisponible"


class AppointmentState(models.TextChoices):
    """The statuses of the national guide that a shared agenda shows."""

    PENDING = "attente", "À confirmer"
    BOOKED = "prevu", "Prévu"
    DONE = "honore", "Honoré"
    MISSED = "absent", "Personne absente"
    CANCELLED = "annule", "Annulé"


OPEN = (AppointmentState.PENDING, AppointmentState.BOOKED)


class Travel(models.TextChoices):
    """How one gets there; the time is typed, for a river has no road map."""

    NONE = "", "Sans trajet"
    ROAD = "route", "Par la route"
    RIVER = "fleuve", "Par le fleuve"
    AIR = "avion", "En avion"


class Repeat(models.TextChoices):
    """How it comes back."""

    NONE = "", "Une seule fois"
    DAILY = "jour", "Tous les jours"
    WEEKLY = "semaine", "Toutes les semaines"
    FORTNIGHTLY = "quinzaine", "Toutes les deux semaines"
    MONTHLY = "mois", "Tous les mois"


class Scope(models.TextChoices):
    """How far a change goes in a series."""

    ONE = "un", "Ce rendez-vous seulement"
    FOLLOWING = "suivants", "Celui-ci et les suivants"


MOST_REPEATED = 200
LONGEST_SERIES = 731  # days
LONGEST = 24 * 60  # minutes of one appointment
MOST_TRAVEL = 24 * 60
NOTE_LENGTH = 500
