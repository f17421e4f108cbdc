"""``pepites bench agenda``: day, week, list, a person's appointments and a calendar feed, as appointments pile up.

The measured professional has the same full weeks on every base, and half of all the appointments: only their past
grows. The other half is their colleagues'.
"""

import json
import os
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from rich.console import Console

from pepites.bench.base import Measured, Tools, alone, front, measured_base, run_module
from pepites.bench.pages import Page, measure, told

PERSONS, STAFF = 2_000, 200
REFERENCE = 5_000
GROWS_FROM = 500  # with fewer, the pages are empty
TIMES = int(os.environ.get("PEPITES_BENCH_TIMES", "60"))
PAGES = (
    Page("file_active", "Liste de 50 personnes, pour repère", "/file-active/", None, None, 12),
    Page("day", "Jour", "/agenda/?vue=jour&le={wednesday}", 10, 1.3, 14),
    Page("week", "Semaine", "/agenda/?vue=semaine&le={monday}", 10, 1.3, 14),
    Page("list", "Liste de quinze jours", "/agenda/?vue=liste&le={monday}", 10, 1.3, 14),
    Page("person", "Rendez-vous d'une personne", "/dossiers/{followed}/rendez-vous/", 12, 1.3, 20),
    Page("feed", "Adresse de calendrier", "/agenda/calendrier/{feed}.ics", 10, 1.3, 6),
    Page("team", "Jour d'une équipe", "/agenda/?vue=jour&le={wednesday}&qui=equipe%3A{network}", 10, None, 16),
)


def sizes() -> list[int]:
    """Appointments of each base, from PEPITES_BENCH_SIZES."""
    return [int(size) for size in os.environ.get("PEPITES_BENCH_SIZES", "0,500,5000,50000").split(",")]


def run(tools: Tools, console: Console) -> dict[str, Any]:
    """Measure every page at every size; ``met`` says whether all the targets hold."""
    with alone(tools), ExitStack() as stack:
        fronts = {size: _served(tools, console, size, stack) for size in sizes()}
        results = measure(fronts, PAGES, times=TIMES)
    return told(console, results, PAGES, unit="rendez-vous", reference=REFERENCE, grows_from=GROWS_FROM)


def _served(tools: Tools, console: Console, size: int, stack: ExitStack) -> Measured:
    console.print(f"{size} rendez-vous, {PERSONS} personnes, {STAFF} professionnels : chargement…")
    environment = stack.enter_context(measured_base(tools, PERSONS, STAFF, name=f"agenda_{size}"))
    more = json.loads(run_module("pepites.bench.prepare_agenda", [str(size)], environment))
    environment["PEPITES_BENCH_FACTS"] = json.dumps(json.loads(environment["PEPITES_BENCH_FACTS"]) | more)
    folder = stack.enter_context(tempfile.TemporaryDirectory())
    return stack.enter_context(front(tools, environment, Path(folder) / "front.log"))
