"""Likely doubles: candidates by blocks from the database, scored in Python (§5.4)."""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db import connection

from pepites.access.services import database_refusals
from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.identity.blocks import AliasValue, best_similarity, hashed_keys, match_variants
from pepites.identity.dates import PartialDate, Precision
from pepites.identity.similarity import MatchTraits, Verdict
from pepites.identity.traits import IdentityTraits
from pepites.patients.models import Patient

SHOWN = 20


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


def likely_doubles(
    actor: Actor,
    traits: IdentityTraits,
    *,
    phones: Sequence[str] = (),
    aliases: Sequence[AliasValue] = (),
    search_id: UUID | None = None,
) -> list[Candidate]:
    """Persons of the region likely the same as these traits, best first; for creation and import only.

    ``search_id`` proves the search before creation, on the same date; without it the actor must run a network.
    Fictitious and hidden identities never come (law 11). Each person returned is journalled.
    """
    del actor
    ours = match_variants(traits, phones, aliases)
    found = []
    for row in _candidate_rows(hashed_keys(ours), search_id, traits.birth_date.stored):
        candidate = _scored(ours, row, has_phone=bool(phones))
        if candidate.verdict is not Verdict.NO:
            found.append(candidate)
    found.sort(key=lambda one: (one.verdict is not Verdict.SAME, -one.score, one.patient_id))
    found = _with_visibility(found[:SHOWN])
    if found:
        record(
            "identity.doubles.shown",
            action="R",
            subjects=tuple(one.patient_id for one in found),
            object_type="search",
            object_id=search_id or "",
        )
    return found


def _candidate_rows(keys: list[int], search_id: UUID | None, born: dt.date) -> list[tuple[Any, ...]]:
    with database_refusals("identity.create"), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM identity_match_candidates(%s, %s, %s)", [keys, search_id, born])
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def _scored(ours: Sequence[MatchTraits], row: tuple[Any, ...], *, has_phone: bool) -> Candidate:
    (patient_id, public_id, birth_name, given_names, birth_date, interpreted, sex, place, used_name, mother, phone_keys,
     status, flags, aliases) = row  # fmt: skip
    precision = Precision.ANNEE if interpreted else Precision.JOUR
    theirs_traits = IdentityTraits(
        birth_name=birth_name, first_given_name="", given_names=given_names,
        birth_date=PartialDate(birth_date, precision, interpreted=interpreted), sex=sex,
        birth_place_cog=place, used_name=used_name, mother_name=mother,
    )  # fmt: skip
    numbers = phone_keys.split()
    similarity = best_similarity(ours, match_variants(theirs_traits, numbers, _aliases(aliases)))
    return Candidate(
        patient_id=patient_id,
        public_id=public_id,
        birth_name=birth_name,
        given_names=given_names,
        birth_date=birth_date,
        interpreted=interpreted,
        sex=sex,
        birth_place_cog=place,
        status=status,
        flags=flags,
        score=round(similarity.score, 1),
        verdict=similarity.verdict,
        reasons=tuple(similarity.reasons),
        twin_risk=similarity.twin_risk,
        phones_differ=has_phone and bool(numbers) and "même téléphone" not in similarity.reasons,
    )


def _aliases(value: Any) -> list[AliasValue]:
    rows = json.loads(value) if isinstance(value, str) else value or []
    return [AliasValue(name, given, dt.date.fromisoformat(date) if date else None) for name, given, date in rows]


def _with_visibility(found: list[Candidate]) -> list[Candidate]:
    if not found:
        return found
    seen = set(Patient.objects.filter(pk__in=[one.patient_id for one in found]).values_list("pk", flat=True))
    return [replace(one, visible=one.patient_id in seen) for one in found]
