"""Traits laid side by side, ready to print (interface §7, STIC-8)."""

import datetime as dt
from dataclasses import dataclass, field
from uuid import UUID

from pepites.common.clock import today
from pepites.identity.selectors.labels import (
    age_label,
    attribute_labels,
    birth_date_label,
    sex_label,
    status_label,
)
from pepites.terminology.selectors import place_label


@dataclass(frozen=True, slots=True)
class TraitRow:
    """Strict traits and status of one person, in words. ``public_id`` None for a person not created."""

    birth_name: str
    given_names: str
    birth_date: str
    age: str
    sex: str
    birth_place: str
    status: str = ""
    status_label: str = ""
    attributes: list[str] = field(default_factory=list)
    public_id: UUID | None = None
    visible: bool = False


@dataclass(frozen=True, slots=True)
class Compared:
    """One line of a comparison."""

    label: str
    left: str
    right: str
    same: bool


def trait_row(
    *,
    birth_name: str,
    given_names: str,
    birth_date: dt.date,
    interpreted: bool,
    sex: str,
    birth_place_cog: str,
    status: str = "",
    flags: str = "",
    public_id: UUID | None = None,
    visible: bool = False,
) -> TraitRow:
    """Put the words on raw traits."""
    place = place_label(birth_place_cog)
    return TraitRow(
        birth_name=birth_name,
        given_names=given_names,
        birth_date=birth_date_label(birth_date, interpreted=interpreted),
        age=age_label(birth_date, today(), interpreted=interpreted),
        sex=sex_label(sex),
        birth_place=place if birth_place_cog == "99999" else f"{place or 'code'} ({birth_place_cog})",
        status=status,
        status_label=status_label(status) if status else "",
        attributes=attribute_labels(flags),
        public_id=public_id,
        visible=visible,
    )


def compare(left: TraitRow, right: TraitRow) -> list[Compared]:
    """The strict traits of two persons, line by line, the same ones marked."""
    lines = [
        ("Nom de naissance", left.birth_name, right.birth_name),
        ("Prénoms", left.given_names, right.given_names),
        ("Date de naissance", left.birth_date, right.birth_date),
        ("Sexe", left.sex, right.sex),
        ("Lieu de naissance", left.birth_place, right.birth_place),
    ]
    return [Compared(label, one, other, one == other) for label, one, other in lines]
