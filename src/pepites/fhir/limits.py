"""How often one caller may ask: a bucket of tokens per client, kept by each front process."""

import threading
import time

from django.conf import settings

from pepites.fhir.errors import FhirError

_MOST = 10_000  # callers remembered


class Bucket:
    """Requests a minute for each key, with a reserve of a quarter of a minute; full again after a pause."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._left: dict[str, tuple[float, float]] = {}

    def take(self, key: str, per_minute: int) -> None:
        """Count one request; raises ``FhirError`` 429 with the wait."""
        moment, room = time.monotonic(), max(1.0, per_minute / 4)
        with self._lock:
            if len(self._left) > _MOST:
                self._left.clear()
            left, since = self._left.get(key, (room, moment))
            left = min(room, left + (moment - since) * per_minute / 60)
            if left < 1:
                wait = int((1 - left) * 60 / per_minute) + 1
                self._left[key] = (left, moment)
                raise FhirError(429, "Trop de demandes : ralentissez.", headers={"Retry-After": str(wait)})
            self._left[key] = (left - 1, moment)

    def forget(self) -> None:
        """Everybody starts anew."""
        self._left.clear()


bucket = Bucket()


def take_for_client(client_id: str) -> None:
    """One request of a proved client."""
    bucket.take(f"client {client_id}", settings.PEPITES_FHIR_PER_MINUTE)


def take_for_network(address: str) -> None:
    """One request of nobody yet proved."""
    bucket.take(f"reseau {address}", settings.PEPITES_FHIR_ANONYMOUS_PER_MINUTE)
