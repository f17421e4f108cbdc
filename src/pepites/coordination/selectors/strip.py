"""The coloured strip of a bris de glace, while it is open (interface §15)."""

from pepites.access.selectors_emergency import open_emergency
from pepites.common.actor import Actor
from pepites.common.clock import CAYENNE


def emergency_strip(actor: Actor, patient_id: int) -> str:
    """Hour until which the actor's own emergency access stands, empty when there is none or it was closed."""
    until = open_emergency(actor, patient_id)
    if until is None:
        return ""
    local = until.astimezone(CAYENNE)
    return f"{local.hour} h {local.minute:02d}"
