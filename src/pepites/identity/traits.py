"""The identity traits gathered, and their check before they are stored."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace

from pepites.common.errors import DomainError
from pepites.identity.dates import PartialDate
from pepites.identity.normalisation import (
    UNKNOWN_PLACE,
    TraitError,
    first_given_name,
    first_name_consistent,
    is_place_code,
    strict_birth_name,
    strict_given_name,
)

STRICT_FIELDS = (
    "birth_name",
    "first_given_name",
    "given_names",
    "birth_date",
    "birth_date_precision",
    "birth_date_interpreted",
    "sex",
    "birth_place_cog",
)


@dataclass(frozen=True, slots=True)
class IdentityTraits:
    """The strict traits (§1.3) and the complementary ones that go with them; ``*_typed`` as written.

    ``birth_place_cog`` is 99999 when unknown; ``used_*`` is never filled from the birth names (EXI ID 08).
    """

    birth_name: str
    first_given_name: str
    given_names: str
    birth_date: PartialDate
    sex: str = "I"
    birth_place_cog: str = UNKNOWN_PLACE
    birth_name_typed: str = ""
    given_names_typed: str = ""
    used_name: str = ""
    used_given_name: str = ""
    birth_place_label: str = ""
    mother_name: str = ""
    multiple_birth: bool = False
    address: str = ""

    def checked(self) -> "IdentityTraits":
        """The same traits in strict form; raises ``DomainError`` naming the field (INS-10, INS-11, INS-14, INS-16)."""
        birth_name = _strict("birth_name", strict_birth_name, self.birth_name)
        given_names = _strict("given_names", strict_given_name, self.given_names or self.first_given_name)
        first = _strict("first_given_name", strict_given_name, self.first_given_name or first_given_name(given_names))
        if not first_name_consistent(first, given_names):
            raise DomainError(
                "Le premier prénom doit être le début de la liste des prénoms : corrigez l'un des deux.",
                field="first_given_name",
            )
        if self.sex not in ("M", "F", "I"):
            raise DomainError("Choisissez le sexe : féminin, masculin ou indéterminé.", field="sex")
        if not is_place_code(self.birth_place_cog):
            raise DomainError(
                "Le lieu de naissance doit être une commune ou un pays de la liste (code à 5 caractères).",
                field="birth_place",
            )
        return replace(
            self,
            birth_name=birth_name,
            given_names=given_names,
            first_given_name=first,
            birth_name_typed=(self.birth_name_typed or self.birth_name).strip()[:100],
            given_names_typed=(self.given_names_typed or self.given_names or self.first_given_name).strip()[:100],
            used_name=_optional("used_name", strict_birth_name, self.used_name),
            used_given_name=_optional("used_given_name", strict_given_name, self.used_given_name),
            mother_name=_optional("mother_name", strict_birth_name, self.mother_name),
            birth_place_label=self.birth_place_label.strip()[:100],
            address=self.address.strip()[:300],
        )

    def columns(self) -> dict[str, object]:
        """Values of the columns of ``DomainIdentity``."""
        return {
            "birth_name": self.birth_name,
            "birth_name_typed": self.birth_name_typed,
            "first_given_name": self.first_given_name,
            "given_names": self.given_names,
            "given_names_typed": self.given_names_typed,
            "birth_date": self.birth_date.stored,
            "birth_date_precision": str(self.birth_date.precision),
            "birth_date_interpreted": self.birth_date.interpreted,
            "sex": self.sex,
            "birth_place_cog": self.birth_place_cog,
            "birth_place_label": self.birth_place_label,
            "used_name": self.used_name,
            "used_given_name": self.used_given_name,
            "mother_name": self.mother_name,
            "multiple_birth": self.multiple_birth,
            "address": self.address,
        }


@dataclass(frozen=True, slots=True)
class AliasValue:
    """Another name or date of the person, in strict form; empty parts are those of the identity."""

    birth_name: str = ""
    given_names: str = ""
    birth_date: dt.date | None = None
    kind: str = "ancien"
    typed: str = ""


def _strict(field: str, rule: Callable[[str], str], raw: str) -> str:
    try:
        return rule(raw)
    except TraitError as error:
        raise DomainError(error.message, field=field) from None


def _optional(field: str, rule: Callable[[str], str], raw: str) -> str:
    return _strict(field, rule, raw) if raw.strip() else ""
