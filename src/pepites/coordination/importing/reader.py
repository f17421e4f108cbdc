"""Rows of a spreadsheet or a text file, one at a time, with the line number a spreadsheet shows."""

import csv
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

import python_calamine

from pepites.coordination.importing.encoding import detect_encoding
from pepites.coordination.importing.errors import ImportFileError

MAX_BYTES: Final = 50 * 1024 * 1024
MAX_UNPACKED_BYTES: Final = 1024 * 1024 * 1024
MAX_LINES: Final = 200_000
MAX_COLUMNS: Final = 200
SAMPLE_LINES: Final = 60

Cells = list[object]
Row = tuple[int, Cells]

_SEPARATORS: Final = (";", "\t", ",", "|")
_SEP_LINE = re.compile(r"^\ufeff?\"?sep=(.)\"?\s*$", re.IGNORECASE)
_MOJIBAKE = re.compile("Ã[\u00a9\u00a8\u0080-\u00bfª«‰ˆ´‡Š€¯¢®§¹»¼]|Â[°\u00a0«»]")
_BROKEN: Final = (
    "Ce classeur ne s'ouvre pas : il est protégé ou abîmé. Ouvrez-le dans votre tableur et enregistrez-le à nouveau "
    "en .xlsx."
)
_HTML = re.compile(rb"^\s*(?:<!doctype html|<html|<table|<\?xml[^>]*\?>\s*(?:<\?mso|<workbook))", re.IGNORECASE)


@dataclass(frozen=True)
class Sheet:
    """A sheet of the file: `rows()` reads it again from the start at each call."""

    name: str
    visible: bool
    rows: Callable[[], Iterator[Row]]

    def sample(self) -> list[Row]:
        """The first lines, to find the headers."""
        return list(islice(self.rows(), SAMPLE_LINES))


def open_sheets(path: Path) -> list[Sheet]:
    """The sheets of a file, told by its content rather than its name.

    Raises `ImportFileError` (French) when it is too big, empty, protected or of an unknown kind.
    """
    if not path.is_file():
        raise ImportFileError(f"Le fichier « {path.name} » est introuvable : vérifiez son nom et son dossier.")
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise ImportFileError("Le fichier dépasse 50 Mo : découpez-le en plusieurs fichiers.")
    if size == 0:
        raise ImportFileError("Le fichier est vide : choisissez le fichier qui contient la liste.")
    with path.open("rb") as source:
        head = source.read(2048)
    if head.startswith((b"PK", b"\xd0\xcf\x11\xe0")):
        return _spreadsheet(path, zipped=head.startswith(b"PK"))
    if _HTML.match(head):
        raise ImportFileError(
            "Ce fichier est une page web malgré son nom : ouvrez-le dans votre tableur, puis enregistrez-le "
            "au format Excel (.xlsx) ou OpenDocument (.ods)."
        )
    if head.startswith((b"%PDF", b"{\\rtf", b"\x89PNG", b"\xff\xd8\xff", b"\x1f\x8b")):
        raise ImportFileError("Ce fichier n'est pas un tableau : fournissez un fichier .xlsx, .ods, .xls ou .csv.")
    return [_text_sheet(path)]


def _spreadsheet(path: Path, *, zipped: bool) -> list[Sheet]:
    if zipped:
        _refuse_bomb(path)
    try:
        book = python_calamine.CalamineWorkbook.from_path(str(path))
    except python_calamine.PasswordError as error:
        raise ImportFileError(
            "Ce classeur est protégé par un mot de passe : enregistrez-en une copie sans protection."
        ) from error
    except python_calamine.CalamineError as error:
        raise ImportFileError(_BROKEN) from error
    visible = python_calamine.SheetVisibleEnum.Visible
    return [
        Sheet(meta.name, meta.visible == visible, _sheet_rows(book, meta.name))
        for meta in book.sheets_metadata
        if meta.typ == python_calamine.SheetTypeEnum.WorkSheet
    ]


def _refuse_bomb(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(info.file_size for info in archive.infolist())
    except zipfile.BadZipFile as error:
        raise ImportFileError("Ce classeur est abîmé : enregistrez-le à nouveau, puis réessayez.") from error
    if unpacked > MAX_UNPACKED_BYTES:
        raise ImportFileError("Ce classeur est trop volumineux une fois ouvert : découpez-le.")


def _sheet_rows(book: python_calamine.CalamineWorkbook, name: str) -> Callable[[], Iterator[Row]]:
    def rows() -> Iterator[Row]:
        try:
            sheet = book.get_sheet_by_name(name)
        except python_calamine.CalamineError as error:
            raise ImportFileError(_BROKEN) from error
        if sheet.start is None:
            return
        _check_columns(sheet.total_width)
        _check_lines(sheet.total_height)
        margin: Cells = [""] * sheet.start[1]
        for line, cells in enumerate(sheet.iter_rows(), start=1):
            yield line, margin + list(cells)

    return rows


def _check_lines(count: int) -> None:
    if count > MAX_LINES:
        raise ImportFileError("Le fichier dépasse 200 000 lignes : découpez-le en plusieurs fichiers.")


def _check_columns(count: int) -> None:
    if count > MAX_COLUMNS:
        raise ImportFileError("Le tableau dépasse 200 colonnes : gardez seulement les colonnes utiles.")


def _text_sheet(path: Path) -> Sheet:
    encoding = detect_encoding(str(path))
    separator, skip = _separator(path, encoding)

    def rows() -> Iterator[Row]:
        with path.open(encoding=encoding, errors="replace", newline="") as source:
            if skip:
                source.readline()
            yield from _without_blank_end(_records(_repaired(source), separator))

    return Sheet(path.stem, True, rows)


def _records(lines: Iterable[str], separator: str) -> Iterator[Row]:
    reader = csv.reader(lines, delimiter=separator)
    read, usual = 0, 0
    try:
        for line, record in enumerate(reader, start=1):
            _check_lines(line)
            _check_columns(len(record))
            if reader.line_num > read + 1:
                _check_quotes(line, record, separator, usual)
            read, usual = reader.line_num, max(usual, len(record))
            yield line, list(record)
    except csv.Error as error:
        raise ImportFileError(
            "Le fichier texte est abîmé (guillemet jamais refermé ou caractère nul) : corrigez-le dans votre "
            "tableur, puis enregistrez-le à nouveau."
        ) from error


def _check_quotes(line: int, record: list[str], separator: str, usual: int) -> None:
    """A quote left open swallows the lines below, other persons' ones, into one cell: nothing may be read so."""
    inside = (text for cell in record for text in cell.splitlines()[1:])
    if any(text.count(separator) >= max(usual - 1, 2) for text in inside):
        raise ImportFileError(
            f"Ligne {line} : un guillemet ouvert n'est pas refermé et avale les lignes suivantes. Ôtez-le ou "
            "refermez-le, puis recommencez."
        )


def _without_blank_end(rows: Iterator[Row]) -> Iterator[Row]:
    """Lines with no cell at all are shown by a spreadsheet only when something follows them."""
    waiting: list[Row] = []
    for row in rows:
        if row[1]:
            yield from waiting
            waiting.clear()
            yield row
        else:
            waiting.append(row)


def _repaired(lines: Iterable[str]) -> Iterator[str]:
    """UTF-8 once read as Windows-1252 and saved so (`PrÃ©nom`) is put right; nul characters are dropped."""
    for line in lines:
        text = line.replace("\0", "") if "\0" in line else line
        if _MOJIBAKE.search(text):
            try:
                text = text.encode("cp1252").decode("utf-8")
            except UnicodeError:
                text = line
        yield text


def _separator(path: Path, encoding: str) -> tuple[str, bool]:
    """The separator which gives the most lines the same, largest number of cells; `sep=;` lines rule."""
    with path.open(encoding=encoding, errors="replace", newline="") as source:
        head = list(islice(source, 200))
    if head and (told := _SEP_LINE.match(head[0])):
        return ("\t" if told[1] == "t" else told[1]), True

    def regularity(separator: str) -> tuple[int, int]:
        try:
            widths = [len(r) for r in csv.reader(head, delimiter=separator) if len(r) > 1]
        except csv.Error:
            return 0, 0
        if not widths:
            return 0, 0
        usual = max(set(widths), key=lambda width: (widths.count(width), width))
        return widths.count(usual) * min(usual, 8), usual

    return max(_SEPARATORS, key=regularity), False
