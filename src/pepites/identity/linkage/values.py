"""The values of a file as structures write them, put in the one form that records have: dates, sex, places."""

import functools
from collections.abc import Callable
from typing import Final

import pyarrow as pa

from pepites.common.clock import today
from pepites.common.text import words
from pepites.identity.dates import DateError, parse_birth_date
from pepites.identity.linkage.base import Base
from pepites.identity.matching.standard import PLACEHOLDERS, read_date
from pepites.identity.normalisation import is_place_code
from pepites.identity.sexes import read_sex
from pepites.terminology.cog import cog_table


def date(text: str) -> str:
    """An ISO date, also from « 12/03/1987 », « mars 1987 » or « 1987 » (table §1.4); empty when unreadable."""
    if found := read_date(text):
        return found.isoformat()
    try:
        return parse_birth_date(text, today()).stored.isoformat()
    except DateError:
        return ""


def sex(text: str) -> str:
    """M or F; what says neither is kept, and counts for nothing."""
    found = read_sex(text)
    return found if found != "I" else text


@functools.lru_cache(maxsize=50_000)
def place(text: str) -> str:
    """The code of the commune or country; the words themselves when no one place is meant; empty when unknown."""
    code = text.upper()
    if (plain := words(text)) in PLACEHOLDERS:
        return ""
    if is_place_code(code):
        return code
    found = cog_table().one(text) if any(letter.isalpha() for letter in text) else None
    return found.code if found else plain


FORMS: Final[tuple[tuple[str, Callable[[str], str]], ...]] = (
    ("birth_date", date), ("sex", sex), ("birth_place", place), ("commune", place),
)  # fmt: skip


def standardise(base: Base) -> None:
    """Rewrite the columns of ``rows`` that need it; each value is read once."""
    for name, form in FORMS:
        found = base.rows(f"SELECT DISTINCT {name} FROM rows WHERE {name} <> ''")
        changed = [(text, kept) for (text,) in found if (kept := form(text)) != text]
        if changed:
            columns = zip(*changed, strict=True)
            base.connection.register("values_read", pa.table(list(map(pa.array, columns)), names=["written", "kept"]))
            base.run(f"UPDATE rows SET {name} = v.kept FROM values_read v WHERE v.written = rows.{name}")
            base.connection.unregister("values_read")
