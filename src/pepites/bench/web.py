"""``pepites bench web``: list, file, search and post, as ratios to a bare one-query page, and how they grow."""

import os
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from rich.console import Console

from pepites.bench.base import Measured, Tools, alone, front, measured_base
from pepites.bench.pages import Page, measure, told

STAFF = 2_000
REFERENCE = 20_000
TIMES = int(os.environ.get("PEPITES_BENCH_TIMES", "120"))
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
        results = measure(fronts, PAGES, times=TIMES)
    return told(console, results, PAGES, unit="personnes", reference=REFERENCE)


def _served(tools: Tools, console: Console, persons: int, stack: ExitStack) -> Measured:
    console.print(f"{persons} personnes, {STAFF} professionnels : chargement…")
    environment = stack.enter_context(measured_base(tools, persons, STAFF))
    folder = stack.enter_context(tempfile.TemporaryDirectory())
    return stack.enter_context(front(tools, environment, Path(folder) / "front.log"))
