"""``pepites bench online``: look-ups in a region of a million identities, in process and over HTTP, beside trigrams."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from pepites.bench.base import Tools, alone, front, measured_base

SIZES = tuple(int(size) for size in os.environ.get("PEPITES_BENCH_SIZES", "100000,1000000").split(","))
REFERENCE = 1_000_000
DOMAINS = 7
LOOK_UPS = int(os.environ.get("PEPITES_BENCH_TIMES", "4000"))


def run(tools: Tools, console: Console) -> dict[str, Any]:
    """Measure every size; ``met`` when every target is."""
    lines = []
    with alone(tools):
        for size in SIZES:
            console.print(f"Région de {size} identités…")
            with measured_base(tools, size, DOMAINS, prepare="pepites.bench.region") as environment:
                lines.append({"records": size} | _measured(tools, console, environment, size))
    targets = _targets(lines)
    _print(console, lines, targets)
    return {"sizes": lines, "targets": targets, "met": all(target["met"] for target in targets)}


def _measured(tools: Tools, console: Console, environment: dict[str, str], size: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        questions = str(Path(folder) / "questions")
        _child("pepites.bench.online_run", ["sample", questions, str(size), str(LOOK_UPS)], environment)
        console.print("Recherches dans le processus…")
        found = _child("pepites.bench.online_run", ["process", questions], environment)
        console.print("Recherches par $match, pendant que des identités arrivent…")
        lent = environment | {"PEPITES_FHIR_PER_MINUTE": "1000000"}
        with front(tools, lent, Path(folder) / "front.log") as served:
            asked = environment | {"PEPITES_BENCH_URL": served.base_url}
            return found | _child("pepites.bench.online_run", ["http", questions], asked)


def _child(module: str, arguments: list[str], environment: dict[str, str]) -> dict[str, Any]:
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", module, *arguments],
        env=environment | {"PEPITES_DB_ROLE": "web"}, check=False, capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{module} : {done.stderr[-3000:]}")
    said = done.stdout.strip().splitlines()
    read: dict[str, Any] = json.loads(said[-1]) if said else {}
    return read


def _targets(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found = []
    for line in lines:
        if line["records"] != REFERENCE:
            continue
        for label, value, wanted, met in (
            ("p95 d'une recherche dans le processus (ms)", line["p95_ms"], "≤ 2", line["p95_ms"] <= 2),
            ("recherches par seconde et par cœur", line["per_second"], "≥ 1500", line["per_second"] >= 1500),
            ("rappel des candidats", line["recall"], "≥ 0,985", line["recall"] >= 0.985),
            ("p95 de $match par HTTP (ms)", line["http_p95_ms"], "≤ 20", line["http_p95_ms"] <= 20),
        ):
            found.append({"label": label, "value": value, "wanted": wanted, "met": met})
    return found


def _print(console: Console, lines: list[dict[str, Any]], targets: list[dict[str, Any]]) -> None:
    table = Table(
        "identités", "médiane", "p95", "par s et cœur", "candidats", "rappel", "× trigrammes", "$match p95", "$match/s",
        "reçues/s",
    )  # fmt: skip
    for line in lines:
        table.add_row(
            str(line["records"]), f"{line['median_ms']} ms", f"{line['p95_ms']} ms", str(line["per_second"]),
            str(line["candidates"]), str(line["recall"]), f"1/{line['trigram_ratio']:g}", f"{line['http_p95_ms']} ms",
            str(line["http_per_second"]), str(line["fed_per_second"]),
        )  # fmt: skip
    console.print(table)
    for target in targets:
        console.print(
            f"{'✔' if target['met'] else '✘'} {target['label']} : {target['value']} (visé {target['wanted']})"
        )
