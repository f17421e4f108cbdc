"""Files of imports on disk, under ``PEPITES_VAR/imports``: closed to others, seven days at most."""

import csv
import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Final, TextIO
from uuid import UUID

from django.conf import settings

from pepites.coordination.importing.errors import ImportFileError
from pepites.coordination.importing.lines import LineResult
from pepites.coordination.importing.reader import MAX_BYTES
from pepites.coordination.importing.report import COLUMNS, read_lines, write_header, write_lines

KEPT_SECONDS: Final = 7 * 24 * 3600


def root() -> Path:
    """Folder of the imports, made at need."""
    folder = Path(settings.PEPITES_VAR) / "imports"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def source_path(public_id: UUID) -> Path:
    """Where the file of an import lies."""
    return root() / f"{public_id}.source"


def report_path(public_id: UUID) -> Path:
    """Where its report lies."""
    return root() / f"{public_id}.csv"


def _persons_path(public_id: UUID) -> Path:
    return root() / f"{public_id}.lignes"


def keep_source(public_id: UUID, chunks: Iterable[bytes]) -> Path:
    """Write an uploaded file, readable by the house alone. Raises ``ImportFileError`` beyond 50 MB."""
    path = source_path(public_id)
    size = 0
    with open(path, "wb", opener=_closed_to_others) as target:
        for chunk in chunks:
            size += len(chunk)
            if size > MAX_BYTES:
                path.unlink()
                raise ImportFileError("Le fichier dépasse 50 Mo : découpez-le en plusieurs fichiers.")
            target.write(chunk)
        target.flush()
        os.fsync(target.fileno())
    return path


def start_report(public_id: UUID, after_line: int) -> dict[int, int]:
    """Open the report, or take it up again after that line; gives the persons already placed: id → line."""
    report, persons = report_path(public_id), _persons_path(public_id)
    kept = [row for row in read_lines(report) if int(row["line"]) <= after_line] if report.exists() else []
    with _text(report) as target:
        write_header(target)
        csv.DictWriter(target, COLUMNS).writerows(kept)
    claimed: dict[int, int] = {}
    if persons.exists():
        for text in persons.read_text("ascii").split():
            line, _, patient = text.partition(":")
            if int(line) <= after_line and patient.isdigit():
                claimed.setdefault(int(patient), int(line))
    with _text(persons) as target:
        target.writelines(f"{line}:{patient}\n" for patient, line in claimed.items())
    return claimed


def add_to_report(public_id: UUID, results: Iterable[LineResult]) -> None:
    """Add a batch, just before it is committed: what a cut leaves too many, ``start_report`` takes away."""
    batch = list(results)
    with report_path(public_id).open("a", encoding="utf-8", newline="") as target:
        write_lines(target, batch)
    with _persons_path(public_id).open("a", encoding="ascii") as target:
        target.writelines(f"{one.line}:{one.patient_id}\n" for one in batch if one.patient_id)


def forget_source(public_id: UUID) -> None:
    """Remove the file once imported, with what served to take it up again; the report stays its seven days."""
    for path in (source_path(public_id), _persons_path(public_id)):
        path.unlink(missing_ok=True)


def remove_old(older_than: float = KEPT_SECONDS) -> int:
    """Remove what is older than seven days; returns how many files."""
    limit = time.time() - older_than
    old = [path for path in root().iterdir() if path.stat().st_mtime < limit]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _closed_to_others(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _text(path: Path) -> TextIO:
    return open(path, "w", encoding="utf-8", newline="", opener=_closed_to_others)
