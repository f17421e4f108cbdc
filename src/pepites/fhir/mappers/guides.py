"""Names of the national guides: profiles, code systems, identifiers (coordination §3), written here only."""

from typing import Final

_GUIDES: Final = "https://interop.esante.gouv.fr/ig/fhir"
_NOS: Final = "https://mos.esante.gouv.fr/NOS"
_CORE: Final = "https://hl7.fr/ig/fhir/core"


def _profile(guide: str, name: str) -> str:
    return f"{_GUIDES}/{guide}/StructureDefinition/{name}"


def _nos(name: str) -> str:
    return f"{_NOS}/{name}/FHIR/{name.replace('_', '-')}"


# Cercle de soins
CARE_TEAM: Final = _profile("cds", "cds-ihe-careteam")
RELATED_PERSON: Final = _profile("cds", "cds-fr-related-person")
ORGANIZATION: Final = _profile("cds", "cds-organization")
PARTICIPATION: Final = _nos("TRE_R259-HL7ParticipationFunction")
ROLE_CLASS: Final = _nos("TRE_R260-HL7RoleClass")
ROLE_CODE: Final = _nos("TRE_R216-HL7RoleCode")

# Cahier de liaison
NOTE: Final = _profile("cdl", "cdl-document-reference")
EMERGENCY: Final = _profile("cdl", "cdl-ext-is-emergency")
NOTE_TYPES: Final = _nos("TRE_R234-TypeNote")

# Annuaire Santé
PRACTITIONER: Final = _profile("annuaire", "as-practitioner")
PRACTITIONER_ROLE: Final = _profile("annuaire", "as-practitionerrole")
PROFESSIONS: Final = _nos("TRE_G15-ProfessionSante")
RPPS: Final = "https://rpps.esante.gouv.fr"
FINESS: Final = "https://finess.esante.gouv.fr"

# Agendas partagés
APPOINTMENT: Final = _profile("gap", "gap-fr-appointment")
CORE_APPOINTMENT: Final = f"{_CORE}/StructureDefinition/fr-core-appointment"
OPERATOR: Final = f"{_CORE}/StructureDefinition/fr-core-appointment-operator"
SLOT: Final = _profile("gap", "gap-fr-slot")
SCHEDULE: Final = _profile("gap", "gap-fr-schedule")
AVAILABILITY: Final = f"{_CORE}/StructureDefinition/fr-core-schedule-availability-time"
DURATION: Final = f"{_CORE}/StructureDefinition/fr-core-service-type-duration"

# Transfert de données DUI; the profiles of Goal and Task are to verify: worn with PEPITES_FHIR_TDDUI only.
CARE_PLAN: Final = _profile("tddui", "tddui-careplan-projet-personnalise")
GOAL: Final = _profile("tddui", "tddui-goal-objectif")
EXPECTATION: Final = _profile("tddui", "tddui-goal-attente")
ACTION: Final = _profile("tddui", "tddui-task-action")
AGREEMENT: Final = _profile("tddui", "tddui-consent-accord")
RESPONSE: Final = _profile("tddui", "tddui-questionnaire-response")
GOAL_PLAN: Final = _profile("tddui", "tddui-careplan-reference")
GOAL_NOTE: Final = _profile("tddui", "tddui-goal-note")
DISCRIMINATOR: Final = _profile("tddui", "tddui-discriminator")
DISCRIMINATORS: Final = f"{_GUIDES}/tddui/CodeSystem/tddui-discriminator"
ACTION_INPUTS: Final = f"{_GUIDES}/tddui/CodeSystem/tddui-task-input-action"
TDDUI_FORMS: Final = f"{_GUIDES}/tddui/Questionnaire/"

# FR Core and HL7
CONSENT: Final = f"{_CORE}/StructureDefinition/fr-core-consent"
CONSENT_SCOPE: Final = "http://terminology.hl7.org/CodeSystem/consentscope"
CONSENT_ACTION: Final = "http://terminology.hl7.org/CodeSystem/consentaction"
CONSENT_POLICY: Final = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
PURPOSES: Final = "urn:oid:2.16.840.1.113883.5.8"
LOINC: Final = "http://loinc.org"
CONDITION_CATEGORY: Final = "http://terminology.hl7.org/CodeSystem/condition-category"
CONDITION_CLINICAL: Final = "http://terminology.hl7.org/CodeSystem/condition-clinical"
ACHIEVEMENT: Final = "http://terminology.hl7.org/CodeSystem/goal-achievement"
IDENTIFIER_TYPES: Final = f"{_CORE}/CodeSystem/fr-core-cs-v2-0203"
URIS: Final = "urn:ietf:rfc:3986"


def house(name: str) -> str:
    """A code system of ours, for what no nomenclature names."""
    return f"urn:pepites:fhir:CodeSystem:{name}"


def extension(name: str) -> str:
    """An extension of ours, for what no profile holds."""
    return f"urn:pepites:fhir:StructureDefinition:{name}"
