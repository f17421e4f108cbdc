"""The circle (CDS §3.2): one CareTeam a person, an entry for each stay of a member."""

from dataclasses import dataclass

from pepites.fhir.mappers import guides as g
from pepites.fhir.mappers.parts import (
    NO_SPAN,
    Code,
    Ident,
    Json,
    Ref,
    Span,
    codes_of,
    concepts,
    dicts,
    filled,
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


@dataclass(frozen=True, slots=True)
class Stay:
    """One stay of one member."""

    member: Ref
    roles: tuple[Code, ...] = ()
    span: Span = NO_SPAN


@dataclass(frozen=True, slots=True)
class Circle:
    """The circle of one person."""

    id: str
    subject: Ref
    name: str
    stays: tuple[Stay, ...]
    idents: tuple[Ident, ...] = ()
    status: str = "active"
    span: Span = NO_SPAN
    managing: tuple[Ref, ...] = ()
    updated: str = ""


def to_care_team(one: Circle) -> Json:
    """The profile asks for an identifier, a start and a member at least."""
    return filled({
        "resourceType": "CareTeam", "id": one.id, "meta": meta(g.CARE_TEAM, updated=one.updated),
        "identifier": identifiers(one.idents), "status": one.status, "name": one.name,
        "subject": reference(one.subject), "period": period(one.span),
        "participant": [
            filled({"role": concepts(stay.roles), "member": reference(stay.member), "period": period(stay.span)})
            for stay in one.stays
        ],
        "managingOrganization": references(one.managing),
    })  # fmt: skip


def from_care_team(resource: Json) -> Circle:
    """The circle of a resource."""
    return Circle(
        id=text(resource, "id"), subject=ref_of(resource.get("subject")), name=text(resource, "name"),
        stays=tuple(
            Stay(ref_of(one.get("member")), codes_of(one.get("role")), span_of(one.get("period")))
            for one in dicts(resource.get("participant"))
        ),
        idents=idents_of(resource.get("identifier")), status=text(resource, "status"),
        span=span_of(resource.get("period")), managing=refs_of(resource.get("managingOrganization")),
        updated=text(part(resource.get("meta")), "lastUpdated"),
    )  # fmt: skip
