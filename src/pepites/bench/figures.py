"""``pepites bench figures``: the dashboard of one network, its files and its report, and the counting behind it.

Beside the counting, bare ``count(*) … GROUP BY`` by month of the same tables: what reading them once costs at least.
"""

import json
import os
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from pepites.bench.base import Measured, Tools, alone, front, measured_base, run_module
from pepites.bench.pages import Page, Results, measure, told

STAFF = 200
REFERENCE = 20_000
TIMES = int(os.environ.get("PEPITES_BENCH_TIMES", "20"))
PAGE_P95, FILE_P95 = 300.0, 2_000.0  # milliseconds, at the size of reference
_BOARD = "/reseaux/{slug}/tableau-de-bord/"
PAGES = (
    Page("month", "Tableau de bord, ce mois", _BOARD, None, 1.3, 16),
    Page("year", "Tableau de bord, cette année", f"{_BOARD}?periode={{year}}", None, 1.3, 16),
    Page("csv", "Fichier csv", f"{_BOARD}chiffres.csv", None, None, 14),
    Page("xlsx", "Fichier xlsx", f"{_BOARD}chiffres.xlsx", None, None, 14),
    Page("ods", "Fichier ods", f"{_BOARD}chiffres.ods", None, None, 14),
    Page("pdf", "Rapport PDF", f"{_BOARD}rapport.pdf", None, None, 14),
)


def sizes() -> list[int]:
    """Persons of the network of each base, from PEPITES_BENCH_SIZES."""
    return [int(size) for size in os.environ.get("PEPITES_BENCH_SIZES", "2000,20000,200000").split(",")]


def run(tools: Tools, console: Console) -> dict[str, Any]:
    """Count and measure at every size; ``met`` says whether all the targets hold."""
    counting: dict[int, dict[str, float]] = {}
    with alone(tools), ExitStack() as stack:
        fronts = {persons: _served(tools, console, persons, stack, counting) for persons in sizes()}
        results = measure(fronts, PAGES, times=TIMES)
    console.print(_table(counting))
    found = told(console, results, PAGES, unit="personnes dans un réseau", reference=REFERENCE, also=_slow(results))
    return found | {"counting": counting}


def _served(
    tools: Tools, console: Console, persons: int, stack: ExitStack, counting: dict[int, dict[str, float]]
) -> Measured:
    console.print(f"{persons} personnes dans un réseau, cinq ans d'actes : chargement et comptes…")
    environment = stack.enter_context(
        measured_base(tools, persons, STAFF, prepare="pepites.bench.prepare_figures", name=f"chiffres_{persons}")
    )
    counting[persons] = json.loads(run_module("pepites.bench.figures_run", [], environment))
    folder = stack.enter_context(tempfile.TemporaryDirectory())
    return stack.enter_context(front(tools, environment, Path(folder) / "front.log"))


def _slow(results: Results) -> list[str]:
    return [
        f"{page.label} : {values['p95_ms']} ms, cible {target}"
        for page in PAGES
        if (values := results.get(REFERENCE, {}).get(page.key))
        and values["p95_ms"] > (target := PAGE_P95 if page.key in ("month", "year") else FILE_P95)
    ]


def _table(counting: dict[int, dict[str, float]]) -> Table:
    table = Table(title="Compter")
    for column in ("personnes", "comptes nus, s", "un mois, s", "rapport", "tout ce qu'un tableau demande, s", "gardé"):
        table.add_column(column)
    for persons, one in counting.items():
        keys = ("bare_s", "month_s", "ratio", "all_s", "kept")
        table.add_row(str(persons), *(str(one[key]) for key in keys))
    return table
