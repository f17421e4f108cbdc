"""Closed lists of the identities."""

from django.db import models


class Homonym(models.TextChoices):
    """Homonym alert (RNIV, EXI SI 09)."""

    NONE = "", "Aucune"
    DETECTED = "HOMD", "Homonyme possible"
    PROVEN = "HOMA", "Homonyme avéré"


class Attribute(models.TextChoices):
    """Attributes that go with a trust status (§2.2), and the hidden mark (RNIV-12)."""

    HOMONYM_DETECTED = "HOMD", "Homonyme possible"
    HOMONYM_PROVEN = "HOMA", "Homonyme avéré"
    DOUBTFUL = "DOUT", "Identité douteuse"
    FICTITIOUS = "FICT", "Identité fictive"
    HIDDEN = "CACH", "Identité cachée"


class AliasKind(models.TextChoices):
    """Why another name or date is kept (GUY-2, GUY-8)."""

    FORMER = "ancien", "Ancienne identité"
    JUDGMENT = "jugement", "Avant un jugement"
    USUAL = "usage", "Nom ou prénom d'usage courant"
    SPELLING = "graphie", "Autre orthographe"


class PhoneKind(models.TextChoices):
    """Whose number it is; shared numbers are common (GUY-14)."""

    OWN = "personnel", "La personne"
    SHARED = "partage", "Partagé (famille, voisin)"
    WORK = "autre", "Autre"


class Strength(models.TextChoices):
    """What a device proves (§2.3)."""

    HIGH = "fort", "Haut niveau de confiance"
    WEAK = "faible", "Utile au rapprochement, ne valide pas"


class Population(models.TextChoices):
    """Who a device holds for (§2.3)."""

    ANYONE = "tous", "Toute personne"
    MINOR = "mineur", "Mineurs"
    NURSING_HOME = "ehpad", "Personnes admises directement en EHPAD"


class CardState(models.TextChoices):
    """What became of a worklist card."""

    OPEN = "ouvert", "À examiner"
    SAME = "meme", "Doublon confirmé"
    DISTINCT = "distinct", "Deux personnes différentes"


class SearchKind(models.TextChoices):
    """The two searches before creation, and the creations that were compared: all count in the limit (law 11)."""

    DATE = "date", "Date de naissance"
    NUMBER = "numero", "Numéro complet"
    CREATION = "creation", "Création comparée"


class InsSource(models.TextChoices):
    """Where a number comes from (EXI: never from a keyboard, §2.6-5)."""

    INSI = "insi", "Téléservice INSi"
    APP = "appcv", "Application carte Vitale"


class InsiOperation(models.TextChoices):
    """What was asked of the teleservice (§3.1)."""

    SEARCH = "recherche", "Recherche par les traits"
    VERIFY = "verification", "Vérification de l'INS"


class InsiState(models.TextChoices):
    """What became of an answer of the teleservice."""

    CLOSED = "", "Sans suite"
    PROPOSED = "proposee", "À comparer"
    ACCEPTED = "acceptee", "Acceptée"
    REFUSED = "refusee", "Refusée"


class InsiIssue(models.TextChoices):
    """Why an answer of the teleservice waits for the identity cell."""

    KO = "ko", "Vérification négative"
    TRAITS = "traits", "Traits incompatibles"
    KEY = "cle", "Clé du matricule inattendue"
    ENVIRONMENT = "environ", "Numéro d'un autre environnement"


class FiliationKind(models.TextChoices):
    """A child's recorded links."""

    MOTHER = "mere", "Mère"
    ASE = "ase", "Confié à l'aide sociale à l'enfance"


class MergeState(models.TextChoices):
    """What became of a merge (RNIV-13)."""

    ASKED = "demandee", "À relire"
    DONE = "faite", "Faite"
    REFUSED = "refusee", "Refusée"
    UNDONE = "defaite", "Défaite"


class RowDecision(models.TextChoices):
    """Whose a row is that was written while two files were one."""

    STAYS = "reste", "Reste ici"
    OTHER = "autre", "Concerne l'autre personne"


class CollisionState(models.TextChoices):
    """What became of « deux personnes dans un dossier » (COLP, COLV; RNIV-14)."""

    TOLD = "signalee", "Signalée"
    PROVEN = "averee", "Avérée, dossier gelé"
    DISMISSED = "ecartee", "Écartée"
    SETTLED = "reglee", "Réglée"


class IncidentKind(models.TextChoices):
    """Kinds of identity adverse events (RNIV §2.7)."""

    COLLISION = "collision", "Deux personnes dans un dossier"
    USURPATION = "usurpation", "Identité prêtée ou empruntée"
    WRONG_MERGE = "fusion", "Fusion à tort"
    DUPLICATE = "doublon", "Soin ou examen refait faute d'avoir trouvé le dossier"
    WRONG_FILE = "dossier", "Écrit dans le dossier d'un autre"
    OTHER = "autre", "Autre"
