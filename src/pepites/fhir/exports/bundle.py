"""Everything the actor may read of one person, as one Bundle; row-level security leaves out the rest."""

from collections import Counter
from itertools import chain

from pepites.access.policies import require
from pepites.access.selectors import level_on
from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.clock import now
from pepites.common.errors import DomainError
from pepites.common.identifiers import new_uuid
from pepites.coordination.policies import can_read_file
from pepites.coordination.selectors.around import person_name
from pepites.fhir.exports.people import People
from pepites.fhir.exports.person import consent_resources, contact_resources, patient_resource
from pepites.fhir.exports.plan import plan_resources
from pepites.fhir.exports.work import (
    circle_id,
    circle_resources,
    note_resources,
    pathway_resources,
    referral_resources,
    response_resources,
)
from pepites.fhir.mappers.parts import Ident, Json, Ref, identifier
from pepites.identity.collisions.service import collision_state
from pepites.identity.enums import CollisionState
from pepites.patients.models import Patient

FROZEN = "Ce dossier est gelé : deux personnes y ont été mêlées. Il s'exporte une fois trié par la cellule."


def export_patient(*, actor: Actor, patient: Patient) -> Json:
    """A Bundle of type collection. Whoever may not open the file gets nothing; the export is journalled."""
    decision = can_read_file(actor, level_on(patient.pk))
    require(
        decision, code="fhir.export.refused", subjects=(patient.pk,), object_type="patient",
        object_id=patient.public_id,
    )  # fmt: skip
    if collision_state(patient.pk) is CollisionState.PROVEN:  # another software could not tell the two apart (RNIV-14)
        raise DomainError(FROZEN)
    people = People()
    subject = Ref.to("Patient", patient.public_id, person_name(patient))
    team = list(circle_resources(patient, subject, people))
    circle = Ref.to("CareTeam", circle_id(patient)) if team else Ref()
    found = list(
        chain(
            [patient_resource(patient)],
            team,
            contact_resources(patient, subject),
            consent_resources(patient, subject, people),
            pathway_resources(patient, subject, people, circle),
            referral_resources(patient, subject, people),
            response_resources(patient, subject, people),
            plan_resources(actor, patient, subject, people, circle),
            note_resources(patient, subject, people),
        )
    )
    found += people.resources()
    counts = Counter(one["resourceType"] for one in found)
    record(
        "fhir.export.made", action="E", subjects=(patient.pk,), object_type="patient", object_id=patient.public_id,
        basis=str(decision.basis), detail=dict(counts),
    )  # fmt: skip
    return {
        "resourceType": "Bundle", "identifier": identifier(Ident.of(new_uuid())), "type": "collection",
        "timestamp": now().isoformat(),
        "entry": [{"fullUrl": f"urn:uuid:{one['id']}", "resource": one} for one in found],
    }  # fmt: skip
