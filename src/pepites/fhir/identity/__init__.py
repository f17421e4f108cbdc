"""The regional server by FHIR: PIXm (ITI-83, ITI-104) and PDQm (ITI-78, ITI-119), §4.3 of the identity note."""

from typing import Final

from pepites.fhir.identity.crossref import cross_reference
from pepites.fhir.identity.demographics import read, search
from pepites.fhir.identity.feed import feed, remove
from pepites.fhir.identity.matching import match
from pepites.fhir.mappers.fr_core import PATIENT, PATIENT_INS
from pepites.fhir.registry import Interaction, Kind, SearchParam, register

_PROFILES: Final = (
    PATIENT, PATIENT_INS, "https://profiles.ihe.net/ITI/PDQm/StructureDefinition/IHE.PDQm.Patient",
    "https://profiles.ihe.net/ITI/PIXm/StructureDefinition/IHE.PIXm.Patient",
)  # fmt: skip
_SEARCH: Final = (
    SearchParam("family", "string", "Nom ; obligatoire avec le prénom et la date, sans identifiant."),
    SearchParam("given", "string", "Prénom."),
    SearchParam("birthdate", "date", "Date de naissance complète."),
    SearchParam("gender", "token"),
    SearchParam("identifier", "token", "Identifiant dans votre domaine, ou domaine à rendre (système|)."),
)
INTERACTIONS: Final = (
    Interaction("Patient", Kind.SEARCH, search, "ITI-78", "fhir.patient.search", params=_SEARCH, profiles=_PROFILES),
    Interaction("Patient", Kind.READ, read, "ITI-78", "fhir.patient.read"),
    Interaction(
        "Patient", Kind.CONDITIONAL_UPDATE, feed, "ITI-104", "fhir.patient.feed", action="U", safe=False,
        body="Patient",
    ),
    Interaction(
        "Patient", Kind.CONDITIONAL_DELETE, remove, "ITI-104", "fhir.patient.remove", action="D", safe=False
    ),
    Interaction(
        "Patient", Kind.OPERATION, cross_reference, "ITI-83", "fhir.patient.crossref", operation="ihe-pix",
        definition="https://profiles.ihe.net/ITI/PIXm/OperationDefinition/IHE.PIXm.pix",
    ),
    Interaction(
        "Patient", Kind.OPERATION, match, "ITI-119", "fhir.patient.match", operation="match", methods=("POST",),
        body="*", definition="http://hl7.org/fhir/OperationDefinition/Patient-match",
    ),
)  # fmt: skip


def register_interactions() -> None:
    """Mount what this package does."""
    for interaction in INTERACTIONS:
        register(interaction)
