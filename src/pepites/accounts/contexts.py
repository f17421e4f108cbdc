"""From which places of practice a person may work, given what the national directory says of them (§5.3).

Pro Santé Connect proves who; rights come from a place of practice known here. It narrows them all the same: a place of
practice of a health profession needs that profession in the directory, so that an RPPS+ role opens that role only.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from typing import Any

from pepites.accounts.models import User
from pepites.accounts.ports import Activity, Exercice
from pepites.accounts.selectors import PracticeChoice, practices_of
from pepites.directory.enums import Category
from pepites.directory.models import Organization
from pepites.directory.professions import PROFESSIONS

_FINESS_PREFIX = "1"  # IDNST (§1.3)


def kept(exercices: Iterable[Exercice]) -> list[dict[str, Any]]:
    """Exercices as JSON, for the session and the proof of sign-in."""
    return [asdict(one) for one in exercices]


def exercices_from(raw: object) -> tuple[Exercice, ...] | None:
    """The opposite of ``kept``; None for a session that no provider vouched for."""
    if not isinstance(raw, list):
        return None
    return tuple(
        Exercice(row["profession"], row["category"], tuple(Activity(**one) for one in row["activities"])) for row in raw
    )


def choices_for(user: User, raw_exercices: object) -> list[PracticeChoice]:
    """The places of practice a session may work from: those the provider attests first."""
    return narrowed(practices_of(user), exercices_from(raw_exercices))


def narrowed(choices: Sequence[PracticeChoice], exercices: Sequence[Exercice] | None) -> list[PracticeChoice]:
    """``choices`` that the directory does not contradict, each marked when it names that very structure."""
    if exercices is None:
        return list(choices)
    professions = {one.profession for one in exercices}
    activities = [activity for one in exercices for activity in one.activities]
    fitting = [choice for choice in choices if _held(choice, professions)]
    marked = [
        replace(choice, attested=any(same_structure(one, choice.practice.organization) for one in activities))
        for choice in fitting
    ]
    return sorted(marked, key=lambda choice: not choice.attested)


def only_choice(choices: Sequence[PracticeChoice]) -> PracticeChoice | None:
    """The place of practice to take without asking: the only one attested, or the only one there is."""
    attested = [choice for choice in choices if choice.attested]
    if len(attested) == 1:
        return attested[0]
    return choices[0] if len(choices) == 1 else None


def same_structure(activity: Activity, organization: Organization) -> bool:
    """By geographic FINESS, then legal FINESS, then the former identifier (which holds a FINESS behind a 1)."""
    known = {number for number in (organization.finess,) if number}
    if activity.finess_site or activity.former_id.startswith(_FINESS_PREFIX):
        return bool(known & {activity.finess_site, activity.former_id.removeprefix(_FINESS_PREFIX)})
    return bool(activity.finess_legal) and activity.finess_legal in {organization.finess_legal, organization.finess}


def _held(choice: PracticeChoice, professions: set[str]) -> bool:
    profession = PROFESSIONS.get(choice.practice.role_code)
    if profession is None or profession.category is not Category.HEALTH:
        return True
    return profession.code in professions
