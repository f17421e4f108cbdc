"""Identifiers and domains as a request names them."""

from pepites.fhir.errors import FhirError, invalid
from pepites.fhir.mappers.systems import from_uri
from pepites.fhir.registry import Call
from pepites.interop.gateway import Domain, regional, systems


def token(text: str, name: str, *, value_needed: bool = True) -> tuple[str, str]:
    """System and value of ``system|value``; raises ``FhirError`` 400."""
    system, bar, value = text.partition("|")
    system, value = from_uri(system.strip()), value.strip()
    if not bar or not system or (value_needed and not value) or len(system) > 200 or len(value) > 64:
        raise invalid(f"Écrivez {name} ainsi : système|valeur.", code="value", expression=name)
    if not value.isprintable():
        raise invalid(f"{name} contient un caractère impossible.", code="value", expression=name)
    return system, value


def own_domain(call: Call) -> Domain:
    """The domain of the client; raises ``FhirError`` 403 when the server does not know it."""
    domain = regional().domain_by_system(call.client.domain_system)
    if domain is None:
        raise FhirError(403, "Le domaine de votre client n'est pas déclaré au serveur régional.")
    return domain


def require_own(call: Call, system: str) -> Domain:
    """The client's own domain, which ``system`` must name: a domain speaks of its own patients only (STIC-10)."""
    domain = own_domain(call)
    if system not in systems(domain):
        raise FhirError(403, "Votre client ne parle que pour son propre domaine d'identification.")
    return domain
