"""PIXm Patient Identity Feed FHIR, ITI-104: add, revise, resolve a duplicate, remove (§4.3)."""

from typing import Any

from pepites.fhir.errors import FhirError, invalid
from pepites.fhir.identity.domains import require_own, token
from pepites.fhir.mappers.patient import from_patient, local_id_of
from pepites.fhir.mappers.systems import from_uri
from pepites.fhir.registry import Call, Result
from pepites.interop.gateway import Domain, regional, systems


def feed(call: Call) -> Result:
    """``PUT Patient?identifier=system|value``: 201 when new, 200 when revised or merged."""
    domain, value = _target(call)
    assert call.resource is not None
    if local_id_of(call.resource, systems(domain)) != value:
        raise invalid("L'identifiant de l'adresse n'est pas celui de la ressource.", expression="Patient.identifier")
    survivor = _replaced_by(call.resource, domain)
    if survivor:
        return _merged(call, domain, survivor, value)
    record = from_patient(call.resource, systems=systems(domain), generation=call.client.fr_core)
    received = regional().receive_record(actor=call.actor, domain=domain, record=record, key=call.key)
    return Result(
        status=201 if received.created else 200, location=f"{call.base}/Patient/{received.regional_id}",
        action="C" if received.created else "U", detail={"class": received.outcome},
    )  # fmt: skip


def _merged(call: Call, domain: Domain, survivor: str, absorbed: str) -> Result:
    """Resolve Duplicate: the record of the address is replaced by another of the same domain."""
    received = regional().merge_local_ids(
        actor=call.actor, domain=domain, survivor=survivor, absorbed=absorbed, key=call.key
    )
    return Result(location=f"{call.base}/Patient/{received.regional_id}", detail={"merged": 1})


def remove(call: Call) -> Result:
    """``DELETE Patient?identifier=system|value`` (Remove Patient option)."""
    domain, value = _target(call)
    regional().withdraw_record(actor=call.actor, domain=domain, local_id=value, key=call.key)
    return Result(status=204)


def _target(call: Call) -> tuple[Domain, str]:
    if call.if_match:
        raise FhirError(412, "Ce serveur ne tient pas de versions : envoyez sans If-Match.")
    given = call.values("identifier")
    if len(given) != 1 or set(call.params) != {"identifier"}:
        raise invalid("Donnez identifier=système|valeur, une fois, et rien d'autre.", expression="identifier")
    system, value = token(given[0], "identifier")
    return require_own(call, system), value


def _replaced_by(resource: dict[str, Any], domain: Domain) -> str:
    """The surviving number of a resolved duplicate, empty when it is none."""
    links = [link for link in resource.get("link", ()) if link.get("type") == "replaced-by"]
    if not links:
        return ""
    other = links[0].get("other", {}).get("identifier", {})
    value = str(other.get("value", "")).strip()
    if len(links) > 1 or resource.get("active") is not False:
        raise FhirError(422, "Une identité remplacée a active=false et un seul lien replaced-by.")
    if from_uri(other.get("system", "")) not in systems(domain) or not 0 < len(value) <= 64:
        raise FhirError(422, "Le lien replaced-by porte l'identifiant qui reste, dans le même domaine.")
    return value
