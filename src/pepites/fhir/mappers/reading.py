"""Resources of the guides into the house's values, and back: one pair of pure functions a type (§3)."""

from collections.abc import Callable
from typing import Any

from pepites.common.errors import DomainError
from pepites.fhir.mappers import actors, appointments, care_team, consents, notes, plans, responses
from pepites.fhir.mappers.parts import Json, dicts, part, text

READERS: dict[str, tuple[Callable[[Json], Any], Callable[[Any], Json]]] = {
    "Appointment": (appointments.from_appointment, appointments.to_appointment),
    "CarePlan": (plans.from_care_plan, plans.to_care_plan),
    "CareTeam": (care_team.from_care_team, care_team.to_care_team),
    "Consent": (consents.from_consent, consents.to_consent),
    "DocumentReference": (notes.from_document_reference, notes.to_document_reference),
    "Goal": (plans.from_goal, plans.to_goal),
    "Organization": (actors.from_organization, actors.to_organization),
    "Practitioner": (actors.from_practitioner, actors.to_practitioner),
    "PractitionerRole": (actors.from_practitioner_role, actors.to_practitioner_role),
    "QuestionnaireResponse": (responses.from_questionnaire_response, responses.to_questionnaire_response),
    "RelatedPerson": (actors.from_related_person, actors.to_related_person),
    "Schedule": (appointments.from_schedule, appointments.to_schedule),
    "Slot": (appointments.from_slot, appointments.to_slot),
    "Task": (plans.from_task, plans.to_task),
}


def read(resource: Json) -> Any:
    """The value of a resource; raises ``DomainError`` for a type that nobody reads here."""
    kind = text(resource, "resourceType")
    if kind not in READERS:
        raise DomainError("Cette sorte de ressource ne se lit pas ici.", field="resourceType")
    return READERS[kind][0](resource)


def resources_of(bundle: Json) -> list[Json]:
    """What a Bundle carries; the addresses of its requests are not trusted (they name profiles in the examples)."""
    return [held for one in dicts(bundle.get("entry")) if (held := part(one.get("resource")))]
