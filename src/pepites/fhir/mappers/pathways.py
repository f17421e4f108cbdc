"""What surrounds a follow-up: an inclusion in a network (EpisodeOfCare), a demande (ServiceRequest)."""

from dataclasses import dataclass

from pepites.fhir.mappers import guides as g
from pepites.fhir.mappers.parts import (
    NO_REF,
    Code,
    Ident,
    Json,
    Ref,
    Span,
    concept,
    filled,
    identifiers,
    period,
    reference,
    references,
)


@dataclass(frozen=True, slots=True)
class Inclusion:
    """The follow-up of one person by one network."""

    id: str
    subject: Ref
    status: str
    network: Ref
    idents: tuple[Ident, ...]
    span: Span
    circle: Ref = NO_REF
    closing: Code | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """A demande to a network or to a structure."""

    id: str
    subject: Ref
    status: str
    urgent: bool
    requester: Ref
    performer: Ref
    motive: str
    received: str
    idents: tuple[Ident, ...]
    level: Code | None = None
    answer: str = ""


def to_episode_of_care(one: Inclusion) -> Json:
    """R4 has no place for the reason of an end: it is an extension of ours."""
    closing = [one.closing] if one.closing else []
    return filled({
        "resourceType": "EpisodeOfCare", "id": one.id,
        "extension": [{"url": g.extension("closing-reason"), "valueCodeableConcept": concept(why)} for why in closing],
        "identifier": identifiers(one.idents), "status": one.status, "patient": reference(one.subject),
        "managingOrganization": reference(one.network), "period": period(one.span),
        "team": references([one.circle]),
    })  # fmt: skip


def to_service_request(one: Request) -> Json:
    """The motive in the requester's words, the answer as a note."""
    return filled({
        "resourceType": "ServiceRequest", "id": one.id, "identifier": identifiers(one.idents), "status": one.status,
        "intent": "proposal", "priority": "urgent" if one.urgent else "routine",
        "code": concept(one.level) if one.level else {"text": "Demande"}, "subject": reference(one.subject),
        "authoredOn": one.received, "requester": reference(one.requester), "performer": references([one.performer]),
        "reasonCode": [{"text": one.motive}], "note": [{"text": one.answer}] if one.answer else [],
    })  # fmt: skip
