"""``pepites bench live``: a thousand streams on one process, delays, rate, return after a cut, cost to the pages."""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from rich.console import Console
from rich.table import Table

from pepites.bench.base import Measured, Tools, alone, front, measured_base, run_module
from pepites.bench.client import Client, against_bare

STAFF = 2_000
P95, SUSTAINED, BACK, IDLE = 40.0, 250.0, 3.0, 1.15


def _setting(name: str, usual: int) -> int:
    return int(os.environ.get(f"PEPITES_BENCH_{name}", str(usual)))


def run(tools: Tools, console: Console) -> dict[str, Any]:
    """Measure the live stream; ``met`` says whether all the targets hold.

    PEPITES_BENCH_PERSONS, _STREAMS, _TALKS, _RATE, _SECONDS, _SATURATED_SECONDS, _CUT_SECONDS, _TIMES change the size.
    """
    persons, streams, talks = _setting("PERSONS", 2_000), _setting("STREAMS", 1_000), _setting("TALKS", 20)
    _allow_files(4 * streams)
    console.print(f"{persons} personnes, {STAFF} professionnels, {talks} discussions : chargement…")
    with alone(tools), measured_base(tools, persons, STAFF) as environment, tempfile.TemporaryDirectory() as folder:
        arguments = [str(talks), str(max(1, streams // talks))]
        load = json.loads(run_module("pepites.bench.prepare_live", arguments, environment))
        with front(tools, environment, Path(folder) / "front.log") as measured:
            found = measure(measured, load, console)
    missed = _missed(found)
    console.print(_table(found))
    console.print(_pages_table(found["pages"]))
    for line in missed:
        console.print(f"✖ {line}")
    if not missed:
        console.print("✔ toutes les cibles sont tenues")
    return {"streams": streams, "talks": talks, "results": found, "missed": missed, "met": not missed}


def _allow_files(wanted: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted += 256
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def measure(measured: Measured, talks: list[dict[str, Any]], console: Console) -> dict[str, Any]:
    """Pages alone, pages beside the idle streams, the streams under load, pages alone again."""
    alone = _pages(measured)
    with _client(measured, talks) as process:
        opened = _told(process)
        console.print(f"Flux ouverts en {opened['open_s']} s.")
        beside = _pages(measured)
        _tell(process, "")
        found = _told(process)
    again = _pages(measured)
    pages = {}
    for page, idle in beside.items():
        usual = statistics.median(alone[page] + again[page])
        pages[page] = {
            "alone_ms": round(usual, 2),
            "beside_ms": round(statistics.median(idle), 2),
            "ratio": round(statistics.median(idle) / usual, 2),
        }
    return opened | found | {"pages": pages}


def _pages(measured: Measured) -> dict[str, list[float]]:
    client = Client(measured, "coordinator")
    path = f"/dossiers/{measured.facts['patient']}/"
    timed = against_bare([client], [lambda one: one.ask(path)], times=_setting("TIMES", 120))[0]
    return {"bare": timed.bare, "file": timed.page}


@contextmanager
def _client(measured: Measured, talks: list[dict[str, Any]]) -> Generator["subprocess.Popen[str]"]:
    parts = urlsplit(measured.base_url)
    orders = {
        "host": parts.hostname, "port": parts.port, "talks": talks, "rate": _setting("RATE", 100),
        "seconds": _setting("SECONDS", 20), "saturated_seconds": _setting("SATURATED_SECONDS", 10),
        "cut_rate": 20, "cut_seconds": _setting("CUT_SECONDS", 12),
    }  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-m", "pepites.bench.live_client"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=measured.environment,
    )  # fmt: skip
    try:
        _tell(process, json.dumps(orders))
        yield process
        process.wait(20)
    finally:
        process.kill()
        process.communicate()


def _tell(process: "subprocess.Popen[str]", line: str) -> None:
    assert process.stdin is not None
    process.stdin.write(f"{line}\n")
    process.stdin.flush()


def _told(process: "subprocess.Popen[str]") -> dict[str, Any]:
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise RuntimeError("la charge du direct s'est arrêtée")
    answer: dict[str, Any] = json.loads(line)
    return answer


def _missed(found: dict[str, Any]) -> list[str]:
    missed = []
    delay, rate = found["offered"]["live_since_due"].get("p95_ms", 0.0), found["sustained"]["per_second"]
    if delay > P95:
        missed.append(f"Réception : p95 {delay} ms, cible {P95:.0f}")
    if rate < SUSTAINED:
        missed.append(f"Débit tenu : {rate} messages/s, cible {SUSTAINED:.0f}")
    if found["cut"]["back_s"] > BACK:
        missed.append(f"Retour après coupure : {found['cut']['back_s']} s, cible {BACK:.0f}")
    for name in ("cut", "offered", "sustained"):
        lost, doubled = found[name]["lost"], found[name]["doubled"]
        if lost or doubled:
            missed.append(f"{name} : {lost} perdus, {doubled} doublés, cible 0")
    for page, values in found["pages"].items():
        if values["ratio"] > IDLE:
            missed.append(f"Page {page} : × {values['ratio']} avec les flux ouverts, cible {IDLE}")
    return missed


def _table(found: dict[str, Any]) -> Table:
    table = Table(title="Direct, un processus")
    for column in (
        "phase", "messages", "par s", "réceptions", "médiane ms", "p95 ms", "p95 depuis l'heure prévue",
        "réponse p95 ms", "perdus", "doublés", "rejoués", "trous demandés",
    ):  # fmt: skip
        table.add_column(column)
    labels = {"cut": "coupure de tous", "offered": "débit offert", "sustained": "débit tenu"}
    for key, label in labels.items():
        one = found[key]
        values = (
            one["messages"], one["per_second"], one["events"], one["live"].get("median_ms"), one["live"].get("p95_ms"),
            one["live_since_due"].get("p95_ms"), one["answer"].get("p95_ms"), one["lost"], one["doubled"],
            one["replayed"], one["holes_asked"],
        )  # fmt: skip
        table.add_row(label, *(str(value) for value in values))
    cut = found["cut"]
    table.caption = f"Tous revenus {cut['back_s']} s après la coupure (médiane {cut['back_median_s']} s)"
    return table


def _pages_table(pages: dict[str, dict[str, float]]) -> Table:
    table = Table(title="Coût des flux au repos pour les pages")
    for column in ("page", "sans flux ms", "avec flux ms", "rapport"):
        table.add_column(column)
    for key, label in (("bare", "page nue"), ("file", "dossier")):
        table.add_row(label, *(str(pages[key][name]) for name in ("alone_ms", "beside_ms", "ratio")))
    return table
