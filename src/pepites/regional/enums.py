"""Closed lists of the regional reconciliation server."""

from django.db import models


class Origin(models.TextChoices):
    """Where a link comes from (STIC-2)."""

    OWN = "seul", "Première identité de la personne"
    AUTO = "auto", "Automatique, par les traits"
    INS = "ins", "Automatique, même INS qualifiée"
    MANUAL = "manuel", "Cellule régionale"
    DOMAIN = "domaine", "Fusion déclarée par le domaine"


class Queue(models.TextChoices):
    """Queues of the cell's worklist (STIC-8)."""

    CANDIDATES = "candidats", "À rapprocher"
    DUPLICATES = "doublons", "Doublons d'un domaine"
    COLLISIONS = "collisions", "Collisions possibles"
    INS = "ins", "INS contradictoires"
    CHECKS = "verifications", "Vérifications INS refusées"
    UNLINK = "separations", "Séparations demandées"
    HOMONYMS = "homonymes", "Homonymes"


class CardState(models.TextChoices):
    """Where the review of a card stands."""

    OPEN = "ouverte", "À examiner"
    SECOND = "seconde", "Attend un second lecteur"
    WAITING = "complement", "Complément demandé"
    ESCALATED = "escalade", "Escaladée"
    LINKED = "liee", "Liée"
    DISTINCT = "distincte", "Deux personnes"
    SETTLED = "reglee", "Réglée"
    OBSOLETE = "sans_objet", "Sans objet"


LIVE_STATES = (CardState.OPEN, CardState.SECOND, CardState.WAITING, CardState.ESCALATED)


class Decision(models.TextChoices):
    """What the cell may decide on a card (STIC-8)."""

    LINK = "lier", "Lier"
    DISTINCT = "distinct", "Ne sont pas la même personne"
    ASK = "complement", "Demander un complément"
    ESCALATE = "escalade", "Escalader"
    SETTLE = "regler", "Marquer comme réglée"


class MatchClass(models.TextChoices):
    """Decision classes of §5.3."""

    A = "A", "Presque certain"
    B = "B", "À examiner"
    C = "C", "Rien de probant"


class NoticeKind(models.TextChoices):
    """What a domain is told (STIC-9; A24, A37, A40, A47)."""

    LINKED = "lien", "Identité rapprochée"
    UNLINKED = "separation", "Identité séparée"
    CHANGED = "identifiant", "Identifiant régional changé"
    WITHDRAWN = "retrait", "Identité retirée"
