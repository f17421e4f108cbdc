"""Birth places by code or by name: official geographic code (COG) of communes and countries, INS-16 to INS-21."""

import datetime as dt
import functools
import gzip
import json
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pepites.common.text import word_set, words
from pepites.terminology.cog_facts import (
    COUNTRIES,
    GUIANA,
    GUIANA_POSTAL_CODES,
    LARGE_TOWNS,
    OVERSEAS,
)
from pepites.terminology.countries import OTHER_COUNTRIES

DATA_FILE: Final = Path(__file__).parent / "data" / "communes.json.gz"
UNKNOWN: Final = "99999"
_UNKNOWN_FRENCH = frozenset({"99999", "99100"})
_COMMON_COUNTRIES = 10
_CODE = re.compile(r"(?:\d{2}|2[AB])\d{3}", re.ASCII)
_ABBREVIATIONS: Final = {"ST": "SAINT", "STE": "SAINTE", "STS": "SAINTS", "REP": "REPUBLIQUE"}
_SMALL_WORDS: Final = word_set(
    "L LE LA LES DE DU DES D EN AU AUX SUR SOUS A ET COMMUNE VILLE BOURG GUYANE FRANCAISE FRANCE "
    "HAITI BRESIL BRASIL SURINAM SURINAME GF"
)
_IN_BRACKETS = re.compile(r"\([^)]*\)?|\b\d[\dAB]?\d{0,3}(?:ER?|[EÈ]ME|e|er|[eè]me)?\b")


@dataclass(frozen=True, slots=True)
class Place:
    """A commune or a country: 5-character code, French label, department (empty abroad), validity."""

    code: str
    name: str
    department: str = ""
    start: dt.date | None = None
    end: dt.date | None = None
    current_code: str = ""

    @property
    def is_country(self) -> bool:
        return self.code.startswith("99")

    def valid_on(self, day: dt.date) -> bool:
        """Whether the code existed that day (INS-17: the code is that of the place at birth)."""
        return (self.start is None or self.start <= day) and (self.end is None or day < self.end)


def is_country_code(text: str) -> bool:
    """Whether the text has the shape of a foreign country's code (INS-20); France's own and « unknown » are none."""
    return re.fullmatch(r"99\d{3}", text, re.ASCII) is not None and text not in _UNKNOWN_FRENCH


def label_key(label: str) -> str:
    """Comparison key of a place name: no accent, no case, `St` read as Saint."""
    return " ".join(_ABBREVIATIONS.get(word, word) for word in words(label).split())


def _loose_key(label: str) -> str:
    """Key without brackets, digits and small words: `CAYENNE (973)`, `Le Lamentin`, `Port-au-Prince, Haïti`."""
    return _without_small_words(label_key(_IN_BRACKETS.sub(" ", label)))


def _without_small_words(key: str) -> str:
    return " ".join(word for word in key.split() if word not in _SMALL_WORDS)


class CogTable:
    """Look-up of birth places. Built once; read only."""

    def __init__(self, rows: Iterable[tuple[str, str, str, str | None, str | None, str | None]] = ()) -> None:
        """`rows`: code, name, department, start, end (ISO dates or None), current code when it changed."""
        self._by_code: dict[str, list[Place]] = defaultdict(list)
        self._by_label: dict[str, list[Place]] = defaultdict(list)
        self._by_loose: dict[str, list[Place]] = defaultdict(list)
        for code, name, department, start, end, current in rows:
            self._add(
                Place(code, name, department, _day(start), _day(end), current or ""),
            )
        self.complete = bool(self._by_code)
        for facts in (GUIANA, OVERSEAS, LARGE_TOWNS, COUNTRIES, OTHER_COUNTRIES):
            for code, names in facts.items():
                self._add_fact(code, names)
        self._first = [self._by_code[code][0] for code in (*GUIANA, *list(COUNTRIES)[:_COMMON_COUNTRIES])]

    def _add_fact(self, code: str, names: tuple[str, ...]) -> None:
        department = "" if code.startswith("99") else code[: 3 if code.startswith(("97", "98")) else 2]
        known = [p for p in self._by_code.get(code, []) if p.end is None]
        place = known[0] if known else Place(code, names[0], department)
        if not known:
            self._by_code[code].insert(0, place)
        for name in names:
            self._index(place, name, first=True)

    def _add(self, place: Place) -> None:
        self._by_code[place.code].append(place)
        self._index(place, place.name, first=False)

    def _index(self, place: Place, name: str, *, first: bool) -> None:
        label = label_key(name)
        plain = "(" not in name and not any(c.isdigit() for c in name)
        loose = _without_small_words(label) if plain else _loose_key(name)
        for index, key in ((self._by_label, label), (self._by_loose, loose)):
            if key and place not in index[key]:
                index[key].insert(0, place) if first else index[key].append(place)

    def get(self, code: str, on: dt.date | None = None) -> Place | None:
        """The place of an exact code, preferring the version in force on that day."""
        places = self._by_code.get(code.upper(), [])
        if on is not None:
            places = [p for p in places if p.valid_on(on)] or places
        return min(places, key=lambda p: p.end is not None) if places else None

    def find(self, text: str) -> list[Place]:
        """Places meant by a typed or imported text, best first; several when the name is ambiguous.

        A five-character code is a COG code, never a postal code: `97310` is Roura (INS-18). Names match
        whatever the accents, the case and the `St`/`Saint` spelling; former names are found too (INS-17).
        """
        code = text.strip().upper()
        if _CODE.fullmatch(code):
            place = self.get(code) if code not in _UNKNOWN_FRENCH else None
            return [place] if place else []
        found = self._by_label.get(label_key(text)) or self._by_loose.get(_loose_key(text), [])
        if not found and (parts := re.split(r"[,;/]| - |\(", text)) and len(parts) > 1:
            found = next((places for part in parts if part.strip() and (places := self.find(part))), [])
        return sorted(found, key=lambda p: (not p.code.startswith("973"), not p.is_country, p.end is not None))

    def one(self, text: str) -> Place | None:
        """The only place meant by the text; None when unknown or ambiguous. Guiana's communes win ties."""
        found = self.find(text)
        codes = {p.current_code or p.code for p in found}
        if len(codes) <= 1 or found[0].code.startswith("973") or found[0].code in COUNTRIES:
            return found[0] if found else None
        current = [p for p in found if p.end is None]
        return current[0] if len(current) == 1 else None

    def postal_trap(self, code: str) -> Place | None:
        """The commune that a Guiana postal code serves, when that code is no COG code: for a warning only."""
        target = GUIANA_POSTAL_CODES.get(code)
        return self.get(target) if target and code not in self._by_code else None

    def suggest(self, query: str, limit: int = 10) -> list[Place]:
        """Places for an autocomplete field: Guiana, the commonest countries, the others, then communes (INS-21)."""
        key = label_key(query)
        if not key:
            return self._first[:limit]
        chosen: dict[str, Place] = {p.code: p for p in self.find(query)}
        ranked: list[tuple[bool, bool, int, str, Place]] = []
        priority = {p.code: rank for rank, p in enumerate(self._first)}
        for label, places in self._by_label.items():
            if label.startswith(key) or f" {key}" in label:
                ranked.extend(
                    (not label.startswith(key), p.end is not None, priority.get(p.code, 99), label, p) for p in places
                )
        ranked.sort(key=lambda r: (r[2] == 99, r[2] == 99 and (r[0] or not r[4].is_country), *r[:4]))
        for *_, place in ranked:
            chosen.setdefault(place.code, place)
        if key.replace("A", "").replace("B", "").isdigit():
            chosen |= {c: p[0] for c, p in self._by_code.items() if c.startswith(key)}
        return list(chosen.values())[:limit]


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


@functools.cache
def cog_table() -> CogTable:
    """The table used everywhere: the national file when it was built, the table of facts always."""
    if not DATA_FILE.exists():
        return CogTable()
    with gzip.open(DATA_FILE, "rt", encoding="utf-8") as source:
        return CogTable(json.load(source))
