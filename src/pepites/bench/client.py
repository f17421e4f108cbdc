"""A client that measures one page against the bare one, turn by turn, so that a noisy machine weighs on both alike."""

import http.client
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

from pepites.bench.base import Measured

CSRF = "x" * 32
WARM_UP = 10  # turns not counted


@dataclass
class Timed:
    """Milliseconds of a page and of the bare page measured beside it."""

    page: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    queries: int = 0
    size: int = 0

    def summary(self) -> dict[str, float]:
        """Median, 95th centile, ratio of medians to the bare page."""
        return {
            "median_ms": round(statistics.median(self.page), 2),
            "p95_ms": round(statistics.quantiles(self.page, n=20)[-1], 2),
            "bare_ms": round(statistics.median(self.bare), 2),
            "ratio": round(statistics.median(self.page) / statistics.median(self.bare), 2),
            "queries": self.queries,
            "bytes": self.size,
        }


class Client:
    """One kept-alive connection, with a session's cookie."""

    def __init__(self, measured: Measured, who: str) -> None:
        parts = urlsplit(measured.base_url)
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
        self._cookie = f"sessionid={measured.facts[who]}; csrftoken={CSRF}"

    def ask(self, path: str, form: dict[str, str] | None = None) -> tuple[float, http.client.HTTPResponse, bytes]:
        """One request; milliseconds, the answer, its body."""
        headers = {"Cookie": self._cookie, "Accept-Encoding": "identity"}
        body = None
        if form is not None:
            body = urlencode(form)
            headers |= {
                "Content-Type": "application/x-www-form-urlencoded",
                "X-CSRFToken": CSRF,
                "Accept": "application/json",
                "Sec-Fetch-Site": "same-origin",
            }
        start = time.perf_counter()
        self._connection.request("POST" if form is not None else "GET", path, body=body, headers=headers)
        answer = self._connection.getresponse()
        content = answer.read()
        elapsed = (time.perf_counter() - start) * 1000
        if answer.status != 200:
            raise RuntimeError(f"{path.split('?')[0]} : {answer.status}")
        return elapsed, answer, content


Answer = tuple[float, http.client.HTTPResponse, bytes]
Step = Callable[[Client], Answer]


def against_bare(clients: Sequence[Client], steps: Sequence[Step], *, times: int) -> list[Timed]:
    """Measure each client's step and its bare page in turn, ``times`` times each, after a warm-up.

    Turn by turn, not one after the other: an hour when the machine is slow weighs on all of them alike.
    """
    found = [Timed() for _ in clients]
    for turn in range(times + WARM_UP):
        for client, step, timed in zip(clients, steps, found, strict=True):
            elapsed, answer, content = step(client)
            bare, _, _ = client.ask("/mesure/nue/")
            if turn >= WARM_UP:
                timed.page.append(elapsed)
                timed.bare.append(bare)
            timed.queries, timed.size = int(answer.headers.get("X-Requetes", "0")), len(content)
    return found


def new_key() -> str:
    """An idempotency key."""
    return str(uuid4())
