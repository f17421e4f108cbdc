"""Names of FR Core: the one place where they are written, since they moved between versions (§4.1).

``2.1``: until 2.1.0, ``identityStatus`` in table 0445, where « VALI with an INS » means qualified.
``2.2``: the later line, with the four statuses of the RNIV and ``comment``.
"""

from typing import Final

CORE: Final = "https://hl7.fr/ig/fhir/core"
STRUCTURE: Final = f"{CORE}/StructureDefinition"
PATIENT: Final = f"{STRUCTURE}/fr-core-patient"
PATIENT_INS: Final = f"{STRUCTURE}/fr-core-patient-ins"
RELIABILITY: Final = f"{STRUCTURE}/fr-core-identity-reliability"
BIRTH_LIST: Final = f"{STRUCTURE}/fr-core-patient-birth-list-given-name"
INSEE_CODE: Final = f"{STRUCTURE}/fr-core-address-insee-code"
STATUS_2_1: Final = f"{CORE}/CodeSystem/fr-core-cs-v2-0445"
STATUS_2_2: Final = f"{CORE}/CodeSystem/fr-core-cs-identity-status"
COMMENT: Final = f"{CORE}/CodeSystem/fr-core-cs-identity-status-comment"
IDENTIFIER_TYPES: Final = f"{CORE}/CodeSystem/fr-core-cs-v2-0203"
# Sub-extensions of the reliability; ``dateCollection`` became ``dateInterrogationINSi``.
SUB_STATUS: Final = "identityStatus"
SUB_COMMENT: Final = "comment"
# Not of FR Core.
HL7_TYPES: Final = "http://terminology.hl7.org/CodeSystem/v2-0203"
BIRTH_PLACE: Final = "http://hl7.org/fhir/StructureDefinition/patient-birthPlace"
MOTHER: Final = "http://hl7.org/fhir/StructureDefinition/patient-mothersMaidenName"
COMMUNES: Final = "https://mos.esante.gouv.fr/NOS/TRE_R13-CommuneOM/FHIR/TRE-R13-CommuneOM"
MATCH_GRADE: Final = "http://hl7.org/fhir/StructureDefinition/match-grade"
# Ours: FR Core has nothing for how much of a birth date is known (INS-15).
PRECISION: Final = "urn:pepites:fhir:StructureDefinition:birth-date-precision"

INS_TYPES: Final = {
    "1.2.250.1.213.1.4.8": "INS-NIR",
    "1.2.250.1.213.1.4.9": "INS-NIA",
    "1.2.250.1.213.1.4.10": "INS-NIR-TEST",
    "1.2.250.1.213.1.4.11": "INS-NIR-DEMO",
}
NIA: Final = "1.2.250.1.213.1.4.9"
GENERATIONS: Final = ("2.1", "2.2")
STATUSES: Final = ("PROV", "RECUP", "VALI", "QUAL")
