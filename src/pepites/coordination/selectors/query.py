"""What a person may type in the one search box of the *file active* (interface §8)."""

import re
from dataclasses import dataclass
from datetime import date

from pepites.common.identifiers import is_regional_id
from pepites.common.text import words

_DATE = re.compile(r"\b(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})\b|\b(\d{4})-(\d{2})-(\d{2})\b")
_YEAR = re.compile(r"^(1[89]|20)\d\d$")
_PHONE = re.compile(r"^[+\d][\d\s().\-]{6,}$")


@dataclass(frozen=True, slots=True)
class Query:
    """A search, understood: at most one of each, all of them must hold."""

    fragments: tuple[str, ...] = ()
    born_from: date | None = None
    born_to: date | None = None
    regional_id: str = ""
    phone: str = ""

    @property
    def empty(self) -> bool:
        """Nothing that narrows the list."""
        return not (self.fragments or self.born_from or self.regional_id or self.phone)


def parse_query(text: str) -> Query:
    """Name fragments without accent, a birth year or date, a phone, or a regional number."""
    text = text.strip()[:100]
    compact = re.sub(r"[\s\-.]", "", text).upper()
    if is_regional_id(compact):
        return Query(regional_id=compact)
    born, rest = _birth_date(text)
    digits = re.sub(r"\D", "", text)
    if born is None and _PHONE.match(text) and len(digits) >= 8:
        return Query(phone=digits[-8:])
    if born is not None:
        return Query(fragments=_fragments(rest), born_from=born, born_to=born)
    found = words(text).split()
    years = [word for word in found if _YEAR.match(word)]
    if years:
        year = int(years[0])
        others = tuple(word for word in found if word != years[0])
        return Query(fragments=others[:5], born_from=date(year, 1, 1), born_to=date(year, 12, 31))
    return Query(fragments=tuple(found[:5]))


def _fragments(text: str) -> tuple[str, ...]:
    return tuple(words(text).split()[:5])


def _birth_date(text: str) -> tuple[date | None, str]:
    match = _DATE.search(text)
    if match is None:
        return None, text
    day, month, year, iso_year, iso_month, iso_day = match.groups()
    try:
        born = date(int(year or iso_year), int(month or iso_month), int(day or iso_day))
    except ValueError:
        return None, text
    return born, text[: match.start()] + " " + text[match.end() :]
