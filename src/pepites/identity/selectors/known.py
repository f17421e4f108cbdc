"""A person of the base as a comparison reads it, and as a card shows it."""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pepites.identity.dates import PartialDate, Precision
from pepites.identity.likeness import Verdict
from pepites.identity.traits import AliasValue, IdentityTraits
from pepites.identity.written import Written, written


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person that may be the same: strict traits and status, why, and whether the actor may open the file.

    ``verdict`` SAME: the strict traits agree; LIKELY: a person must look.
    ``phones_differ``: both have phones, none shared.
    """

    patient_id: int
    public_id: UUID
    birth_name: str
    given_names: str
    birth_date: dt.date
    interpreted: bool
    sex: str
    birth_place_cog: str
    status: str
    flags: str
    score: float
    verdict: Verdict
    reasons: tuple[str, ...]
    twin_risk: bool = False
    visible: bool = False
    phones_differ: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """A person that others are compared with: every way the identity may have been written."""

    patient_id: int
    public_id: UUID
    written: Written
    status: str = ""
    flags: str = ""

    def candidate(
        self, score: float, verdict: Verdict, reasons: Sequence[str], *, twin_risk: bool, phones_differ: bool
    ) -> Candidate:
        """What a card shows of this person."""
        own = self.written.strict[0]
        return Candidate(
            self.patient_id, self.public_id, own.birth_name, own.given_names, own.birth_date, own.interpreted, own.sex,
            own.birth_place, self.status, self.flags, score, verdict, tuple(reasons), twin_risk,
            phones_differ=phones_differ,
        )  # fmt: skip


def read_known(row: Sequence[Any]) -> Known:
    """A row of ``identity_match_candidates`` or, its first column apart, of ``identity_match_many``."""
    (patient_id, public_id, birth_name, first_given_name, given_names, birth_date, interpreted, sex, place, used_name,
     used_given_name, mother_name, commune, phone_keys, status, flags, aliases) = row  # fmt: skip
    traits = IdentityTraits(
        birth_name=birth_name, first_given_name=first_given_name, given_names=given_names,
        birth_date=PartialDate(birth_date, Precision.ANNEE if interpreted else Precision.JOUR, interpreted=interpreted),
        sex=sex, birth_place_cog=place, used_name=used_name, used_given_name=used_given_name, mother_name=mother_name,
    )  # fmt: skip
    names = json.loads(aliases) if isinstance(aliases, str) else aliases or []
    others = [AliasValue(name, given, dt.date.fromisoformat(date) if date else None) for name, given, date in names]
    return Known(patient_id, public_id, written(traits, phone_keys.split(), others, commune=commune), status, flags)


def phones_differ(one: Written, other: Written) -> bool:
    """Both have phones, none shared: perhaps homonyms (§5.4 point 6)."""
    return bool(one.phones and other.phones and not set(one.phones) & set(other.phones))
