"""Appointment, Slot and Schedule of the shared agendas (GAP §3.4), as plain values."""

from dataclasses import dataclass
from typing import Final

from pepites.fhir.mappers import guides as g
from pepites.fhir.mappers.parts import (
    NO_REF,
    NO_SPAN,
    Code,
    Ident,
    Json,
    Ref,
    Span,
    code_of,
    codes_of,
    coding,
    concept,
    concepts,
    dicts,
    extension_of,
    filled,
    ident_of,
    identifier,
    identifiers,
    idents_of,
    meta,
    part,
    period,
    ref_of,
    reference,
    references,
    refs_of,
    span_of,
    text,
)

UCUM: Final = "http://unitsofmeasure.org"


@dataclass(frozen=True, slots=True)
class Participant:
    """One of those expected; ``required`` is required, optional or information-only."""

    actor: Ref
    status: str
    required: str = ""


@dataclass(frozen=True, slots=True)
class Meeting:
    """An appointment asked for (proposed, pending) or declared (booked)."""

    id: str
    status: str
    participants: tuple[Participant, ...]
    idents: tuple[Ident, ...] = ()
    services: tuple[Code, ...] = ()
    specialties: tuple[Code, ...] = ()
    priority: int | None = None
    description: str = ""
    start: str = ""
    end: str = ""
    minutes: int | None = None
    slots: tuple[Ref, ...] = ()
    created: str = ""
    comment: str = ""
    requested: tuple[Span, ...] = ()
    operator: Ref = NO_REF


@dataclass(frozen=True, slots=True)
class Opening:
    """A time that is free or taken in a schedule."""

    id: str
    schedule: Ref
    status: str
    start: str
    end: str
    idents: tuple[Ident, ...] = ()
    services: tuple[Code, ...] = ()
    specialties: tuple[Code, ...] = ()


@dataclass(frozen=True, slots=True)
class Availability:
    """A range of an agenda, with its type."""

    type: Code
    span: Span
    ident: Ident | None = None


@dataclass(frozen=True, slots=True)
class Agenda:
    """The agenda of a professional or of a place; ``lengths`` are the minutes each service takes."""

    id: str
    actors: tuple[Ref, ...]
    idents: tuple[Ident, ...] = ()
    active: bool | None = None
    specialties: tuple[Code, ...] = ()
    horizon: Span = NO_SPAN
    ranges: tuple[Availability, ...] = ()
    lengths: tuple[tuple[Code, int], ...] = ()


def to_appointment(one: Meeting) -> Json:
    """FR Core's operator is who booked."""
    operator = [{"url": g.OPERATOR, "valueReference": reference(one.operator)}] if one.operator else []
    return filled({
        "resourceType": "Appointment", "id": one.id, "meta": meta(g.APPOINTMENT, g.CORE_APPOINTMENT),
        "extension": operator, "identifier": identifiers(one.idents), "status": one.status,
        "serviceType": concepts(one.services), "specialty": concepts(one.specialties), "priority": one.priority,
        "description": one.description, "start": one.start, "end": one.end, "minutesDuration": one.minutes,
        "slot": references(one.slots), "created": one.created, "comment": one.comment,
        "participant": [
            filled({"actor": reference(held.actor), "required": held.required, "status": held.status})
            for held in one.participants
        ],
        "requestedPeriod": [period(span) for span in one.requested],
    })  # fmt: skip


def from_appointment(resource: Json) -> Meeting:
    """The appointment of a resource."""
    return Meeting(
        id=text(resource, "id"), status=text(resource, "status"),
        participants=tuple(
            Participant(ref_of(one.get("actor")), text(one, "status"), text(one, "required"))
            for one in dicts(resource.get("participant"))
        ),
        idents=idents_of(resource.get("identifier")), services=codes_of(resource.get("serviceType")),
        specialties=codes_of(resource.get("specialty")), priority=resource.get("priority"),
        description=text(resource, "description"), start=text(resource, "start"), end=text(resource, "end"),
        minutes=resource.get("minutesDuration"), slots=refs_of(resource.get("slot")),
        created=text(resource, "created"), comment=text(resource, "comment"),
        requested=tuple(span_of(one) for one in dicts(resource.get("requestedPeriod"))),
        operator=ref_of(extension_of(resource, g.OPERATOR).get("valueReference")),
    )  # fmt: skip


def to_slot(one: Opening) -> Json:
    """A slot."""
    return filled({
        "resourceType": "Slot", "id": one.id, "meta": meta(g.SLOT), "identifier": identifiers(one.idents),
        "serviceType": concepts(one.services), "specialty": concepts(one.specialties),
        "schedule": reference(one.schedule), "status": one.status, "start": one.start, "end": one.end,
    })  # fmt: skip


def from_slot(resource: Json) -> Opening:
    """The slot of a resource."""
    return Opening(
        id=text(resource, "id"), schedule=ref_of(resource.get("schedule")), status=text(resource, "status"),
        start=text(resource, "start"), end=text(resource, "end"), idents=idents_of(resource.get("identifier")),
        services=codes_of(resource.get("serviceType")), specialties=codes_of(resource.get("specialty")),
    )  # fmt: skip


def to_schedule(one: Agenda) -> Json:
    """An agenda; its ranges and lengths are extensions of FR Core."""
    ranges = [{"extension": _range(held), "url": g.AVAILABILITY} for held in one.ranges]
    lengths = [{"extension": _length(service, minutes), "url": g.DURATION} for service, minutes in one.lengths]
    return filled({
        "resourceType": "Schedule", "id": one.id, "meta": meta(g.SCHEDULE), "extension": [*ranges, *lengths],
        "identifier": identifiers(one.idents), "active": one.active, "specialty": concepts(one.specialties),
        "actor": references(one.actors), "planningHorizon": period(one.horizon),
    })  # fmt: skip


def _range(held: Availability) -> list[Json]:
    named = [{"url": "identifier", "valueIdentifier": identifier(held.ident)}] if held.ident else []
    bounds = [{"url": url, "valueDateTime": value} for url, value in period(held.span).items()]
    return [*named, {"url": "type", "valueCoding": coding(held.type)}, *bounds]


def _length(service: Code, minutes: int) -> list[Json]:
    duration = {"value": minutes, "unit": "minute", "system": UCUM, "code": "min"}
    return [
        {"url": "serviceType", "valueCodeableConcept": concept(service)},
        {"url": "duration", "valueDuration": duration},
    ]


def from_schedule(resource: Json) -> Agenda:
    """The agenda of a resource; a length in another unit than the minute is left out."""
    extensions = dicts(resource.get("extension"))
    lengths = [_read_length(one) for one in extensions if one.get("url") == g.DURATION]
    return Agenda(
        id=text(resource, "id"), actors=refs_of(resource.get("actor")), idents=idents_of(resource.get("identifier")),
        active=resource.get("active"), specialties=codes_of(resource.get("specialty")),
        horizon=span_of(resource.get("planningHorizon")),
        ranges=tuple(_read_range(one) for one in extensions if one.get("url") == g.AVAILABILITY),
        lengths=tuple(one for one in lengths if one is not None),
    )  # fmt: skip


def _read_range(one: Json) -> Availability:
    named = extension_of(one, "identifier").get("valueIdentifier")
    bounds = (text(extension_of(one, name), "valueDateTime") for name in ("start", "end"))
    kind = code_of(extension_of(one, "type").get("valueCoding"))
    return Availability(kind, Span(*bounds), ident_of(named) if named else None)


def _read_length(one: Json) -> tuple[Code, int] | None:
    services = codes_of(extension_of(one, "serviceType").get("valueCodeableConcept"))
    duration = part(extension_of(one, "duration").get("valueDuration"))
    known = duration.get("system") == UCUM and duration.get("code") == "min"
    return (services[0], int(duration["value"])) if services and known and "value" in duration else None
