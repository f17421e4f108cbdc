"""The measuring process of ``bench online``: as the web role, with a machine client of one domain."""

import csv
import http.client
import json
import os
import pickle
import random
import statistics
import sys
import tempfile
import threading
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

TRIGRAMS, WARM_UP, HTTP_SHARE = 150, 100, 4


@dataclass(frozen=True)
class Sample:
    """Persons to ask for, in order; and for each its rank and those of the same person."""

    asked: list[tuple[int, Any]]
    same: dict[int, set[int]]


def main() -> None:
    """``sample FILE RECORDS TIMES`` writes the questions; ``process|http FILE`` asks them: one JSON line.

    A process that holds a million identities in memory is slower by a fifth at everything it does: the measured ones
    hold their questions only, as a server does.
    """
    import django

    django.setup()
    kind, path = sys.argv[1], Path(sys.argv[2])
    if kind == "sample":
        path.write_bytes(pickle.dumps(_sample(int(sys.argv[3]), int(sys.argv[4]))))
        return
    sample = pickle.loads(path.read_bytes())  # noqa: S301 - written just before by the same measure
    found = _in_process(sample) if kind == "process" else _over_http(sample)
    print(json.dumps(found))  # noqa: T201 - read by the parent process


def _sample(records: int, times: int) -> Sample:
    from pepites.bench.region import population, readable

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        population(records, folder)
        known = dict(readable(folder / "identities.csv"))
        same = _same_person(folder / "truth.csv", known)
    asked = random.Random(records).sample(sorted(known), times + WARM_UP)  # noqa: S311 - a sample
    return Sample([(rank, known[rank]) for rank in asked], {rank: same[rank] for rank in asked})


def _in_process(sample: Sample) -> dict[str, Any]:
    from pepites.accounts.models import ServiceClient
    from pepites.audit.unit import unit_of_work
    from pepites.common.actor import Actor, ActorKind, ActorRef, Channel
    from pepites.regional.models import RuleSet
    from pepites.regional.records import thresholds_of
    from pepites.regional.selectors.references import look_up

    client = ServiceClient.objects.get()
    actor = Actor(
        ref=ActorRef(kind=ActorKind.MACHINE, service_client_id=client.pk, role=client.client_id, channel=Channel.API),
        scopes=frozenset(client.scopes),
    )
    timed: list[float] = []
    wanted = met = candidates = 0
    with unit_of_work(actor):
        limits = thresholds_of(RuleSet.objects.get(pk=1))
        cpu = time.process_time()
        for turn, (rank, record) in enumerate(sample.asked):
            start = time.perf_counter()
            judged, _ = look_up(record, limits)
            if turn >= WARM_UP:
                timed.append((time.perf_counter() - start) * 1000)
            ids = {one.record_id for one in judged}
            others = sample.same[rank] - {rank}
            wanted, met, candidates = wanted + len(others), met + len(others & ids), candidates + len(ids)
        cpu = time.process_time() - cpu
        trigrams = _trigrams(sample.asked[:TRIGRAMS])
    return _spread(timed) | {
        "per_second": round(len(sample.asked) / cpu), "recall": round(met / wanted, 4),
        "candidates": round(candidates / len(sample.asked), 1), "trigram_ms": round(trigrams, 2),
        "trigram_ratio": round(trigrams / statistics.median(timed), 1),
    }  # fmt: skip


def _spread(timed: list[float]) -> dict[str, Any]:
    return {
        "median_ms": round(statistics.median(timed), 2),
        "p95_ms": round(statistics.quantiles(timed, n=20)[-1], 2),
        "wall_per_second": round(1000 * len(timed) / sum(timed)),
    }


def _same_person(path: Path, known: dict[int, Any]) -> dict[int, set[int]]:
    """For each record, those of the same person that a domain could feed."""
    ranks = {record.local_id: rank for rank, record in known.items()}
    persons: dict[str, set[int]] = defaultdict(set)
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["record_id"] in ranks:
                persons[row["person_id"]].add(ranks[row["record_id"]])
    return {rank: ranks_of for ranks_of in persons.values() for rank in ranks_of}


def _trigrams(asked: list[tuple[int, Any]]) -> float:
    """The named peer: whole names alike by trigrams within three years, as a search server does it (median, ms)."""
    import psycopg

    timed = []
    with psycopg.connect(os.environ["PEPITES_DATABASE_ADMIN_URL"]) as base:
        base.execute("SET pg_trgm.similarity_threshold = 0.5")
        for _, record in asked:
            traits = record.traits
            start = time.perf_counter()
            base.execute(
                "SELECT r.id FROM regional_regionalrecord r, regional_domain d WHERE r.domain_id = d.id AND r.active"
                " AND r.name_text %% %s AND r.birth_date BETWEEN %s::date - 1100 AND %s::date + 1100"
                " ORDER BY similarity(r.name_text, %s) DESC LIMIT 20",
                [
                    f"{traits.birth_name} {traits.given_names}", traits.birth_date.stored, traits.birth_date.stored,
                    f"{traits.birth_name} {traits.given_names}",
                ],
            ).fetchall()  # fmt: skip
            timed.append((time.perf_counter() - start) * 1000)
    return statistics.median(timed)


class Machine:
    """One kept-alive connection of a machine client."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._http = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
        self._token = self._signed_in(f"{url.rstrip('/')}/oauth2/token")

    def _signed_in(self, audience: str) -> str:
        from joserfc import jwt
        from joserfc.jwk import ECKey

        from pepites.bench.region import CLIENT
        from pepites.common.identifiers import new_uuid

        key = ECKey.import_key(json.loads(os.environ["PEPITES_BENCH_FACTS"])["key"])
        moment = int(time.time())
        claims = {"iss": CLIENT, "sub": CLIENT, "aud": audience, "iat": moment, "exp": moment + 120,
                  "jti": str(new_uuid())}  # fmt: skip
        form = {
            "grant_type": "client_credentials", "client_assertion": jwt.encode({"alg": "ES256", "kid": CLIENT}, claims,
            key, algorithms=["ES256"]),
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        }  # fmt: skip
        answer = self._asked("POST", "/oauth2/token", urlencode(form), "application/x-www-form-urlencoded")
        return str(answer["access_token"])

    def _asked(self, method: str, path: str, body: str, kind: str) -> dict[str, Any]:
        headers = {"Content-Type": kind, "Accept": "application/fhir+json" if "fhir" in kind else "application/json"}
        if "fhir" in kind:
            headers["Authorization"] = f"Bearer {self._token}"
        self._http.request(method, path, body, headers)
        answer = self._http.getresponse()
        content = answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"{path} : {answer.status} {content[:300]!r}")
        read: dict[str, Any] = json.loads(content) if content else {}
        return read

    def fhir(self, method: str, path: str, resource: dict[str, Any]) -> dict[str, Any]:
        """One FHIR request."""
        return self._asked(method, f"/fhir/{path}", json.dumps(resource), "application/fhir+json")


def _patient(record: Any, local_id: str = "") -> dict[str, Any]:
    from pepites.bench.region import OID

    traits = record.traits
    body: dict[str, Any] = {
        "resourceType": "Patient", "active": True, "birthDate": traits.birth_date.stored.isoformat(),
        "gender": {"M": "male", "F": "female"}.get(traits.sex, "unknown"),
        "name": [{"use": "official", "family": traits.birth_name, "given": traits.given_names.split()}],
    }  # fmt: skip
    if local_id:
        body["identifier"] = [{"system": f"urn:oid:{OID}0", "value": local_id, "use": "usual"}]
    if record.phones:
        body["telecom"] = [{"system": "phone", "value": record.phones[0]}]
    return body


def _over_http(sample: Sample) -> dict[str, Any]:
    asked = sample.asked[: WARM_UP + (len(sample.asked) - WARM_UP) // HTTP_SHARE]
    url = os.environ["PEPITES_BENCH_URL"]
    feeding, fed = threading.Event(), [0]

    def feed() -> None:
        machine = Machine(url)
        while not feeding.is_set():
            record, number = asked[fed[0] % len(asked)][1], f"NEUF-{fed[0]}"
            from pepites.bench.region import OID

            query = urlencode({"identifier": f"urn:oid:{OID}0|{number}"})
            machine.fhir("PUT", f"Patient?{query}", _patient(record, number))
            fed[0] += 1
            feeding.wait(0.05)

    feeder = threading.Thread(target=feed)
    machine = Machine(url)
    feeder.start()
    timed = []
    start = time.perf_counter()
    for turn, (_, record) in enumerate(asked):
        at = time.perf_counter()
        machine.fhir("POST", "Patient/$match", _patient(record))
        if turn >= WARM_UP:
            timed.append((time.perf_counter() - at) * 1000)
    elapsed = time.perf_counter() - start
    feeding.set()
    feeder.join()
    spread = _spread(timed)
    return {
        "http_median_ms": spread["median_ms"], "http_p95_ms": spread["p95_ms"],
        "http_per_second": round(len(asked) / elapsed), "fed_per_second": round(fed[0] / elapsed, 1),
    }  # fmt: skip


if __name__ == "__main__":
    main()
