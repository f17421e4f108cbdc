"""The figures as a file for a spreadsheet: what the screen shows, small cells hidden, no person in it."""

import csv
import io
from typing import Final

import odfdo
import xlsxwriter

from pepites.common.text import plain_cell
from pepites.coordination.figures.board import HIDDEN, Board, Reading, Shown, number, said

Cell = str | float
HEADER: Final = (
    "Indicateur",
    "Détail",
    "Période",
    "Valeur",
    "Unité",
    "Période d'avant",
    "Objectif",
    "Comment c'est compté",
)
SHEET: Final = "Indicateurs"


def rows_of(board: Board) -> list[list[Cell]]:
    """A line for each figure, for each of its parts, for each of its last months."""
    rows: list[list[Cell]] = [list(HEADER)]
    for shown in board.figures:
        label = shown.label
        target: Cell = "" if shown.target is None else float(shown.target)
        now, before = _value(shown, shown.now), _value(shown, shown.before)
        rows.append([label, "", board.period.label, now, shown.unit, before, target, shown.figure.how])
        if shown.now.quartiles:
            for words, quartile in zip(("Premier quartile", "Troisième quartile"), shown.now.quartiles, strict=True):
                rows.append([label, words, board.period.label, quartile, shown.unit, "", "", ""])
        for (_, n), (words, text) in zip(shown.now.parts, shown.lines, strict=True):
            rows.append([label, words, board.period.label, text if n is None else float(n), "", "", "", ""])
        if shown.now.withheld:
            rows.append([label, "Détail", board.period.label, HIDDEN, "", "", "", board.withheld])
        if shown.figure.plotted:
            for month, read in shown.series:
                rows.append([label, "", month.label, _value(shown, read), shown.unit, "", "", ""])
    return [[plain_cell(cell) if isinstance(cell, str) else round(cell, 1) for cell in row] for row in rows]


def _value(shown: Shown, read: Reading) -> Cell:
    """A number, or why there is none."""
    return said(shown.figure, read) if read.value is None else read.value


def as_csv(rows: list[list[Cell]]) -> bytes:
    """Semicolons, decimal commas and a byte order mark: what a French spreadsheet opens at once."""
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows(
        [number(cell) if isinstance(cell, float) else cell for cell in row] for row in rows
    )
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(rows: list[list[Cell]]) -> bytes:
    """A workbook of one sheet; texts are written as texts, never read as formulas nor addresses."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet, bold = book.add_worksheet(SHEET), book.add_format({"bold": True})
        sheet.set_column(0, 0, 34)
        sheet.set_column(1, 2, 26)
        sheet.freeze_panes(1, 0)
        for place, row in enumerate(rows):
            sheet.write_row(place, 0, row, bold if place == 0 else None)
    return made.getvalue()


def as_ods(rows: list[list[Cell]]) -> bytes:
    """The same for LibreOffice."""
    document = odfdo.Document("ods")
    document.body.clear()
    table = odfdo.Table(SHEET)
    for row in rows:
        line = odfdo.Row()
        line.set_values(row)
        table.append_row(line)
    document.body.append(table)
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()


FORMATS: Final = {
    "csv": (as_csv, "text/csv; charset=utf-8"),
    "xlsx": (as_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "ods": (as_ods, "application/vnd.oasis.opendocument.spreadsheet"),
}
