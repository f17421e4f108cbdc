"""What the listener declares to the rest: journal codes, scope, messages."""

from typing import Final

from pepites.accounts.machines.scopes import register_scopes
from pepites.audit.journal import register_codes
from pepites.interop.hl7v2.pam import SCOPE, register_messages
from pepites.interop.hl7v2.stays import SCOPE as STAYS
from pepites.interop.hl7v2.stays import register_movements

CODES: Final = {
    "hl7v2.refused": "Message HL7 v2 refusé",
    "hl7v2.adt.a28": "Identité créée, reçue par HL7 v2 (A28)",
    "hl7v2.adt.a31": "Identité modifiée, reçue par HL7 v2 (A31)",
    "hl7v2.adt.a40": "Fusion reçue par HL7 v2 (A40)",
    "hl7v2.adt.a47": "Changement d'identifiant reçu par HL7 v2 (A47)",
    "hl7v2.adt.a24": "Rapprochement demandé par HL7 v2 (A24)",
    "hl7v2.adt.a37": "Séparation demandée par HL7 v2 (A37)",
    "hl7v2.adt.a01": "Entrée à l'hôpital, reçue par HL7 v2 (A01)",
    "hl7v2.adt.a02": "Changement d'unité, reçu par HL7 v2 (A02)",
    "hl7v2.adt.a03": "Sortie de l'hôpital, reçue par HL7 v2 (A03)",
    "hl7v2.adt.a11": "Entrée annulée, reçue par HL7 v2 (A11)",
    "hl7v2.adt.a13": "Sortie annulée, reçue par HL7 v2 (A13)",
}


def register_all() -> None:
    """Called once, when the application is ready."""
    register_codes(CODES)
    register_scopes(
        {
            SCOPE: "Alimenter le serveur régional d'identités par HL7 v2 (PAM France)",
            STAYS: "Dire les entrées et sorties d'hôpital par HL7 v2 (PAM France)",
        }
    )
    register_messages()
    register_movements()
