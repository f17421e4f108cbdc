"""What each answer of INSi means to the person at the desk, and what to do next (§3.4). Admission always goes on."""

from dataclasses import dataclass
from typing import Final

from pepites.identity.ports import Trouble

GO_ON = "L'accueil continue : l'identité garde son statut et les soins ne changent pas."
LATER = "Une tâche vous rappellera d'interroger de nouveau."


@dataclass(frozen=True, slots=True)
class Message:
    """``tone`` as the alert component names it."""

    tone: str
    title: str
    text: str


MESSAGES: Final[dict[str, Message]] = {
    "00": Message("success", "INSi a trouvé une identité", "Comparez-la avec la personne présente avant d'accepter."),
    "01": Message(
        "info", "INSi ne trouve aucune identité",
        "Vérifiez les traits sur la pièce, ou essayez une autre écriture ci-dessous. Une personne sans INS est prise en"
        " charge comme les autres.",
    ),
    "02": Message(
        "warning", "INSi trouve plusieurs identités",
        "Complétez tous les prénoms et le lieu de naissance d'après la pièce, puis interrogez de nouveau.",
    ),
    Trouble.NETWORK: Message("warning", "INSi ne répond pas", f"La liaison est coupée. {GO_ON} {LATER}"),
    Trouble.TIMEOUT: Message("warning", "INSi met trop de temps à répondre", f"L'appel a été arrêté. {GO_ON} {LATER}"),
    Trouble.BREAKER: Message(
        "warning", "INSi est en panne",
        f"Plusieurs appels de suite ont échoué : Pépites attend une minute avant d'essayer encore. {GO_ON} {LATER}",
    ),
    Trouble.UNREADABLE: Message(
        "warning", "La réponse d'INSi ne peut pas être lue",
        f"Rien n'en est gardé dans l'identité ; la réponse est conservée pour examen. {GO_ON} Prévenez l'assistance.",
    ),
    Trouble.CERTIFICATE: Message(
        "error", "Pépites n'est pas reconnu par INSi",
        f"Le certificat de la structure manque, est expiré ou refusé. Prévenez l'assistance. {GO_ON}",
    ),
    "siram_40": Message("warning", "INSi est momentanément indisponible", f"{GO_ON} {LATER}"),
    "insi_102": Message(
        "warning", "INSi a rencontré une erreur dans sa recherche",
        f"Cela ne veut pas dire que la personne n'existe pas. {GO_ON} {LATER}",
    ),
    "insi_101": Message(
        "warning", "INSi refuse un trait d'identité",
        f"Vérifiez l'écriture du nom, des prénoms et de la date, puis interrogez de nouveau. {GO_ON}",
    ),
    "autorisation": Message(
        "error", "INSi ne reconnaît pas ce logiciel",
        f"Le numéro d'autorisation est inconnu : prévenez l'assistance (PEPITES_INSI_IDAM). {GO_ON}",
    ),
    Trouble.UNKNOWN_CODE: Message(
        "warning", "INSi a répondu un résultat inconnu",
        f"Rien n'est changé dans l'identité. {GO_ON} Donnez le code à l'assistance.",
    ),
}  # fmt: skip
UNKNOWN: Final = Message("warning", "INSi a répondu une erreur", f"{GO_ON} {LATER} Donnez le code à l'assistance.")


def explain(code: str, text: str = "") -> Message:
    """The message of a code: the precise one first, then its family, then the general one."""
    if "autorisation du logiciel" in text.lower():
        return MESSAGES["autorisation"]
    family, _, precise = code.partition("/")
    return MESSAGES.get(precise) or MESSAGES.get(family) or UNKNOWN
