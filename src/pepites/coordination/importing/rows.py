"""One line of a list: a person with checked traits, a refusal with its reason, or nothing."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from pepites.common.text import words
from pepites.coordination.importing.cells import (
    Consent,
    is_placeholder,
    read_consent,
    read_phone,
)
from pepites.coordination.importing.full_names import birth_and_use, civility_of, split_person
from pepites.coordination.importing.headers import ColumnMapping, Field, cell_text
from pepites.identity.sexes import read_sex
from pepites.identity.values import (
    UNKNOWN_PLACE,
    DateError,
    PartialDate,
    TraitError,
    first_given_name,
    is_missing_date,
    is_place_code,
    parse_birth_date,
    strict_birth_name,
    strict_given_name,
    strict_ins,
)
from pepites.terminology.cog import cog_table

_TOTAL = re.compile(
    r"^(?:SOUS )?TOTA(?:L|UX)\b|^EFFECTIF\b|^NOMBRE (?:DE |D |TOTAL)|^NB (?:DE |TOTAL)|^MOYENNE\b|^SOMME\b|^CUMUL\b"
)
_DATE_AND_PLACE = re.compile(r"^(?P<date>.*\d{2,4})[ ,]+(?:à|a|-) *(?P<place>[^\d?]{3,})$", re.IGNORECASE)
_NOTE_LENGTH: Final = 2000


@dataclass(frozen=True, slots=True)
class ParsedRow:
    """A person read from a line. `*_typed` as written, trimmed; names and codes in strict form (INS-11, INS-16)."""

    birth_name: str
    birth_name_typed: str
    given_names: str
    given_names_typed: str
    birth: PartialDate
    sex: str = "I"
    birth_place: str = UNKNOWN_PLACE
    birth_place_typed: str = ""
    use_name: str = ""
    phone: str = ""
    commune: str = ""
    commune_code: str = ""
    note: str = ""
    consent: Consent = Consent.UNKNOWN
    local_id: str = ""
    ins: str = ""
    mother_name: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def first_given_name(self) -> str:
        """First given name of the list (INS-10)."""
        return first_given_name(self.given_names)


@dataclass(frozen=True, slots=True)
class RowRefusal:
    """A line that makes no person: the column at fault (`nom`, `prenom`, `date`, `total`, `entete`, `note`), why."""

    column: str
    message: str


class Empty:
    """A line with nothing in it."""

    __slots__ = ()


EMPTY: Final = Empty()
RowResult = ParsedRow | RowRefusal | Empty


@dataclass(slots=True)
class _Line:
    """The cells of a line, asked for by field."""

    cells: Sequence[object]
    mapping: ColumnMapping
    warnings: list[str] = field(default_factory=list)
    place_beside_date: str = ""

    def value(self, name: Field) -> object:
        index = self.mapping.index(name)
        return self.cells[index] if index is not None and index < len(self.cells) else ""

    def text(self, name: Field) -> str:
        value = self.value(name)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        text = cell_text(value)
        return "" if is_placeholder(text) else text


def parse_row(cells: Sequence[object], mapping: ColumnMapping, today: dt.date) -> RowResult:
    """Read one line. Refuses without a birth name, a given name or a readable birth date; the rest is optional."""
    filled = [text for cell in cells if (text := cell_text(cell))]
    if not filled:
        return EMPTY
    line = _Line(cells, mapping)
    if refusal := _not_a_person(line, filled, today):
        return refusal
    try:
        return _person(line, today)
    except _Refused as refused:
        return refused.refusal


class _Refused(Exception):
    def __init__(self, column: str, message: str) -> None:
        super().__init__(message)
        self.refusal = RowRefusal(column, message)


def _not_a_person(line: _Line, filled: list[str], today: dt.date) -> RowRefusal | None:
    keys = [words(text) for text in filled[:4]]
    if any(_TOTAL.match(key) for key in keys) and not _has_date(line, today):
        return RowRefusal("total", "Cette ligne est un total, pas une personne : elle est laissée de côté.")
    if _repeats_headers(filled, line.mapping.header_keys):
        return RowRefusal("entete", "Cette ligne répète les titres des colonnes : elle est laissée de côté.")
    if len(filled) == 1 and len(line.mapping.columns) > 2 and _looks_like_note(filled[0], line):
        return RowRefusal("note", "Cette ligne est une remarque, pas une personne : elle est laissée de côté.")
    return None


def _repeats_headers(filled: list[str], headers: frozenset[str]) -> bool:
    if len(filled) < 2 or not any(words(text) in headers for text in filled[:3]):
        return False
    return sum(words(text) in headers for text in filled) >= max(2, 0.7 * len(filled))


def _looks_like_note(text: str, line: _Line) -> bool:
    in_place = any(line.text(f) for f in (Field.BIRTH_DATE, Field.GIVEN_NAMES, Field.LOCAL_ID))
    return not in_place and (len(text.split()) > 3 or any(c in text for c in ":!*()0123456789"))


def _has_date(line: _Line, today: dt.date) -> bool:
    try:
        parse_birth_date(line.value(Field.BIRTH_DATE), today)
    except DateError:
        return False
    return True


def _person(line: _Line, today: dt.date) -> ParsedRow:
    civility, names, use_name = _names_typed(line)
    birth_name, given_names = _strict_names(*names)
    birth = _birth_date(line, today)
    place, place_typed = _birth_place(line)
    commune = line.text(Field.ADDRESS_COMMUNE)
    commune_place = cog_table().one(commune) if commune else None
    sex_texts = (line.text(Field.SEX), line.text(Field.CIVILITY), civility)
    return ParsedRow(
        birth_name=birth_name,
        birth_name_typed=names[0],
        given_names=given_names,
        given_names_typed=names[1],
        birth=birth,
        sex=read_sex(*sex_texts),
        birth_place=place,
        birth_place_typed=place_typed,
        use_name=_optional_name(line, use_name),
        phone=_phone(line),
        commune=commune_place.name if commune_place and commune.isdigit() else commune,
        commune_code=commune_place.code if commune_place and not commune_place.is_country else "",
        note=line.text(Field.NOTE)[:_NOTE_LENGTH],
        consent=_consent(line),
        local_id=line.text(Field.LOCAL_ID)[:64],
        ins=_ins(line),
        mother_name=line.text(Field.MOTHER_NAME),
        warnings=tuple(line.warnings),
    )


def _names_typed(line: _Line) -> tuple[str, tuple[str, str], str]:
    """Civility found in the name cell, (birth name, given names), name in use; all as typed."""
    use = line.text(Field.USE_NAME)
    if Field.FULL_NAME in line.mapping and Field.GIVEN_NAMES not in line.mapping:
        civility, text = civility_of(line.text(Field.FULL_NAME))
        mother = line.text(Field.MOTHER_NAME)
        birth, given, said_use = split_person(text, mother=mother, given_first=line.mapping.given_first)
        if len(text.split()) > 2 and text.isupper() and "," not in text and not mother and not said_use:
            line.warnings.append(f"Nom et prénom séparés au mieux ({birth} / {given}) : à vérifier.")
        return civility, (birth, given), use or said_use
    civility, plain = civility_of(line.text(Field.BIRTH_NAME))
    maiden = line.text(Field.MAIDEN_NAME)
    other = line.text(Field.ANY_NAME)
    birth = plain or maiden or other
    if other and birth != other:
        use = use or other
    birth, said_use = birth_and_use(birth)
    given = " ".join(filter(None, (line.text(Field.GIVEN_NAMES), line.text(Field.OTHER_GIVEN_NAMES))))
    return civility, (birth, given), use or said_use


def _strict_names(birth: str, given: str) -> tuple[str, str]:
    if not birth or is_placeholder(birth, name=True):
        raise _Refused("nom", "Le nom de naissance manque : complétez-le, puis importez à nouveau cette ligne.")
    try:
        name = strict_birth_name(birth)
    except TraitError as error:
        raise _Refused("nom", error.message) from error
    if not given or is_placeholder(given, name=True):
        raise _Refused("prenom", "Le prénom manque : complétez-le, puis importez à nouveau cette ligne.")
    try:
        return name, strict_given_name(given.replace(",", " ").replace(";", " "))
    except TraitError as error:
        raise _Refused("prenom", error.message) from error


def _optional_name(line: _Line, typed: str) -> str:
    if not typed or is_placeholder(typed, name=True):
        return ""
    try:
        return strict_birth_name(typed)
    except TraitError:
        line.warnings.append("Le nom utilisé contient un caractère non admis : il n'a pas été repris.")
        return ""


def _birth_date(line: _Line, today: dt.date) -> PartialDate:
    value = line.value(Field.BIRTH_DATE)
    if is_missing_date(value) and Field.BIRTH_YEAR in line.mapping:
        parts = [line.text(f) or "00" for f in (Field.BIRTH_DAY, Field.BIRTH_MONTH)]
        year = line.text(Field.BIRTH_YEAR)
        value = f"{parts[0]}/{parts[1]}/{year}" if parts != ["00", "00"] and year else year
    if isinstance(value, str) and (found := _DATE_AND_PLACE.match(value)):
        value, line.place_beside_date = found["date"], cell_text(found["place"])
    try:
        date = parse_birth_date(value, today)
    except DateError as error:
        raise _Refused("date", str(error)) from error
    if date.century_guessed:
        line.warnings.append(f"Année écrite sur deux chiffres, lue {date.stored.year} : vérifiez le siècle.")
    return date


def _birth_place(line: _Line) -> tuple[str, str]:
    """COG code and text as typed; unknown or ambiguous gives 99999 with a warning, never a guess (INS-16)."""
    typed = line.text(Field.BIRTH_PLACE) or line.place_beside_date
    country = line.text(Field.BIRTH_COUNTRY)
    table = cog_table()
    for text in filter(None, (typed, country)):
        place = table.one(text.zfill(5) if text.isdigit() and len(text) == 4 else text)
        if place and not (place.is_country and country and text is typed and not table.one(country)):
            return place.code, typed or country
    if trap := table.postal_trap(typed):
        line.warnings.append(
            f"{typed} est un code postal ({trap.name} ?), pas un code de lieu de naissance : à compléter."
        )
    elif is_place_code(typed) and typed != UNKNOWN_PLACE:
        if table.complete:
            line.warnings.append(f"Le code de lieu de naissance {typed} n'est pas connu : à vérifier.")
        return typed, typed
    elif typed:
        line.warnings.append(f"Le lieu de naissance « {typed} » n'est pas reconnu : à compléter.")
    return UNKNOWN_PLACE, typed or country


def _phone(line: _Line) -> str:
    typed = [line.value(f) for f in (Field.PHONE, Field.OTHER_PHONE)]
    phone = next((p for value in typed if (p := read_phone(value))), "")
    if not phone and any(line.text(f) for f in (Field.PHONE, Field.OTHER_PHONE)):
        line.warnings.append("Le téléphone n'est pas lisible : il n'a pas été repris.")
    return phone


def _consent(line: _Line) -> Consent:
    consent = read_consent(line.value(Field.CONSENT))
    if Field.OPPOSITION in line.mapping and read_consent(line.value(Field.OPPOSITION)) is Consent.YES:
        return Consent.NO
    return consent


def _ins(line: _Line) -> str:
    typed = line.text(Field.INS)
    if not typed:
        return ""
    try:
        return strict_ins(typed)
    except TraitError as error:
        line.warnings.append(f"{error.message} Il n'a pas été repris.")
        return ""


__all__ = ["EMPTY", "Empty", "ParsedRow", "RowRefusal", "RowResult", "parse_row"]
