"""The report of a takeover: CSV, UTF-8, only the lines left aside, to be corrected and sent again."""

import csv
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final
from uuid import UUID

from pepites.common.text import plain_cell
from pepites.coordination.importing import storage
from pepites.coordination.takeover.enums import OUT
from pepites.coordination.takeover.service import Result

COLUMNS: Final = ("fichier", "ligne", "issue", "raison")


def report_path(public_id: UUID) -> Path:
    """Where the report of a run lies, swept with those of the imports."""
    return storage.report_path(public_id)


def start(path: Path) -> None:
    """An empty report, readable by the house alone."""
    with open(path, "w", encoding="utf-8", newline="", opener=_closed_to_others) as target:
        csv.writer(target).writerow(COLUMNS)


def add(path: Path, results: Iterable[Result]) -> None:
    """The lines left aside of a batch; nothing in them can be taken for a formula by a spreadsheet."""
    with path.open("a", encoding="utf-8", newline="") as target:
        writer = csv.writer(target)
        for one in results:
            if one.outcome in OUT:
                writer.writerow((f"{one.table}.csv", one.line, str(one.outcome), plain_cell(one.message)))


def lines(path: Path) -> Iterator[dict[str, str]]:
    """The lines of a report."""
    with path.open(encoding="utf-8", newline="") as source:
        yield from csv.DictReader(source)


def _closed_to_others(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
