"""What the listener declares to the rest: journal codes, scope, messages."""

from typing import Final

from pepites.accounts.machines.scopes import register_scopes
from pepites.audit.journal import register_codes
from pepites.interop.hl7v2.pam import SCOPE, register_messages

CODES: Final = {
    "hl7v2.refused": "Message HL7 v2 refusé",
    "hl7v2.adt.a28": "Identité créée, reçue par HL7 v2 (A28)",
    "hl7v2.adt.a31": "Identité modifiée, reçue par HL7 v2 (A31)",
    "hl7v2.adt.a40": "Fusion reçue par HL7 v2 (A40)",
    "hl7v2.adt.a47": "Changement d'identifiant reçu par HL7 v2 (A47)",
    "hl7v2.adt.a24": "Rapprochement demandé par HL7 v2 (A24)",
    "hl7v2.adt.a37": "Séparation demandée par HL7 v2 (A37)",
}


def register_all() -> None:
    """Called once, when the application is ready."""
    register_codes(CODES)
    register_scopes({SCOPE: "Alimenter le serveur régional d'identités par HL7 v2 (PAM France)"})
    register_messages()
