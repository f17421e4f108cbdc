"""How often one caller may ask, on each front process."""

from django.conf import settings

from pepites.common.rates import Bucket
from pepites.fhir.errors import FhirError

bucket = Bucket()


def take_for_client(client_id: str) -> None:
    """One request of a proved client; raises ``FhirError`` 429."""
    _take(f"client {client_id}", settings.PEPITES_FHIR_PER_MINUTE)


def take_for_network(address: str) -> None:
    """One request of nobody yet proved; raises ``FhirError`` 429."""
    _take(f"reseau {address}", settings.PEPITES_FHIR_ANONYMOUS_PER_MINUTE)


def _take(key: str, per_minute: int) -> None:
    if wait := bucket.take(key, per_minute):
        raise FhirError(429, "Trop de demandes : ralentissez.", headers={"Retry-After": str(wait)})
