"""Closed lists of the imports."""

from enum import StrEnum

from django.db import models


class Outcome(StrEnum):
    """What became of a line; the words of the report."""

    CREATED = "cree"
    KNOWN = "connu"
    DOUBLE = "doublon"
    REFUSED = "refuse"
    EMPTY = "vide"


OUTCOME_LABELS = {
    Outcome.CREATED: "Créées",
    Outcome.KNOWN: "Déjà connues",
    Outcome.DOUBLE: "Doublons possibles",
    Outcome.REFUSED: "Refusées",
    Outcome.EMPTY: "Vides",
}


LINE_LABELS = {
    Outcome.CREATED: "Créée",
    Outcome.KNOWN: "Déjà connue",
    Outcome.DOUBLE: "Doublon possible",
    Outcome.REFUSED: "Refusée",
    Outcome.EMPTY: "Vide",
}


class RunState(models.TextChoices):
    """Where an import made through the screen stands."""

    UPLOADED = "depose", "Fichier reçu"
    CHECKING = "verification", "Vérification en cours"
    CHECKED = "verifie", "Fichier vérifié"
    RUNNING = "import", "Import en cours"
    DONE = "termine", "Import terminé"
    FAILED = "echoue", "Import arrêté"


WORKING = (RunState.CHECKING, RunState.RUNNING)
