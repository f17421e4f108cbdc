"""The report of an import, line by line: CSV, UTF-8, written as the batches go."""

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, TextIO

from pepites.coordination.importing.lines import LineResult

COLUMNS: Final = ("line", "outcome", "column", "message")
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def write_header(target: TextIO) -> None:
    """The first line of the report."""
    csv.writer(target).writerow(COLUMNS)


def write_lines(target: TextIO, results: Iterable[LineResult]) -> None:
    """Add lines in order; nothing in them can be taken for a formula by a spreadsheet."""
    writer = csv.writer(target)
    for result in results:
        message = f"'{result.message}" if result.message.startswith(_FORMULA) else result.message
        writer.writerow((result.line, str(result.outcome), result.column, message))


def read_lines(path: Path, outcome: str = "") -> Iterator[dict[str, str]]:
    """Lines of a report, of one outcome when given."""
    with path.open(encoding="utf-8", newline="") as source:
        for row in csv.DictReader(source):
            if not outcome or row["outcome"] == outcome:
                yield row
