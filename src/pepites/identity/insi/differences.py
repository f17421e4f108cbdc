"""Local traits beside those of INSi: what is the same, what an operator may accept, what forbids (RNIV-3). Pure."""

from dataclasses import dataclass
from enum import StrEnum

from pepites.identity.normalisation import UNKNOWN_PLACE
from pepites.identity.ports import InsiPerson
from pepites.identity.traits import IdentityTraits


class Gap(StrEnum):
    """How far two values are."""

    NONE = "identique"
    MINOR = "mineure"
    LOOK = "a_verifier"
    FORBIDS = "incompatible"


@dataclass(frozen=True, slots=True)
class Difference:
    """One trait: its column, what is stored, what INSi says."""

    field: str
    ours: str
    theirs: str
    gap: Gap


def differences(traits: IdentityTraits, person: InsiPerson) -> list[Difference]:
    """Birth name, date and sex must be the same but for writing; given names and place are the operator's to judge."""
    born, theirs = traits.birth_date.stored, person.birth_date
    return [
        Difference("birth_name", traits.birth_name, person.birth_name, _name_gap(traits.birth_name, person.birth_name)),
        Difference("given_names", traits.given_names, person.given_names, _given_gap(traits, person)),
        Difference("birth_date", born.isoformat(), theirs.isoformat(), Gap.NONE if born == theirs else Gap.FORBIDS),
        Difference("sex", traits.sex, person.sex, Gap.NONE if traits.sex == person.sex else Gap.FORBIDS),
        Difference("birth_place_cog", traits.birth_place_cog, person.birth_place_cog, _place_gap(traits, person)),
    ]


def forbids(found: list[Difference]) -> bool:
    """Whether the INS may not be attributed: the cell decides (RNIV-3)."""
    return any(one.gap is Gap.FORBIDS for one in found)


def _letters(name: str) -> str:
    return "".join(c for c in name if c.isalpha())


def _name_gap(ours: str, theirs: str) -> Gap:
    if ours == theirs:
        return Gap.NONE
    return Gap.MINOR if _letters(ours) == _letters(theirs) else Gap.FORBIDS


def _given_gap(traits: IdentityTraits, person: InsiPerson) -> Gap:
    if traits.given_names == person.given_names:
        return Gap.NONE
    ours, theirs = _letters(traits.given_names), _letters(person.given_names)
    return Gap.MINOR if ours.startswith(theirs) or theirs.startswith(ours) else Gap.LOOK


def _place_gap(traits: IdentityTraits, person: InsiPerson) -> Gap:
    if traits.birth_place_cog == person.birth_place_cog:
        return Gap.NONE
    return Gap.MINOR if UNKNOWN_PLACE in (traits.birth_place_cog, person.birth_place_cog) else Gap.LOOK
