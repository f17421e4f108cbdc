"""Declarations of events of the ANS guide NdE: admission (ADM) and discharge (SOR) of a patient (coordination §3.5)."""

from datetime import datetime
from typing import Any, Final

from pepites.coordination.stays.enums import Movement
from pepites.coordination.stays.services import StayMovement, receive_movement
from pepites.fhir.errors import FhirError
from pepites.fhir.identity.domains import own_domain
from pepites.fhir.mappers.patient import local_id_of
from pepites.fhir.registry import Call, Interaction, Kind, Result, register
from pepites.fhir.shapes import register_shapes
from pepites.interop.gateway import systems

GUIDE: Final = "https://interop.esante.gouv.fr/ig/fhir/nde/StructureDefinition"
EVENTS: Final = "https://mos.esante.gouv.fr/NOS/TRE_R254-TypeEvenement/FHIR/TRE-R254-TypeEvenement"
MOVEMENTS: Final = {"ADM": Movement.ADMISSION, "SOR": Movement.DISCHARGE}
SCOPE: Final = "NDE"
_ANY = "id:string extension:Extension*"
_DOMAIN = (
    "id:id meta:Meta implicitRules:uri language:code text:Narrative contained:Resource* extension:Extension*"
    " modifierExtension:Extension*"
)
SHAPES: Final = {
    "CommunicationRequest": (
        f"{_DOMAIN} identifier:Identifier* basedOn:Reference* replaces:Reference* groupIdentifier:Identifier"
        " status:code statusReason:CodeableConcept category:CodeableConcept* priority:code doNotPerform:boolean"
        " medium:CodeableConcept* subject:Reference about:Reference* encounter:Reference"
        " payload:CommunicationRequest.payload* occurrenceDateTime:dateTime occurrencePeriod:Period"
        " authoredOn:dateTime requester:Reference recipient:Reference* sender:Reference reasonCode:CodeableConcept*"
        " reasonReference:Reference* note:Annotation*"
    ),
    "CommunicationRequest.payload": (
        f"{_ANY} modifierExtension:Extension* contentString:string contentAttachment:Attachment"
        " contentReference:Reference"
    ),
    "Organization": (
        f"{_DOMAIN} identifier:Identifier* active:boolean type:CodeableConcept* name:string alias:string*"
        " telecom:ContactPoint* address:Address* partOf:Reference contact:Organization.contact* endpoint:Reference*"
    ),
    "Organization.contact": (
        f"{_ANY} modifierExtension:Extension* purpose:CodeableConcept name:HumanName telecom:ContactPoint*"
        " address:Address"
    ),
}


def declare(call: Call) -> Result:
    """``POST CommunicationRequest``: an event of a patient of the client's own domain. 202: the event is taken, the
    resource is not kept. The words of its payload and of its requester are not read: they may tell an illness."""
    assert call.resource is not None
    domain = own_domain(call)
    kind = MOVEMENTS.get(_event(call.resource))
    if kind is None:
        raise FhirError(422, "Seuls les événements ADM et SOR sont pris ici.", expression="extension:event-type")
    moment = _moment(call.resource)
    movement = StayMovement(
        kind=kind, local_id=local_id_of(_subject(call.resource), systems(domain)), visit=_visit(call.resource),
        said_at=moment, admitted_at=moment if kind is Movement.ADMISSION else None,
        discharged_at=moment if kind is Movement.DISCHARGE else None, message=call.key,
    )  # fmt: skip
    subjects = receive_movement(actor=call.actor, domain_id=domain.pk, movement=movement)
    return Result(status=202, subjects=subjects, detail={"event": str(kind), "followed": len(subjects)})


def register_stays() -> None:
    """Mount what this module does."""
    register_shapes(SHAPES)
    register(
        Interaction(
            "CommunicationRequest",
            Kind.CREATE,
            declare,
            SCOPE,
            "fhir.event.declared",
            action="C",
            safe=False,
            body="CommunicationRequest",
            profiles=(f"{GUIDE}/nde-eventdeclaration",),
            documentation="Événements ADM et SOR (202) ; encounter.identifier porte le numéro de venue.",
        )
    )


def _extension(resource: dict[str, Any], name: str) -> dict[str, Any]:
    found = [one for one in resource.get("extension", ()) if one.get("url") == f"{GUIDE}/{name}"]
    if len(found) != 1:
        raise FhirError(422, f"Donnez l'extension {name} une fois.", expression=f"extension:{name}")
    return dict(found[0])


def _event(resource: dict[str, Any]) -> str:
    codings = _extension(resource, "event-type").get("valueCodeableConcept", {}).get("coding", ())
    return next((str(one.get("code", "")) for one in codings if one.get("system") == EVENTS), "")


def _moment(resource: dict[str, Any]) -> datetime:
    text = str(_extension(resource, "event-time").get("valueDateTime", ""))
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise FhirError(422, "event-time donne le jour, l'heure et le fuseau.", expression="extension:event-time")
    return moment


def _subject(resource: dict[str, Any]) -> dict[str, Any]:
    """The patient that the declaration contains (§3.5: the guide's resources are contained)."""
    wanted = str(resource.get("subject", {}).get("reference", "")).removeprefix("#")
    found = [
        one for one in resource.get("contained", ())
        if one.get("resourceType") == "Patient" and one.get("id") == wanted
    ]  # fmt: skip
    if len(found) != 1:
        raise FhirError(422, "Le patient est une ressource contenue, que subject désigne.", expression="subject")
    return dict(found[0])


def _visit(resource: dict[str, Any]) -> str:
    """The hospital's number of the stay; empty when it does not say, and the dates then tell which stay it is."""
    value = str(resource.get("encounter", {}).get("identifier", {}).get("value", "")).strip()
    if len(value) > 64 or not (value.isprintable() or not value):
        raise FhirError(422, "Le numéro de venue compte 1 à 64 caractères imprimables.", expression="encounter")
    return value
