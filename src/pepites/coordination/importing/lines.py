"""A line on its way into the base: its checked identity, what it is compared by, what became of it."""

from dataclasses import dataclass

from pepites.common.errors import DomainError
from pepites.coordination.importing.enums import Outcome
from pepites.coordination.importing.rows import ParsedRow, RowRefusal, RowResult
from pepites.identity.bulk import line_key
from pepites.identity.normalisation import TraitError, strict_birth_name
from pepites.identity.phones import MAX_LENGTH
from pepites.identity.traits import IdentityTraits
from pepites.identity.written import Written

_COLUMNS = {
    "birth_name": "nom",
    "used_name": "nom",
    "given_names": "prenom",
    "first_given_name": "prenom",
    "sex": "sexe",
    "birth_place": "lieu",
}


@dataclass(frozen=True, slots=True)
class LineResult:
    """One line of the report. ``patient_id`` is the person created or found, None otherwise."""

    line: int
    outcome: Outcome
    column: str = ""
    message: str = ""
    patient_id: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A line that makes a person."""

    number: int
    row: ParsedRow
    traits: IdentityTraits
    phone: str
    match: Written
    keys: tuple[int, ...]
    fingerprint: str

    @property
    def placeholder(self) -> int:
        """Stands for the person's id until it is created: never that of a person."""
        return -self.number


def read_line(number: int, parsed: RowResult) -> Line | LineResult:
    """A line ready to be compared, or at once its place in the report (empty, refused)."""
    if isinstance(parsed, RowRefusal):
        return LineResult(number, Outcome.REFUSED, parsed.column, parsed.message)
    if not isinstance(parsed, ParsedRow):
        return LineResult(number, Outcome.EMPTY)
    try:
        traits = _traits(parsed).checked()
    except DomainError as error:
        return LineResult(number, Outcome.REFUSED, _COLUMNS.get(error.field or "", error.field or ""), error.message)
    phone = parsed.phone if len(parsed.phone) <= MAX_LENGTH else ""
    match, keys, fingerprint = line_key(traits, phone, parsed.ins, parsed.commune_code)
    return Line(number, parsed, traits, phone, match, keys, fingerprint)


def _traits(row: ParsedRow) -> IdentityTraits:
    return IdentityTraits(
        birth_name=row.birth_name,
        first_given_name=row.first_given_name,
        given_names=row.given_names,
        birth_date=row.birth,
        sex=row.sex,
        birth_place_cog=row.birth_place,
        birth_name_typed=row.birth_name_typed,
        given_names_typed=row.given_names_typed,
        used_name=row.use_name,
        birth_place_label=row.birth_place_typed,
        mother_name=_mother(row.mother_name),
    )


def _mother(typed: str) -> str:
    """Kept only when it can be written in strict form: it decides nothing by itself."""
    try:
        return strict_birth_name(typed) if typed else ""
    except TraitError:
        return ""
