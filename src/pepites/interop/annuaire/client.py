"""The client: key, quota, deadline, retries on what may pass, pages of the same site only (§3). Logs no answer."""

import json
import logging
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

import httpx
from django.conf import settings

from pepites.common.clock import today
from pepites.directory.ports import LivePerson, NationalAway
from pepites.interop.annuaire.reading import RPPS, person, rows, rpps_of
from pepites.interop.breaker import Breaker
from pepites.interop.outgoing import NotProtected, Peer, Received, call

MAX_BYTES: Final = 4 * 1024 * 1024
MAX_PAGES: Final = 400
TRIES: Final = 3
WAITS: Final = (0.0, 0.5, 1.5)  # seconds before each try
DELTA: Final = timedelta(days=30)
AGAIN: Final = frozenset({429, 500, 502, 503, 504})

log = logging.getLogger("pepites.annuaire")


@dataclass
class Pace:
    """No more than ``rate`` calls a second from this process: the quota of the application is 17."""

    rate: float
    _next: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def wait(self) -> None:
        """Sleep until the next call may leave."""
        with self._lock:
            moment = time.monotonic()
            start = max(moment, self._next)
            self._next = start + 1.0 / self.rate
        if start > moment:
            time.sleep(start - moment)


@dataclass
class AnnuaireClient:
    """Holds ``directory.ports.NationalDirectory``."""

    base: str
    key: str
    peer: Peer
    pace: Pace
    breaker: Breaker = field(default_factory=Breaker)

    def find(self, rpps: str) -> LivePerson | None:
        """Two calls: the person by number, then their roles with the structures."""
        token = quote(f"{RPPS}|{rpps}", safe="")
        found = next((one for one in self._resources(f"Practitioner?identifier={token}") if rpps_of(one) == rpps), None)
        if found is None:
            return None
        asked = urlencode({"practitioner": str(found.get("id", ""))[:64], "active": "true",
                           "_include": "PractitionerRole:organization"})  # fmt: skip
        beside = list(self._resources(f"PractitionerRole?{asked}"))
        organizations = {str(one.get("id")): one for one in beside if one.get("resourceType") == "Organization"}
        return person(found, [one for one in beside if one.get("resourceType") == "PractitionerRole"], organizations)

    def changed_since(self, day: date) -> Iterator[str]:
        """RPPS numbers changed since that day; older than thirty days, the files are the only way (§3)."""
        if today() - day > DELTA:
            raise NationalAway("delta_too_old")
        asked = urlencode({"_lastUpdated": f"ge{day.isoformat()}", "_count": "200"})
        for one in self._resources(f"Practitioner?{asked}"):
            if number := rpps_of(one):
                yield number

    def _resources(self, path: str) -> Iterator[dict[str, Any]]:
        """Every resource of a search, page after page."""
        url = f"{self.base}/{path}"
        for _ in range(MAX_PAGES):
            bundle = self._bundle(url)
            for entry in bundle.get("entry") or []:
                resource = entry.get("resource") if isinstance(entry, dict) else None
                if isinstance(resource, dict):
                    yield resource
            following = next(
                (one.get("url") for one in rows(bundle.get("link")) if one.get("relation") == "next"), None
            )
            if following is None:
                return
            url = self._same_site(following)
        raise NationalAway("too_many_pages")

    def _same_site(self, url: object) -> str:
        """A link of the answer leads back to the directory, or nowhere."""
        if isinstance(url, str) and len(url) < 2000:
            ours, theirs = urlsplit(self.base), urlsplit(url)
            if (theirs.scheme, theirs.netloc) == (ours.scheme, ours.netloc):
                return url
        raise NationalAway("foreign_link")

    def _bundle(self, url: str) -> dict[str, Any]:
        answer = self._get(url)
        if answer.status in {404, 410}:
            return {}
        if answer.status != 200 or not answer.whole:
            raise NationalAway("key" if answer.status in {401, 403} else f"http_{answer.status}")
        try:
            value = json.loads(answer.body)
        except (ValueError, RecursionError):
            raise NationalAway("malformed") from None
        if not isinstance(value, dict) or value.get("resourceType") != "Bundle":
            raise NationalAway("malformed")
        return value

    def _get(self, url: str) -> Received:
        """One answer, after three tries at most; never again on what will not change (4xx but 429)."""
        headers = {"ESANTE-API-KEY": self.key, "Accept": "application/fhir+json"}
        reason = "breaker"
        for wait in WAITS[:TRIES]:
            if not self.breaker.allows():
                break
            time.sleep(wait)
            self.pace.wait()
            began = time.monotonic()
            try:
                answer = call("GET", url, peer=self.peer, max_bytes=MAX_BYTES, headers=headers)
            except (httpx.HTTPError, httpx.InvalidURL, OSError, NotProtected) as error:
                self.breaker.failed()
                reason = "network"
                log.info("annuaire : %s", type(error).__name__)
                continue
            log.info("annuaire : %s en %s ms", answer.status, round((time.monotonic() - began) * 1000))
            if answer.status not in AGAIN:
                self.breaker.succeeded()
                return answer
            reason = f"http_{answer.status}"
            if answer.status != 429:
                self.breaker.failed()
        raise NationalAway(reason)


@lru_cache(maxsize=2)
def _made(base: str, key: str, peer: Peer, rate: float) -> AnnuaireClient:
    return AnnuaireClient(base, key, peer, Pace(rate))


def from_settings() -> AnnuaireClient:
    """The client of this instance; one pace and one breaker by process."""
    peer = Peer(timeout=settings.PEPITES_ANNUAIRE_API_TIMEOUT, authorities=settings.PEPITES_ANNUAIRE_API_CA)
    return _made(
        settings.PEPITES_ANNUAIRE_API_URL.rstrip("/"), settings.PEPITES_ANNUAIRE_API_KEY, peer,
        settings.PEPITES_ANNUAIRE_API_PER_SECOND,
    )  # fmt: skip
