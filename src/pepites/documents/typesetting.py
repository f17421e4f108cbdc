"""PDF made from plain data by typst: tagged (PDF/UA-1) for the screen and the printer, PDF/A-1b for archives.

The two at once cannot be: PDF/A-1b is PDF 1.4, in which typst cannot tag a footer (ADR 0028). What people wrote goes
in as values, never as markup: the template reads it from ``data``, so that « # », « @ » or a backslash stay text.
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import typst

from pepites.common.errors import DomainError


class PdfStandard(StrEnum):
    """Which standard the file keeps."""

    ACCESSIBLE = "ua-1"
    ARCHIVE = "a-1b"


_CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]|[\u202a-\u202e\u2066-\u2069]"
)
# The letters that the fonts which typst carries can show, then a narrower set should one still be missing.
_SHOWN = re.compile(
    r"[^\t\n -~\xa0-\u024f\u0300-\u036f\u0370-\u03ff\u0400-\u04ff\u05d0-\u05ea\u0621-\u064a\u0660-\u0669\u1e00-\u1eff"
    r"\u2010-\u2027\u2030-\u205e\u20ac\u2190-\u2193\u25a1]"
)
_LATIN = re.compile(r"[^\t\n -~\xa0-\xff\u0152\u0153\u0178\u2010-\u2014\u2018-\u201d\u2022\u2026\u20ac]")
MISSING = "?"


def make_pdf(
    template: Path, data: Mapping[str, Any], *, printed_at: datetime, standard: PdfStandard = PdfStandard.ACCESSIBLE
) -> bytes:
    """The PDF of a typst template (a file of the package) filled with ``data``.

    A character that no font shows becomes « ? » rather than stopping the page. Raises ``DomainError`` when nothing
    can be made of it.
    """
    source = template.read_bytes()
    for unknown in (None, _SHOWN, _LATIN):
        filled = _cleaned(data, unknown)
        try:
            return bytes(
                typst.compile(
                    source,
                    sys_inputs={"data": json.dumps(filled, ensure_ascii=False)},
                    pdf_standards=[standard.value],
                    ignore_system_fonts=True,
                    timestamp=int(printed_at.timestamp()),
                )
            )
        except typst.TypstError as error:
            if "could not be displayed" not in str(error):
                raise
    raise DomainError("Ce document ne peut pas être mis en page : un de ses textes n'est pas lisible.")


def _cleaned(value: Any, unknown: re.Pattern[str] | None) -> Any:
    """The same data, its texts without control characters nor those a font lacks."""
    if isinstance(value, str):
        text = _CONTROL.sub("", value)
        return unknown.sub(MISSING, text) if unknown else text
    if isinstance(value, Mapping):
        return {key: _cleaned(one, unknown) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(one, unknown) for one in value]
    return value
