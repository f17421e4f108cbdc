"""PDQm Patient Demographics Match, ITI-119: `$match`, with a score and a grade for each person."""

from typing import Any

from pepites.fhir.bundles import entry, link, search_set
from pepites.fhir.checking import check
from pepites.fhir.errors import invalid
from pepites.fhir.identity.demographics import person_resource
from pepites.fhir.identity.domains import own_domain
from pepites.fhir.mappers.fr_core import MATCH_GRADE
from pepites.fhir.mappers.patient import from_patient
from pepites.fhir.paging import DEFAULT_COUNT, MAX_COUNT
from pepites.fhir.registry import Call, Result
from pepites.interop.gateway import regional
from pepites.regional.values import MatchFound


def match(call: Call) -> Result:
    """``POST Patient/$match``: a Patient, alone or in a Parameters with ``onlyCertainMatches`` and ``count``."""
    resource, only_certain, count = _asked(call.resource or {})
    record = from_patient(resource, systems=(), generation=call.client.fr_core)
    found = regional().match_traits(actor=call.actor, record=record, count=count, only_certain=only_certain)
    kept = sorted(found, key=lambda one: -one.score)[:count]
    if only_certain:
        kept = [one for one in kept if one.grade == "certain"]
    domain = own_domain(call)
    entries = [entry(call.base, person_resource(call, domain, one.person), _search(one)) for one in kept]
    bundle = search_set(entries, self_link=link(call.base, f"{call.path}", {}), total=len(kept))
    return Result(bundle, detail={"count": len(kept)})


def _search(one: MatchFound) -> dict[str, Any]:
    return {
        "extension": [{"url": MATCH_GRADE, "valueCode": one.grade}],
        "mode": "match",
        "score": round(min(1.0, max(0.0, one.score)), 4),
    }


def _asked(body: dict[str, Any]) -> tuple[dict[str, Any], bool, int]:
    if body.get("resourceType") == "Patient":
        return body, False, DEFAULT_COUNT
    if body.get("resourceType") != "Parameters":
        raise invalid("Envoyez un Patient, ou un Parameters qui en contient un.", code="structure")
    named: dict[str, dict[str, Any]] = {}
    for part in body.get("parameter", ()):
        name = str(part.get("name", ""))
        if name not in {"resource", "onlyCertainMatches", "count"} or name in named:
            raise invalid("Paramètres admis, une fois chacun : resource, onlyCertainMatches, count.")
        named[name] = part
    resource = named.get("resource", {}).get("resource")
    if resource is None:
        raise invalid("Le paramètre resource manque.", code="required", expression="Parameters.parameter")
    only_certain = named.get("onlyCertainMatches", {}).get("valueBoolean", False)
    count = named.get("count", {}).get("valueInteger", DEFAULT_COUNT)
    if count < 1:
        raise invalid("count est un nombre entier à partir de 1.", code="value")
    return check(resource, "Patient"), bool(only_certain), min(count, MAX_COUNT)
