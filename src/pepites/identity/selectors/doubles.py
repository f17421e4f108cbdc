"""Likely doubles: candidates by blocks from the database, scored in Python (§5.4)."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from django.db import connection

from pepites.access.services import database_refusals
from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.identity.blocks import hashed_keys
from pepites.identity.likeness import Verdict, likeness
from pepites.identity.selectors.known import Candidate, Known, phones_differ, read_known
from pepites.identity.traits import AliasValue, IdentityTraits
from pepites.identity.written import Written, written
from pepites.patients.models import Patient

SHOWN = 20


def likely_doubles(
    actor: Actor,
    traits: IdentityTraits,
    *,
    phones: Sequence[str] = (),
    aliases: Sequence[AliasValue] = (),
    commune_cog: str = "",
    search_id: UUID | None = None,
) -> list[Candidate]:
    """Persons of the region likely the same as these traits, best first; for creation and import only.

    ``search_id`` proves the search before creation, on the same date; without it the actor must run a network.
    Fictitious and hidden identities never come (law 11). Each person returned is journalled.
    """
    del actor
    ours = written(traits, phones, aliases, commune=commune_cog)
    compared = [_scored(ours, one) for one in _candidates(ours, search_id, traits.birth_date.stored)]
    found = [one for one in compared if one.verdict is not Verdict.NO]
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


def _candidates(ours: Written, search_id: UUID | None, born: dt.date) -> list[Known]:
    dates = sorted({one.birth_date for one in ours.strict})
    with database_refusals("identity.create"), connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM identity_match_candidates(%s, %s, %s, %s::date[])",
            [hashed_keys(ours), search_id, born, dates],
        )
        return [read_known(row) for row in cursor.fetchall()]


def _scored(ours: Written, person: Known) -> Candidate:
    found = likeness(ours, person.written)
    return person.candidate(
        round(found.score, 1), found.verdict, found.reasons, twin_risk=found.twin_risk,
        phones_differ=phones_differ(ours, person.written),
    )  # fmt: skip


def _with_visibility(found: list[Candidate]) -> list[Candidate]:
    if not found:
        return found
    seen = set(Patient.objects.filter(pk__in=[one.patient_id for one in found]).values_list("pk", flat=True))
    return [replace(one, visible=one.patient_id in seen) for one in found]
