"""Turns the lines of an extraction into rows of the staging table, as COPY text, in constant memory.

A person, a structure, a word or a label is written with the first line that shows it only: sets of bounded size
remember what was written; when one is full it is emptied, and PostgreSQL drops the repetitions. Keys and digests are
computed by the staging table itself.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from operator import itemgetter
from typing import Final, NamedTuple

from pepites.common.text import sort_key
from pepites.directory.national.columns import SEPARATOR, FileKind, Header
from pepites.directory.national.reading import UNREADABLE
from pepites.directory.national.text import term, words_of

REMEMBERED: Final = 450_000
MAX_LABELS: Final = 20_000
MAX_TOLD: Final = 10
BATCH: Final = 128  # rows, about 30 kB: psycopg keeps up to 1,024 of them when the base is slower than the reading
NULL: Final = "\\N"
_IDENTIFIER = re.compile(r"[0-9A-Za-z][0-9A-Za-z/._-]{3,49}")
_GUIANA_DEPARTMENTS: Final = ("973", "9C")

PERSON_COLUMNS: Final = ("national_id", "id_type", "title", "civility", "family_name", "given_name")
STRUCTURE_COLUMNS: Final = (
    "technical_id", "finess_site", "finess_legal", "siret", "former_id", "name", "sign", "mention", "postcode",
    "commune_code", "town", "phone", "sector_code",
)  # fmt: skip
_STREET: Final = ("street_number", "street_repeat", "street_type", "street")
CODED: Final[dict[FileKind, tuple[str, ...]]] = {
    FileKind.ACTIVITY: ("profession", "category", "skill_type", "skill", "mode", "function", "genre", "section"),
    FileKind.SKILL: ("profession", "category", "skill_type", "skill"),
    FileKind.DIPLOMA: ("diploma_type", "diploma", "permit_type", "permit"),
}
SPOKEN: Final = ("profession", "skill", "function")  # what people search by


class BadLine(NamedTuple):
    """A line that was not understood; its number counts the header as 1."""

    number: int
    reason: str


class Rejected(ValueError):
    """What is wrong with a line."""


class Bounded:
    """A set that forgets everything once full."""

    def __init__(self, size: int) -> None:
        self._size, self._held = size, set[int]()

    def first(self, key: int) -> bool:
        """Whether the key is met for the first time since the set was last emptied."""
        if key in self._held:
            return False
        if len(self._held) >= self._size:
            self._held.clear()
        self._held.add(key)
        return True


class Codes:
    """The coded columns of a line: their text for COPY and their words; notes what each code means on the way.

    A file has a few thousand combinations. Of two labels of a code the first in order wins.
    """

    def __init__(self, header: Header, kind: FileKind, terms: Callable[[str], str]) -> None:
        self._kinds = CODED[kind]
        self._labelled = (*self._kinds, "sector") if kind is FileKind.ACTIVITY else self._kinds
        ends = [f"{one}_{end}" for one in self._labelled for end in ("code", "label")]
        self.values = itemgetter(*header.ranks(*ends))
        self._terms = terms
        self._known: dict[tuple[str, ...], tuple[str, str]] = {}
        self.labels: dict[tuple[str, str], str] = {}

    def __call__(self, fields: list[str]) -> tuple[str, str]:
        values = self.values(fields)
        return self._known.get(values) or self._new(values)

    def _new(self, values: tuple[str, ...]) -> tuple[str, str]:
        if len(self._known) >= MAX_LABELS:
            self._known.clear()
        codes, words = [], []
        for kind, code, label in zip(self._labelled, values[::2], values[1::2], strict=True):
            if code and label and len(self.labels) < MAX_LABELS:
                self.labels[kind, code] = min(label, self.labels.get((kind, code), label))
            if kind in self._kinds:
                codes.append(code)
            if kind in SPOKEN:
                words.append(self._terms(label))
        found = self._known[values] = (SEPARATOR.join(codes), ",".join(filter(None, words)))
        return found


class ActivityRows:
    """Rows of Personne_activite. ``local``: national identifiers kept whatever the scope."""

    columns: Final = (
        "national_id", "place", *(f"{one}_code" for one in CODED[FileKind.ACTIVITY]), "terms",
        *PERSON_COLUMNS[1:], "sort_key", *STRUCTURE_COLUMNS, "address", "words", "word_terms",
    )  # fmt: skip

    def __init__(self, header: Header, *, guiana: bool, local: frozenset[str]) -> None:
        self.codes = Codes(header, FileKind.ACTIVITY, lambda text: self._analysed(text)[1] if text else "")
        self._person = itemgetter(*header.ranks(*PERSON_COLUMNS))
        self._structure = itemgetter(*header.ranks(*STRUCTURE_COLUMNS, *_STREET))
        self._where = itemgetter(*header.ranks("commune_code", "department_code"))
        self._guiana, self._local = guiana, local
        self._persons, self._vocabulary = Bounded(50_000), Bounded(REMEMBERED)
        self._structures: dict[int, str] = {}
        self._held: tuple[str, ...] = ()
        self._held_terms = ""
        self._words: list[str] = []
        self._analysed = lru_cache(100_000)(self._analyse)

    _no_person: Final = SEPARATOR.join([NULL] * len(PERSON_COLUMNS))
    _no_structure: Final = SEPARATOR.join([NULL] * (len(STRUCTURE_COLUMNS) + 1))

    def row(self, fields: list[str]) -> str:
        """The row of a line, empty when it is out of scope. Raises Rejected."""
        person = self._person(fields)
        if self._guiana and person[0] not in self._local and not _in_guiana(*self._where(fields)):
            return ""
        person_part = self._no_person if person == self._held else self._new_person(person)
        codes, said = self.codes(fields)
        values = self._structure(fields)
        placed, structure_part = self._structures.get(hash(values)), self._no_structure
        if placed is None:
            placed, structure_part = self._new_structure(values)
        place = values[0] or self._unnumbered(values)
        terms = f"{self._held_terms},{said},{placed}".strip(",").replace(",,", ",")
        new = self._new_words() if self._words else "\\N|\\N"
        return f"{person[0]}|{place}|{codes}|{{{terms}}}|{person_part}|{structure_part}|{new}\n"

    def _new_person(self, person: tuple[str, ...]) -> str:
        """Hold the person of the lines to come; its columns, unless they were written already."""
        if not _IDENTIFIER.fullmatch(person[0]):
            raise Rejected("identification nationale absente ou mal formée")
        (family, one), (given, two) = self._analysed(person[4]), self._analysed(person[5])
        self._held_terms = f"{one},{two}"
        self._held = person
        if not self._persons.first(hash(person)):
            return self._no_person
        return f"{SEPARATOR.join(person[1:])}|{family} {given}"

    def _new_structure(self, values: tuple[str, ...]) -> tuple[str, str]:
        """Terms and columns of a structure, written once."""
        if not values[0] and self._unnumbered(values) == NULL:
            return "", self._no_structure
        own = values[: len(STRUCTURE_COLUMNS)]
        terms = ",".join(found for one in (own[5], own[6], own[10]) if one and (found := self._analysed(one)[1]))
        if len(self._structures) >= REMEMBERED:
            self._structures.clear()
        self._structures[hash(values)] = terms
        return terms, f"{SEPARATOR.join(own)}|{_street(values)}"

    @staticmethod
    def _unnumbered(values: tuple[str, ...]) -> str:
        """Key of a structure without identifier: its columns; without name nor town, it is none."""
        if not (values[5] or values[6] or values[10]):
            return NULL
        return " ".join((*values[: len(STRUCTURE_COLUMNS)], _street(values)))

    def _analyse(self, text: str) -> tuple[str, str]:
        """Sort key and terms of a text; remembered, so that what comes back costs a look-up."""
        found, key = [], sort_key(text)
        for word in words_of(key):
            number = term(word)
            found.append(str(number))
            if self._vocabulary.first(number):
                self._words.append(word)
        return key, ",".join(found)

    def _new_words(self) -> str:
        words, self._words = self._words, []
        return f"{' '.join(words)}|{{{','.join(str(term(word)) for word in words)}}}"


class CodedRows:
    """Rows of SavoirFaire and Dipl_AutExerc: a person and codes; the base keeps those of the persons it has."""

    def __init__(self, header: Header, kind: FileKind) -> None:
        self.columns = ("national_id", *(f"{one}_code" for one in CODED[kind]))
        self.codes = Codes(header, kind, lambda _: "")
        self._national_id = itemgetter(*header.ranks("national_id", "number"))

    def row(self, fields: list[str]) -> str:
        """The row of a line. Raises Rejected."""
        national_id, _ = self._national_id(fields)
        if not _IDENTIFIER.fullmatch(national_id):
            raise Rejected("identification nationale absente ou mal formée")
        return f"{national_id}|{self.codes(fields)[0]}\n"


class Parser:
    """All the rows of one file, by batches of COPY text; counts what it read, kept and could not understand."""

    def __init__(self, kind: FileKind, header: Header, *, guiana: bool, local: frozenset[str]) -> None:
        self.rows = self.read = self.bad_count = 0
        self.bad: list[BadLine] = []
        self._width = header.width
        self._maker: ActivityRows | CodedRows
        if kind is FileKind.ACTIVITY:
            self._maker = ActivityRows(header, guiana=guiana, local=local)
        else:
            self._maker = CodedRows(header, kind)

    @property
    def columns(self) -> tuple[str, ...]:
        return self._maker.columns

    @property
    def labels(self) -> dict[tuple[str, str], str]:
        return self._maker.codes.labels

    def batches(self, blocks: Iterable[list[str]]) -> Iterator[str]:
        """COPY text of the lines after the header, a block at a time."""
        make, number = self._maker.row, 1
        for lines in blocks:
            rows = []
            for number, line in enumerate(lines, start=number + 1):  # noqa: B020 - goes on from one block to the next
                if not line:
                    continue
                self.read += 1
                try:
                    row = make(self._split(line))
                except Rejected as error:
                    self._reject(number, str(error))
                    continue
                if row:
                    rows.append(row)
            self.rows += len(rows)
            for start in range(0, len(rows), BATCH):
                yield "".join(rows[start : start + BATCH])

    def _split(self, line: str) -> list[str]:
        """Fields of a line, one empty field after the last named one. Raises Rejected."""
        fields = line.split(SEPARATOR)
        if len(fields) == self._width + 1 and not fields[-1]:
            return fields
        if line == UNREADABLE:
            raise Rejected("ce n'est pas de l'UTF-8")
        if len(fields) != self._width:
            raise Rejected(f"{len(fields)} champs au lieu de {self._width}")
        return [*fields, ""]

    def _reject(self, number: int, reason: str) -> None:
        self.bad_count += 1
        if len(self.bad) < MAX_TOLD:
            self.bad.append(BadLine(number, reason))


def _street(values: tuple[str, ...]) -> str:
    return " ".join(" ".join(values[len(STRUCTURE_COLUMNS) :]).split())


def _in_guiana(commune: str, department: str) -> bool:
    return commune.startswith("973") or department in _GUIANA_DEPARTMENTS
