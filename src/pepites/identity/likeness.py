"""May this person be that one? The verdict that a creation or an import shows, with its reasons (§5.4)."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from pepites.identity.matching.explained import findings
from pepites.identity.matching.model import shipped
from pepites.identity.matching.score import LinkClass, Scored, Veto, twin_pattern
from pepites.identity.normalisation import UNKNOWN_PLACE
from pepites.identity.written import Compared, Strict, Written, compare


class Verdict(StrEnum):
    """SAME: the same strict traits. LIKELY: a person must look. NO: two persons."""

    SAME = "SAME"
    LIKELY = "LIKELY"
    NO = "NO"


@dataclass(frozen=True, slots=True)
class Similarity:
    """Score in natural log-odds, verdict, and the reasons in French."""

    score: float
    verdict: Verdict
    reasons: list[str] = field(default_factory=list)
    twin_risk: bool = False


NOBODY: Final = Similarity(-20.0, Verdict.NO)


def likeness(ours: Written, theirs: Written) -> Similarity:
    """Compare two persons. Wholly different given names on the same date mean brothers and sisters (GUY-11)."""
    compared = compare(ours, theirs)
    found = compared.scored
    same = found.link_class is not LinkClass.NONE and any(
        same_traits(one, other) for one in ours.strict for other in theirs.strict
    )
    verdict = Verdict.SAME if same else Verdict.LIKELY if _likely(compared) else Verdict.NO
    if verdict is Verdict.NO:
        return Similarity(found.score, verdict)
    risky = found.twin_risk or Veto.NEWBORN in found.vetoes
    return Similarity(found.score, verdict, _reasons(found), risky and not same)


def _likely(found: Compared) -> bool:
    """Possible twins are shown from the threshold of review: what they lose keeps them apart, it hides no flag."""
    scored = found.scored
    if scored.link_class is LinkClass.NONE:
        return False
    if twin_pattern(scored.levels):
        return not _brothers(found.ours.gt, found.theirs.gt)
    return scored.score >= shipped().link


def _brothers(one: tuple[str, ...] | None, other: tuple[str, ...] | None) -> bool:
    """Two compound given names that share a word and differ by another, JEAN-LUC and JEAN-MARC (GUY-11)."""
    ours, theirs = set(one or ()), set(other or ())
    return bool(ours & theirs and ours - theirs and theirs - ours)


def _reasons(found: Scored) -> list[str]:
    return [*findings(found.levels).values(), *(str(veto) for veto in found.vetoes)]


def same_traits(one: Strict, other: Strict) -> bool:
    """The same strict traits, an unknown sex or place contradicting nothing."""
    return (
        one.birth_date == other.birth_date
        and one.interpreted == other.interpreted
        and one.birth_name == other.birth_name
        and one.first == other.first
        and (one.sex == other.sex or "I" in (one.sex, other.sex))
        and (one.birth_place == other.birth_place or UNKNOWN_PLACE in (one.birth_place, other.birth_place))
    )
