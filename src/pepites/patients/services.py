"""Writing what belongs to the person row itself; the identity copies its own columns there."""

from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.clock import now
from pepites.common.errors import DomainError
from pepites.patients.languages import LANGUAGES
from pepites.patients.models import Patient


def set_preferences(
    *,
    actor: Actor,
    patient: Patient,
    language: str = "",
    interpreter: bool = False,
    protected_minor: bool = False,
    protected_adult: bool = False,
) -> Patient:
    """Keep the language, the need of an interpreter and the legal protection shown on the identity band."""
    del actor
    if language and language not in LANGUAGES:
        raise DomainError("Choisissez la langue dans la liste.", field="language")
    if protected_minor and protected_adult:
        raise DomainError("Une personne est mineure ou majeure : gardez une seule protection.", field="protected_adult")
    patient.language, patient.interpreter = language, interpreter
    patient.protected_minor, patient.protected_adult = protected_minor, protected_adult
    patient.updated_at = now()
    patient.save(update_fields=["language", "interpreter", "protected_minor", "protected_adult", "updated_at"])
    record("patients.preferences.changed", action="U", subjects=(patient.pk,))
    return patient
