"""A file made ready to import: which sheet, which header line, which column is what, then its lines."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pepites.common.text import words
from pepites.coordination.importing.errors import ImportFileError, MappingError
from pepites.coordination.importing.headers import (
    ColumnMapping,
    apply_override,
    find_header,
    map_headers,
)
from pepites.coordination.importing.reader import Sheet, open_sheets
from pepites.coordination.importing.rows import RowResult, parse_row


@dataclass(frozen=True)
class ImportPlan:
    """What will be read. `other_sheets` also look like lists but are not read; `rows` yields line and result."""

    path: Path
    sheet: Sheet
    mapping: ColumnMapping
    header_line: int
    today: dt.date
    other_sheets: tuple[str, ...] = ()

    @property
    def rows(self) -> Iterator[tuple[int, RowResult]]:
        """Every line below the header, with its number as a spreadsheet shows it; starts anew at each call."""
        for line, cells in self.sheet.rows():
            if line > self.header_line:
                yield line, parse_row(cells, self.mapping, self.today)

    def count_lines(self) -> int:
        """How many lines `rows` will give, for a progress bar."""
        return sum(1 for line, _ in self.sheet.rows() if line > self.header_line)


def parse_file(path: Path, mapping_override: Mapping[str, object] | None, today: dt.date) -> ImportPlan:
    """Open a file and match its columns.

    `mapping_override` corrects the mapping: field → header text, column letter or null; two more keys choose
    the sheet (`"sheet": "Enfants"`) and the header line (`"header_line": 4`, 0 when the file has none).
    Raises `ImportFileError` for the file, `MappingError` when a needed column is not found (both French).
    """
    override = dict(mapping_override or {})
    sheets = _wanted_sheets(open_sheets(path), override.pop("sheet", None))
    header_line = override.pop("header_line", None)
    found = _found_headers(sheets) if header_line is None else [_header_at(sheets[0], header_line)]
    if not found and not override:
        raise MappingError(
            "Aucune ligne de titres n'a été reconnue : la liste doit avoir des colonnes comme « Nom de naissance », "
            "« Prénom », « Date de naissance ». Ajoutez cette ligne en haut de la liste."
        )
    sheet, line, mapping = found[0] if found else _header_at(sheets[0], 0)
    mapping = apply_override(mapping, override)
    if gaps := mapping.missing():
        raise MappingError(
            f"Colonne non trouvée pour {', '.join(gaps)}. Titres lus : {', '.join(filter(None, mapping.headers))}. "
            "Corrigez le titre dans le fichier, ou indiquez la colonne.",
            mapping.headers,
        )
    others = tuple(s.name for s, _, m in found[1:] if not m.missing())
    return ImportPlan(path, sheet, mapping, line, today, others)


def _wanted_sheets(sheets: list[Sheet], name: object) -> list[Sheet]:
    if name is not None:
        sheets = [s for s in sheets if words(s.name) == words(str(name))]
        if not sheets:
            raise ImportFileError(f"La feuille « {name} » n'existe pas dans ce classeur.")
    if not sheets:
        raise ImportFileError("Ce classeur ne contient aucune feuille de données.")
    return sheets


def _found_headers(sheets: list[Sheet]) -> list[tuple[Sheet, int, ColumnMapping]]:
    """Sheets with a header, best first: complete, visible, most columns recognised, in the file's order."""
    found = []
    for sheet in sheets:
        header = find_header(sheet.sample())
        if header is not None:
            found.append((sheet, *header))
    return sorted(found, key=lambda f: (len(f[2].missing()), not f[0].visible, -len(f[2].columns)))


def _header_at(sheet: Sheet, header_line: object) -> tuple[Sheet, int, ColumnMapping]:
    try:
        wanted = int(str(header_line))
    except ValueError:
        raise MappingError("La ligne de titres doit être un nombre : corrigez « header_line ».") from None
    for line, cells in sheet.rows():
        if line == wanted:
            return sheet, line, map_headers(cells)
    return sheet, 0, ColumnMapping({})
