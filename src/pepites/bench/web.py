"""``pepites bench web``: list, file, search and post, as ratios to a bare one-query page, and how they grow."""

import os
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from rich.console import Console
from rich.table import Table

from pepites.bench.base import Measured, Tools, alone, front, measured_base
from pepites.bench.client import Client, Step, against_bare, new_key

STAFF = 2_000
REFERENCE = 20_000
TIMES = int(os.environ.get("PEPITES_BENCH_TIMES", "120"))


@dataclass(frozen=True, slots=True)
class Page:
    """One page to measure: the ratio it must hold at 20,000 persons, and how much it may grow from 2,000 to 200,000."""

    key: str
    label: str
    path: str
    ratio: float
    growth: float
    queries: int
    text: str = ""
    who: str = "coordinator"


_TEXT = "Passage fait, tout va bien."
PAGES = (
    Page("list", "Liste de 50", "/file-active/", 10, 1.3, 12),
    Page("file", "Dossier", "/dossiers/{patient}/", 12, 1.3, 20),
    Page("search_birth", "Recherche, date de naissance", "/file-active/?q={birth}", 10, 1.3, 12),
    Page("search_name", "Recherche, nom seul", "/file-active/?q={name}", 10, 4, 12),
    Page("post", "Poster un message", "/discussions/{conversation}/envoyer/", 4, 1.3, 20, text=_TEXT),
    Page(
        "post_view", "… avec une mention", "/discussions/{conversation}/envoyer/", 6, 1.3, 20, text=f"{_TEXT} @cercle"
    ),
    Page("list_nurse", "Liste d'une infirmière", "/file-active/", 10, 1.3, 12, who="nurse"),
)


def sizes() -> list[int]:
    """Sizes measured, from PEPITES_BENCH_SIZES."""
    return [int(size) for size in os.environ.get("PEPITES_BENCH_SIZES", "2000,20000,200000").split(",")]


def run(tools: Tools, console: Console) -> dict[str, Any]:
    """Measure every page at every size; ``met`` says whether all the targets hold."""
    with alone(tools), ExitStack() as stack:
        fronts = {persons: _served(tools, console, persons, stack) for persons in sizes()}
        results = measure(fronts)
    for persons, found in results.items():
        console.print(_table(persons, found))
    missed = _missed(results)
    for line in missed:
        console.print(f"✖ {line}")
    if not missed:
        console.print("✔ toutes les cibles sont tenues")
    return {"results": results, "growth": _growth(results), "missed": missed, "met": not missed}


def _served(tools: Tools, console: Console, persons: int, stack: ExitStack) -> Measured:
    console.print(f"{persons} personnes, {STAFF} professionnels : chargement…")
    environment = stack.enter_context(measured_base(tools, persons, STAFF))
    folder = stack.enter_context(tempfile.TemporaryDirectory())
    return stack.enter_context(front(tools, environment, Path(folder) / "front.log"))


def measure(fronts: dict[int, Measured]) -> dict[int, dict[str, dict[str, float]]]:
    """Every page on each base, all the bases in turn: growth compares what was measured at the same moment."""
    found: dict[int, dict[str, dict[str, float]]] = {persons: {} for persons in fronts}
    for page in PAGES:
        clients = [Client(measured, page.who) for measured in fronts.values()]
        steps = [_step(page, measured) for measured in fronts.values()]
        for persons, timed in zip(fronts, against_bare(clients, steps, times=TIMES), strict=True):
            found[persons][page.key] = timed.summary()
    return found


def _step(page: Page, measured: Measured) -> Step:
    path = page.path.format(**{key: quote(value, safe="") for key, value in measured.facts.items()})
    return lambda client: client.ask(path, {"texte": page.text, "cle": new_key()} if page.text else None)


def _growth(results: dict[int, dict[str, dict[str, float]]]) -> dict[str, float]:
    """How much longer each page takes on the largest base than on the smallest, measured in the same turns."""
    if len(results) < 2:
        return {}
    small, large = results[min(results)], results[max(results)]
    return {page.key: round(large[page.key]["median_ms"] / small[page.key]["median_ms"], 2) for page in PAGES}


def _missed(results: dict[int, dict[str, dict[str, float]]]) -> list[str]:
    missed = []
    reference = results.get(REFERENCE, {})
    for page in PAGES:
        values = reference.get(page.key)
        if values and values["ratio"] > page.ratio:
            missed.append(f"{page.label} : {values['ratio']} × la page nue, cible {page.ratio}")
        if values and values["queries"] > page.queries:
            missed.append(f"{page.label} : {values['queries']} requêtes, cible {page.queries}")
    for key, growth in _growth(results).items():
        page = next(one for one in PAGES if one.key == key)
        if growth > page.growth:
            missed.append(f"{page.label} : croît de {growth} ×, cible {page.growth}")
    return missed


def _table(persons: int, found: dict[str, dict[str, float]]) -> Table:
    table = Table(title=f"{persons} personnes")
    for column in ("page", "médiane ms", "p95 ms", "page nue ms", "× page nue", "requêtes SQL", "octets"):
        table.add_column(column)
    for page in PAGES:
        values = found[page.key]
        table.add_row(
            page.label,
            *(str(values[key]) for key in ("median_ms", "p95_ms", "bare_ms", "ratio", "queries", "bytes")),
        )
    return table
