"""Which column holds what: headers matched by meaning, correctable with `--map`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Final

from rapidfuzz import fuzz
from rapidfuzz.distance import DamerauLevenshtein

from pepites.common.text import words
from pepites.coordination.importing.errors import MappingError
from pepites.coordination.importing.header_words import (
    ANY_NAME,
    FULL_NAME_GIVEN_FIRST,
    LIKE,
    OTHER_PEOPLE,
    SYNONYMS,
    UNWANTED,
)


class Field(StrEnum):
    """What a column may hold."""

    BIRTH_NAME = "birth_name"
    MAIDEN_NAME = "maiden_name"
    ANY_NAME = "any_name"
    USE_NAME = "use_name"
    GIVEN_NAMES = "given_names"
    OTHER_GIVEN_NAMES = "other_given_names"
    FULL_NAME = "full_name"
    BIRTH_DATE = "birth_date"
    BIRTH_DAY = "birth_day"
    BIRTH_MONTH = "birth_month"
    BIRTH_YEAR = "birth_year"
    SEX = "sex"
    CIVILITY = "civility"
    BIRTH_PLACE = "birth_place"
    BIRTH_COUNTRY = "birth_country"
    PHONE = "phone"
    OTHER_PHONE = "other_phone"
    ADDRESS_COMMUNE = "address_commune"
    NOTE = "note"
    CONSENT = "consent"
    OPPOSITION = "opposition"
    LOCAL_ID = "local_id"
    INS = "ins"
    MOTHER_NAME = "mother_name"


LABELS: Final[dict[Field, str]] = {
    Field.BIRTH_NAME: "Nom de naissance",
    Field.MAIDEN_NAME: "Nom de jeune fille",
    Field.ANY_NAME: "Nom",
    Field.USE_NAME: "Nom utilisé",
    Field.GIVEN_NAMES: "Prénoms",
    Field.OTHER_GIVEN_NAMES: "Autres prénoms",
    Field.FULL_NAME: "Nom et prénom",
    Field.BIRTH_DATE: "Date de naissance",
    Field.BIRTH_DAY: "Jour de naissance",
    Field.BIRTH_MONTH: "Mois de naissance",
    Field.BIRTH_YEAR: "Année de naissance",
    Field.SEX: "Sexe",
    Field.CIVILITY: "Civilité",
    Field.BIRTH_PLACE: "Lieu de naissance",
    Field.BIRTH_COUNTRY: "Pays de naissance",
    Field.PHONE: "Téléphone",
    Field.OTHER_PHONE: "Autre téléphone",
    Field.ADDRESS_COMMUNE: "Commune de résidence",
    Field.NOTE: "Observation",
    Field.CONSENT: "Consentement",
    Field.OPPOSITION: "Opposition",
    Field.LOCAL_ID: "Numéro de dossier",
    Field.INS: "Matricule INS",
    Field.MOTHER_NAME: "Nom de la mère",
}
"""French name of each field, for the mapping shown to the user."""

_NAMED: Final = (Field.BIRTH_NAME, Field.MAIDEN_NAME, Field.ANY_NAME, Field.FULL_NAME)
_DATED: Final = (Field.BIRTH_DATE, Field.BIRTH_YEAR)
_LETTERS = re.compile(r"[A-Z]{1,2}")
_FUZZY_FLOOR: Final = 88.0
_ONE_SLIP_FROM: Final = 6
"""Letters from which one wrong letter still tells the word: « Prenon », not « Fille » for « Ville »."""
_BESIDE = re.compile(r"\((?:e|s|es|x)\)", re.IGNORECASE)
_SHORT_BIRTH = re.compile(r"\bNCE\b")
_OR_AGE = re.compile(r"(?<=\bNAISSANCE) (?:OU )?AGE\b.*")


@dataclass(frozen=True, slots=True)
class ColumnMatch:
    """A column chosen for a field: 0-based index, header as written, confidence 0–1."""

    index: int
    header: str
    confidence: float


@dataclass(frozen=True)
class ColumnMapping:
    """Field → column, plus the headers left aside, for the user to check."""

    columns: Mapping[Field, ColumnMatch]
    headers: tuple[str, ...] = ()
    given_first: bool = False

    def __contains__(self, field: Field) -> bool:
        return field in self.columns

    def index(self, field: Field) -> int | None:
        match = self.columns.get(field)
        return match.index if match else None

    @property
    def unused(self) -> tuple[str, ...]:
        """Headers no field took."""
        used = {match.index for match in self.columns.values()}
        return tuple(h for i, h in enumerate(self.headers) if h and i not in used)

    @cached_property
    def header_keys(self) -> frozenset[str]:
        """Folded headers, to know a repeated header line."""
        return frozenset(words(h) for h in self.headers if h)

    def missing(self) -> list[str]:
        """French names of what an import cannot do without."""
        gaps = []
        if not any(f in self.columns for f in _NAMED):
            gaps.append("le nom de naissance")
        if Field.GIVEN_NAMES not in self.columns and Field.FULL_NAME not in self.columns:
            gaps.append("le prénom")
        if not any(f in self.columns for f in _DATED):
            gaps.append("la date de naissance")
        return gaps


def cell_text(value: object) -> str:
    """A cell as text, white space tidied."""
    return " ".join(str(value).split()) if value is not None else ""


def match_header(header: str) -> tuple[Field, float] | None:
    """The field a header means, with a confidence; None when it means nothing we keep."""
    key = _OR_AGE.sub("", _SHORT_BIRTH.sub("NAISSANCE", words(_BESIDE.sub("", header))))
    if not key or len(key) > 60:
        return None
    for name, synonyms in SYNONYMS.items():
        if key in synonyms:
            return Field(name), 1.0
    if UNWANTED.search(key):
        return None
    about_other = OTHER_PEOPLE.search(key)
    for name, pattern in LIKE:
        if pattern.search(key) and (not about_other or name == "mother_name" or _family_phone(name, key)):
            return Field(name), 0.7 if about_other else 0.8
    if about_other:
        return None
    if close := _close_synonym(key):
        return close, 0.6
    return (Field.ANY_NAME, 0.6) if ANY_NAME.search(key) else None


def _close_synonym(key: str) -> Field | None:
    """The field whose usual header is nearly this one: mistyped."""
    if len(key) < 5:
        return None
    likeness, name, synonym = max(
        (fuzz.ratio(key, synonym), name, synonym) for name, synonyms in SYNONYMS.items() for synonym in synonyms
    )
    slip = len(key) >= _ONE_SLIP_FROM and DamerauLevenshtein.distance(key, synonym) == 1
    return Field(name) if likeness >= _FUZZY_FLOOR or slip else None


def _family_phone(name: str, key: str) -> bool:
    """A child's phone is the parents' one; nobody else's number is the person's."""
    return name == "phone" and {"MERE", "MAMAN", "PARENT", "PARENTS", "PERE"} & set(key.split()) != set()


def map_headers(cells: list[object]) -> ColumnMapping:
    """Match every cell of a header line; the surest column wins a field, the leftmost among equals."""
    headers = tuple(cell_text(c) for c in cells)
    chosen: dict[Field, ColumnMatch] = {}
    for index, header in enumerate(headers):
        found = match_header(header)
        if found is None:
            continue
        field, confidence = found
        if field is Field.PHONE and field in chosen:
            field = Field.OTHER_PHONE
        if field not in chosen or chosen[field].confidence < confidence:
            chosen[field] = ColumnMatch(index, header, confidence)
    _settle_names(chosen)
    full = chosen.get(Field.FULL_NAME)
    given_first = bool(full and FULL_NAME_GIVEN_FIRST.search(words(full.header)))
    return ColumnMapping(chosen, headers, given_first)


def _settle_names(chosen: dict[Field, ColumnMatch]) -> None:
    """A plain `Nom` is the birth name unless another column says it is; one beside `Prénom` is no full name."""
    if Field.GIVEN_NAMES in chosen and Field.ANY_NAME not in chosen and Field.FULL_NAME in chosen:
        if Field.BIRTH_NAME not in chosen and Field.MAIDEN_NAME not in chosen:
            chosen[Field.ANY_NAME] = chosen.pop(Field.FULL_NAME)
        else:
            del chosen[Field.FULL_NAME]
    if Field.ANY_NAME in chosen:
        if Field.BIRTH_NAME not in chosen and Field.MAIDEN_NAME not in chosen:
            chosen[Field.BIRTH_NAME] = chosen.pop(Field.ANY_NAME)
        elif chosen[Field.ANY_NAME].confidence < 1.0:
            del chosen[Field.ANY_NAME]  # « Nom de la PMI » beside « Nom de naissance » is no name in use
    if Field.GIVEN_NAMES not in chosen and Field.FULL_NAME not in chosen and Field.BIRTH_NAME in chosen:
        plain = chosen[Field.BIRTH_NAME]
        if words(plain.header) in SYNONYMS["any_name"]:
            chosen[Field.FULL_NAME] = chosen.pop(Field.BIRTH_NAME)


def find_header(sample: list[tuple[int, list[object]]]) -> tuple[int, ColumnMapping] | None:
    """The header line among the first lines: the one with most recognised columns, title lines passed over."""
    best: tuple[int, ColumnMapping] | None = None
    for line, cells in sample:
        if sum(bool(cell_text(c)) for c in cells) < 2:
            continue
        mapping = map_headers(cells)
        if len(mapping.columns) < 2:
            continue
        if best is None or _strength(mapping) > _strength(best[1]):
            best = (line, mapping)
    return best


def _strength(mapping: ColumnMapping) -> float:
    return sum(match.confidence for match in mapping.columns.values()) - 2 * len(mapping.missing())


def apply_override(mapping: ColumnMapping, override: Mapping[str, object]) -> ColumnMapping:
    """Correct a mapping: `{"birth_date": "Né le", "phone": "H", "note": null}`, header text or column letter.

    Raises `MappingError` for an unknown field or column.
    """
    columns = dict(mapping.columns)
    by_name = {field.value: field for field in Field}
    by_label = {words(label): field for field, label in LABELS.items()}
    for name, target in override.items():
        field = by_name.get(name) or by_label.get(words(name))
        if field is None:
            known = ", ".join(Field)
            raise MappingError(f"Champ inconnu dans la correspondance : « {name} ». Champs admis : {known}.")
        if target in (None, ""):
            columns.pop(field, None)
            continue
        index = _column_index(str(target), mapping.headers)
        columns = {f: m for f, m in columns.items() if m.index != index}
        header = mapping.headers[index] if index < len(mapping.headers) else str(target)
        columns[field] = ColumnMatch(index, header, 1.0)
    return ColumnMapping(columns, mapping.headers, mapping.given_first)


def _column_index(target: str, headers: tuple[str, ...]) -> int:
    wanted = words(target)
    for index, header in enumerate(headers):
        if header and words(header) == wanted:
            return index
    if _LETTERS.fullmatch(target.strip().upper()):
        index = 0
        for letter in target.strip().upper():
            index = index * 26 + ord(letter) - 64
        return index - 1
    raise MappingError(
        f"Colonne introuvable dans le fichier : « {target} ». Écrivez son titre exact ou sa lettre.", headers
    )
