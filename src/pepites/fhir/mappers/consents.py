"""A consent or an opposition (coordination §2.4-1, 2.4-2) as Consent: FR Core, or the agreement of TDDUI."""

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

_ROLES = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"
_PRIVACY = Code(g.CONSENT_SCOPE, "patient-privacy")
_CATEGORY = Code(g.LOINC, "59284-0")
_ACCESS = Code(g.CONSENT_ACTION, "access")


@dataclass(frozen=True, slots=True)
class Agreement:
    """What was agreed to or refused; ``permit`` is None when the resource does not say."""

    id: str
    date: str
    status: str = "active"
    permit: bool | None = True
    subject: Ref = NO_REF
    idents: tuple[Ident, ...] = ()
    performers: tuple[Ref, ...] = ()
    organizations: tuple[Ref, ...] = ()
    regime: Code | None = None
    authorities: tuple[str, ...] = ()
    span: Span = NO_SPAN
    against: tuple[Ref, ...] = ()


def to_consent(one: Agreement) -> Json:
    """R4 wants the rule that is followed (ppc-1): opt-in for a consent, opt-out for an opposition."""
    rule = Code(g.CONSENT_POLICY, "OPTOUT" if one.permit is False else "OPTIN")
    return filled({
        "resourceType": "Consent", "id": one.id, "meta": meta(g.CONSENT if one.subject else g.AGREEMENT),
        "identifier": identifiers(one.idents), "status": one.status, "scope": concept(_PRIVACY),
        "category": [concept(_CATEGORY), *([concept(one.regime)] if one.regime else [])],
        "patient": reference(one.subject), "dateTime": one.date, "performer": references(one.performers),
        "organization": references(one.organizations), "policy": [{"authority": uri} for uri in one.authorities],
        "policyRule": concept(rule), "provision": {} if one.permit is None else _provision(one),
    })  # fmt: skip


def _provision(one: Agreement) -> Json:
    actors = [{"role": concept(Code(_ROLES, "IRCP")), "reference": reference(ref)} for ref in one.against]
    return filled({
        "type": "permit" if one.permit else "deny", "period": period(one.span), "actor": actors,
        "purpose": [{"system": g.PURPOSES, "code": "TREAT"}], "code": [concept(_ACCESS)],
    })  # fmt: skip


def from_consent(resource: Json) -> Agreement:
    """The agreement of a resource."""
    provision = part(resource.get("provision"))
    regimes = [one for one in codes_of(resource.get("category")) if one.system == g.house("regime")]
    return Agreement(
        id=text(resource, "id"), date=text(resource, "dateTime"), status=text(resource, "status"),
        permit=provision.get("type") != "deny" if provision else None, subject=ref_of(resource.get("patient")),
        idents=idents_of(resource.get("identifier")), performers=refs_of(resource.get("performer")),
        organizations=refs_of(resource.get("organization")), regime=regimes[0] if regimes else None,
        authorities=tuple(text(one, "authority") for one in dicts(resource.get("policy")) if "authority" in one),
        span=span_of(provision.get("period")),
        against=tuple(ref_of(one.get("reference")) for one in dicts(provision.get("actor"))),
    )  # fmt: skip
