"""PIXm Mobile Patient Identifier Cross-reference Query, ITI-83, with the exact errors of the standard (§4.3)."""

from typing import Any

from pepites.fhir.errors import FhirError, invalid
from pepites.fhir.identity.domains import require_own, token
from pepites.fhir.mappers.systems import from_uri, to_uri
from pepites.fhir.registry import Call, Result
from pepites.interop.gateway import Domain, UnknownLocalId, regional

SOURCE, TARGET = "sourceIdentifier", "targetSystem"


def cross_reference(call: Call) -> Result:
    """``GET Patient/$ihe-pix``: identifiers of the same person elsewhere; the one asked is not repeated."""
    source, local_id = _source(call)
    targets = [_target(system) for system in call.values(TARGET)]
    require_own(call, source.oid or source.uri)
    try:
        found = regional().cross_references(actor=call.actor, source=source, local_id=local_id, targets=targets)
    except UnknownLocalId:
        raise FhirError(
            404, "Cet identifiant n'est pas connu dans ce domaine.",
            diagnostics="sourceIdentifier Patient Identifier not found", expression=SOURCE,
        ) from None  # fmt: skip
    kept = [one for one in found if (one.domain_id, one.local_id) != (source.pk, local_id)]
    parameters: list[dict[str, Any]] = [
        {"name": "targetIdentifier", "valueIdentifier": {"system": to_uri(one.system), "value": one.local_id}}
        for one in kept
    ]
    parameters += [
        {"name": "targetId", "valueReference": {"reference": f"{call.base}/Patient/{regional_id}"}}
        for regional_id in sorted({one.regional_id for one in kept})
    ]
    body: dict[str, Any] = {"resourceType": "Parameters"} | ({"parameter": parameters} if parameters else {})
    return Result(body, detail={"count": len(kept)})


def _source(call: Call) -> tuple[Domain, str]:
    given = call.values(SOURCE)
    if len(given) != 1 or set(call.params) - {SOURCE, TARGET}:
        raise invalid("Donnez sourceIdentifier=système|valeur, une fois ; targetSystem au besoin.", expression=SOURCE)
    system, value = token(given[0], SOURCE)
    domain = regional().domain_by_system(system)
    if domain is None:
        raise FhirError(
            400, "Le domaine de sourceIdentifier n'est pas connu.", code="code-invalid",
            diagnostics="sourceIdentifier Assigning Authority not found", expression=SOURCE,
        )  # fmt: skip
    return domain, value


def _target(text: str) -> Domain:
    domain = regional().domain_by_system(from_uri(text.strip()))
    if domain is None:
        raise FhirError(
            403, "Un domaine demandé n'est pas connu.", code="code-invalid", diagnostics="targetSystem not found",
            expression=TARGET,
        )  # fmt: skip
    return domain
