"""Who takes part: Practitioner, PractitionerRole, Organization, RelatedPerson (annuaire and CDS guides)."""

from dataclasses import dataclass

from pepites.fhir.mappers import guides as g
from pepites.fhir.mappers.parts import (
    NO_REF,
    NO_SPAN,
    Code,
    Ident,
    Json,
    Ref,
    Span,
    codes_of,
    concept,
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
    span_of,
    text,
)


@dataclass(frozen=True, slots=True)
class Practitioner:
    """A professional."""

    id: str
    family: str
    given: str
    prefix: str = ""
    idents: tuple[Ident, ...] = ()
    professions: tuple[Code, ...] = ()
    active: bool | None = None


@dataclass(frozen=True, slots=True)
class Practice:
    """A place of practice."""

    id: str
    practitioner: Ref
    organization: Ref = NO_REF
    codes: tuple[Code, ...] = ()
    words: str = ""
    active: bool | None = None
    span: Span = NO_SPAN


@dataclass(frozen=True, slots=True)
class Structure:
    """A structure, or a network."""

    id: str
    name: str
    idents: tuple[Ident, ...] = ()
    types: tuple[Code, ...] = ()
    active: bool | None = None


@dataclass(frozen=True, slots=True)
class Relative:
    """Somebody close to the person: the roles held (``TRE_R260``) and the kinship (``TRE_R216``)."""

    id: str
    patient: Ref
    family: str
    given: str = ""
    idents: tuple[Ident, ...] = ()
    relations: tuple[Code, ...] = ()
    words: str = ""
    phones: tuple[str, ...] = ()
    active: bool | None = None


def to_practitioner(one: Practitioner) -> Json:
    """The national profile asks for a national number: without one it is not claimed."""
    known = any(ident.system == g.RPPS for ident in one.idents)
    name = {"family": one.family, "given": [one.given] if one.given else [], "prefix": [one.prefix] * bool(one.prefix)}
    return filled({
        "resourceType": "Practitioner", "id": one.id, "meta": meta(g.PRACTITIONER) if known else {},
        "identifier": identifiers(one.idents), "active": one.active, "name": [filled(name)],
        "qualification": [{"code": concept(code)} for code in one.professions],
    })  # fmt: skip


def from_practitioner(resource: Json) -> Practitioner:
    """The first name that is given."""
    name = next(iter(dicts(resource.get("name"))), {})
    return Practitioner(
        id=text(resource, "id"), family=text(name, "family"), given=_first(name, "given"),
        prefix=_first(name, "prefix"), idents=idents_of(resource.get("identifier")),
        professions=tuple(code for one in dicts(resource.get("qualification")) for code in codes_of(one.get("code"))),
        active=resource.get("active"),
    )  # fmt: skip


def to_practitioner_role(one: Practice) -> Json:
    """A practice, with its professional and its structure."""
    return filled({
        "resourceType": "PractitionerRole", "id": one.id, "meta": meta(g.PRACTITIONER_ROLE), "active": one.active,
        "period": period(one.span), "practitioner": reference(one.practitioner),
        "organization": reference(one.organization),
        "code": [concept(*one.codes, text=one.words)] if one.codes or one.words else [],
    })  # fmt: skip


def from_practitioner_role(resource: Json) -> Practice:
    """The practice of a resource."""
    words = next((text(one, "text") for one in dicts(resource.get("code"))), "")
    return Practice(
        id=text(resource, "id"), practitioner=ref_of(resource.get("practitioner")),
        organization=ref_of(resource.get("organization")), codes=codes_of(resource.get("code")), words=words,
        active=resource.get("active"), span=span_of(resource.get("period")),
    )  # fmt: skip


def to_organization(one: Structure) -> Json:
    """A structure by its FINESS number when it has one."""
    return filled({
        "resourceType": "Organization", "id": one.id, "meta": meta(g.ORGANIZATION),
        "identifier": identifiers(one.idents), "active": one.active, "type": concepts(one.types), "name": one.name,
    })  # fmt: skip


def from_organization(resource: Json) -> Structure:
    """The structure of a resource."""
    return Structure(
        id=text(resource, "id"), name=text(resource, "name"), idents=idents_of(resource.get("identifier")),
        types=codes_of(resource.get("type")), active=resource.get("active"),
    )  # fmt: skip


def to_related_person(one: Relative) -> Json:
    """The profile asks for a means of contact (CDS §3.2): without one it is not claimed."""
    name = filled({"use": "official", "family": one.family, "given": [one.given] if one.given else []})
    return filled({
        "resourceType": "RelatedPerson", "id": one.id, "meta": meta(g.RELATED_PERSON) if one.phones else {},
        "identifier": identifiers(one.idents), "active": one.active, "patient": reference(one.patient),
        "relationship": [*concepts(one.relations), *([{"text": one.words}] if one.words else [])], "name": [name],
        "telecom": [{"system": "phone", "value": phone} for phone in one.phones],
    })  # fmt: skip


def from_related_person(resource: Json) -> Relative:
    """The contact of a resource."""
    name = next(iter(dicts(resource.get("name"))), {})
    return Relative(
        id=text(resource, "id"), patient=ref_of(part(resource.get("patient"))), family=text(name, "family"),
        given=_first(name, "given"), idents=idents_of(resource.get("identifier")),
        relations=codes_of(resource.get("relationship")),
        words=next((text(one, "text") for one in dicts(resource.get("relationship")) if "text" in one), ""),
        phones=tuple(text(one, "value") for one in dicts(resource.get("telecom")) if one.get("system") == "phone"),
        active=resource.get("active"),
    )  # fmt: skip


def _first(name: Json, element: str) -> str:
    values = name.get(element)
    return str(values[0]) if isinstance(values, list) and values else ""
