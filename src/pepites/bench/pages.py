"""Pages measured on several bases at once: as ratios to the bare page of the same run, and how they grow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from rich.console import Console
from rich.table import Table

from pepites.bench.base import Measured
from pepites.bench.client import Client, Step, against_bare, new_key

Results = dict[int, dict[str, dict[str, float]]]
"""By size of the base, then by page."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page to measure: the ratio it must hold at the size of reference, how much it may grow, its queries."""

    key: str
    label: str
    path: str
    ratio: float | None
    growth: float | None
    queries: int
    text: str = ""
    who: str = "coordinator"


def measure(fronts: Mapping[int, Measured], pages: Sequence[Page], *, times: int) -> Results:
    """Every page on each base, all the bases in turn: growth compares what was measured at the same moment."""
    found: Results = {size: {} for size in fronts}
    for page in pages:
        clients = [Client(measured, page.who) for measured in fronts.values()]
        steps = [_step(page, measured) for measured in fronts.values()]
        for size, timed in zip(fronts, against_bare(clients, steps, times=times), strict=True):
            found[size][page.key] = timed.summary()
    return found


def _step(page: Page, measured: Measured) -> Step:
    path = page.path.format(**{key: quote(value, safe="") for key, value in measured.facts.items()})
    return lambda client: client.ask(path, {"texte": page.text, "cle": new_key()} if page.text else None)


def _growth(results: Results, pages: Sequence[Page], *, least: int = 0) -> dict[str, float]:
    """How much longer each page takes on the largest base than on the smallest, from ``least`` up."""
    sizes = [size for size in results if size >= least]
    if len(sizes) < 2:
        return {}
    small, large = results[min(sizes)], results[max(sizes)]
    return {page.key: round(large[page.key]["median_ms"] / small[page.key]["median_ms"], 2) for page in pages}


def _missed(results: Results, pages: Sequence[Page], growth: Mapping[str, float], *, reference: int) -> list[str]:
    """The targets missed, in words."""
    missed = []
    for page in pages:
        values = results.get(reference, {}).get(page.key)
        if values and page.ratio is not None and values["ratio"] > page.ratio:
            missed.append(f"{page.label} : {values['ratio']} × la page nue, cible {page.ratio}")
        if values and values["queries"] > page.queries:
            missed.append(f"{page.label} : {values['queries']} requêtes, cible {page.queries}")
        if page.growth is not None and growth.get(page.key, 0) > page.growth:
            missed.append(f"{page.label} : croît de {growth[page.key]} ×, cible {page.growth}")
    return missed


def told(
    console: Console, results: Results, pages: Sequence[Page], *, unit: str, reference: int, grows_from: int = 0,
    also: Sequence[str] = (),
) -> dict[str, Any]:  # fmt: skip
    """Print every base and what is missed, ``also`` what the measure itself found so; its result, ``met`` when nothing
    is."""
    for size, found in results.items():
        console.print(_table(f"{size} {unit}", found, pages))
    growth = _growth(results, pages, least=grows_from)
    missed = [*_missed(results, pages, growth, reference=reference), *also]
    for line in missed:
        console.print(f"✖ {line}")
    if not missed:
        console.print("✔ toutes les cibles sont tenues")
    return {"results": results, "growth": growth, "missed": missed, "met": not missed}


def _table(title: str, found: Mapping[str, Mapping[str, float]], pages: Sequence[Page]) -> Table:
    """The figures of one base."""
    table = Table(title=title)
    for column in ("page", "médiane ms", "p95 ms", "page nue ms", "× page nue", "requêtes SQL", "octets"):
        table.add_column(column)
    for page in pages:
        values = found[page.key]
        table.add_row(
            page.label,
            *(str(values[key]) for key in ("median_ms", "p95_ms", "bare_ms", "ratio", "queries", "bytes")),
        )
    return table
