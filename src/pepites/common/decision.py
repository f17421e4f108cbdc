"""A decision about a right: yes or no, always with its reason."""

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """Why a right was given or refused; the value goes to the journal, the French text to the screen."""

    ALLOWED = "allowed"
    NOT_SIGNED_IN = "not_signed_in"
    WEAK_AUTHENTICATION = "weak_authentication"
    MEANS_TOO_WEAK = "means_too_weak"
    EMERGENCY_MEANS = "emergency_means"
    ACT_WITHHELD = "act_withheld"
    NO_CONTEXT = "no_context"
    CATEGORY_EXCLUDED = "category_excluded"
    NOT_IN_CIRCLE = "not_in_circle"
    MEMBERSHIP_PENDING = "membership_pending"
    MEMBERSHIP_ENDED = "membership_ended"
    CONSENT_MISSING = "consent_missing"
    OPPOSITION = "opposition"
    LEVEL_TOO_LOW = "level_too_low"
    SEALED = "sealed"
    ROLE_MISSING = "role_missing"
    NOT_AUTHOR = "not_author"
    TOO_LATE = "too_late"
    NOT_PARTICIPANT = "not_participant"
    STATE = "state"
    TRAINING = "training_only"


MESSAGES = {
    Reason.ALLOWED: "",
    Reason.NOT_SIGNED_IN: "Connectez-vous pour continuer.",
    Reason.WEAK_AUTHENTICATION: "Confirmez votre identité avec votre second facteur pour continuer.",
    Reason.MEANS_TOO_WEAK: (
        "Ce service national demande une connexion par Pro Santé Connect : votre compte local ne suffit pas."
        " Déconnectez-vous, puis entrez avec votre carte CPS ou l'application e-CPS."
    ),
    Reason.EMERGENCY_MEANS: (
        "Vous êtes entré par un code de secours : cet acte demande Pro Santé Connect. Attendez son retour, ou passez"
        " par un collègue."
    ),
    Reason.ACT_WITHHELD: "Votre réseau a retiré cet acte à votre rôle. Adressez-vous à son administrateur.",
    Reason.NO_CONTEXT: "Choisissez d'abord votre lieu d'exercice.",
    Reason.CATEGORY_EXCLUDED: "Votre profession ne permet pas d'accéder aux dossiers (article R. 1110-2 du CSP).",
    Reason.NOT_IN_CIRCLE: "Vous ne faites pas partie du cercle de soins de cette personne.",
    Reason.MEMBERSHIP_PENDING: "Votre entrée dans le cercle attend encore l'accord de la personne ou le vôtre.",
    Reason.MEMBERSHIP_ENDED: "Votre participation au cercle de soins est terminée.",
    Reason.CONSENT_MISSING: "La personne n'a pas encore donné son accord pour ce partage.",
    Reason.OPPOSITION: "La personne s'est opposée à ce partage.",
    Reason.LEVEL_TOO_LOW: "Votre niveau d'accès ne permet pas de voir ou de faire cela.",
    Reason.SEALED: "Cet élément est réservé à un petit nombre de personnes désignées.",
    Reason.ROLE_MISSING: "Votre rôle ne permet pas cet acte.",
    Reason.NOT_AUTHOR: "Seul l'auteur peut faire cela.",
    Reason.TOO_LATE: "Le délai pour faire cela est passé.",
    Reason.NOT_PARTICIPANT: "Vous ne participez pas à cette discussion.",
    Reason.STATE: "L'état actuel ne permet pas cet acte.",
    Reason.TRAINING: (
        "Copie de formation : une personne fictive ne se partage qu'avec le formateur, les stagiaires et les collègues"
        " fictifs de la copie. Personne d'autre n'y entre, et rien n'en sort."
    ),
}


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer of a policy; falsy when refused."""

    allowed: bool
    reason: Reason
    basis: str = ""

    def __bool__(self) -> bool:
        return self.allowed

    @property
    def message(self) -> str:
        """The French sentence shown to the person."""
        return MESSAGES[self.reason]


def allow(basis: str = "") -> Decision:
    """A right given, on ``basis`` (written in the journal)."""
    return Decision(allowed=True, reason=Reason.ALLOWED, basis=basis)


def deny(reason: Reason) -> Decision:
    """A right refused."""
    return Decision(allowed=False, reason=reason)
