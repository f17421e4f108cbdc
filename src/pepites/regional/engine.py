"""The judge: may this record be that one? One module, pure, whose inside may be replaced by a trained model.

Rules of §5.3 to §5.5: contradictions come before weights, a missing value is no evidence, no link between twins.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from pepites.identity.similarity import MatchTraits, Similarity, likely_same, phone_tail, score_terms, worth_comparing

VERSION: Final = "traits-1"
SAME_INS_POINTS: Final = 12.0
FORMER_INS_POINTS: Final = 8.0
CERTAIN: Final = 26.0
"""Score beyond which nothing more is learnt: 1.0 on the scale of ``$match``."""


class Veto:
    """Why the machine does not link by itself. Words kept on the card; French in ``selectors.labels``."""

    INS, SEX, DATES, DOMAIN, DOUBTFUL = "ins", "sexe", "dates", "domaine", "douteuse"
    NEWBORN, MULTIPLE, TWINS, INTERPRETED = "nouveau_ne", "naissance_multiple", "jumeaux", "dates_interpretees"
    RIVALS, GROUP, CONTRADICTED, GIVEN = "plusieurs", "groupe", "traits_contraires", "prenoms"


HARD: Final = frozenset({Veto.INS, Veto.SEX, Veto.DATES, Veto.CONTRADICTED, Veto.GIVEN})
"""Contradictions between persons, as opposed to reasons to be careful."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Class A from ``high``, class C below ``low``; a rival within ``runner_up`` forbids A (§5.3)."""

    high: float = 14.0
    low: float = 6.0
    runner_up: float = 0.10


@dataclass(frozen=True, slots=True)
class MatchRecord:
    """A record as the judge sees it: every way it may have been written, what qualifies it, what forbids a link."""

    record_id: int
    person_id: int
    domain_id: int
    variants: tuple[MatchTraits, ...]
    status: str = "PROV"
    ins: tuple[str, str] | None = None
    ins_history: frozenset[tuple[str, str]] = frozenset()
    phones: frozenset[str] = frozenset()
    interpreted: bool = False
    doubtful: bool = False
    newborn: bool = False
    multiple_birth: bool = False
    birth_rank: int | None = None
    blocked: bool = False  # « ne sont pas la même personne »


@dataclass(frozen=True, slots=True)
class Term:
    """One line of the explanation: what was seen, and its weight."""

    label: str
    points: float


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdict on one candidate. ``deterministic``: same qualified INS and nothing against it (STIC-5)."""

    record_id: int
    person_id: int
    score: float
    cls: str
    vetoes: tuple[str, ...] = ()
    twin_risk: bool = False
    terms: tuple[Term, ...] = field(default_factory=tuple)
    deterministic: bool = False
    homonyms: bool = False


def judge(record: MatchRecord, candidates: Sequence[MatchRecord], thresholds: Thresholds | None = None) -> list[Judged]:
    """Every candidate judged, best first; a pair that the cell separated is not proposed again."""
    limits = thresholds or Thresholds()
    judged = [_judge_pair(record, other, limits) for other in candidates if not other.blocked]
    judged.sort(key=lambda one: (not one.deterministic, -one.score, one.record_id))
    return [_against_rivals(one, judged, limits) for one in judged]


def ins_contradict(a: MatchRecord, b: MatchRecord) -> bool:
    """Two qualified INS, neither a former one of the other (§5.4 point 5, INS-4)."""
    return bool(
        a.ins and b.ins and a.status == b.status == "QUAL" and a.ins != b.ins
        and a.ins not in b.ins_history and b.ins not in a.ins_history
    )  # fmt: skip


def likelihood(score: float) -> float:
    """The score on the scale 0–1 of ``$match``: for order and reading, no probability."""
    return round(min(1.0, max(0.0, score / CERTAIN)), 3)


def _judge_pair(a: MatchRecord, b: MatchRecord, limits: Thresholds) -> Judged:
    ours, theirs, found = _best(a, b)
    points, terms = _with_ins(a, b, found.score, _terms(ours, theirs, found))
    other_given = "prénoms différents" in found.reasons
    vetoes = _vetoes(a, b, ours, theirs, found, other_given=other_given)
    deterministic = (
        a.ins is not None and a.ins == b.ins and a.status == b.status == "QUAL"
        and not {Veto.CONTRADICTED, Veto.DOUBTFUL, Veto.NEWBORN, Veto.DOMAIN, Veto.MULTIPLE}.intersection(vetoes)
    )  # fmt: skip
    homonyms = points >= limits.high and bool(
        a.phones and b.phones and not a.phones & b.phones
        and ours.mother_name and theirs.mother_name and ours.mother_name != theirs.mother_name
    )  # fmt: skip
    cls = _class(points, vetoes, limits, other_given=other_given, same_ins=a.ins is not None and a.ins == b.ins)
    return Judged(
        b.record_id, b.person_id, round(points, 1), "A" if deterministic else cls, tuple(vetoes), found.twin_risk,
        tuple(terms), deterministic, homonyms,
    )  # fmt: skip


def _class(points: float, vetoes: list[str], limits: Thresholds, *, other_given: bool, same_ins: bool) -> str:
    if same_ins and vetoes:
        return "B"  # one INS on two persons who differ: somebody must look
    if other_given or points < limits.low:
        return "C"  # GUY-11: another given name on the same date is a brother or a sister
    if Veto.DATES in vetoes and points < limits.high:
        return "C"  # the same names years apart: a card that a reader can only refuse
    return "B" if vetoes or points < limits.high else "A"


def _best(a: MatchRecord, b: MatchRecord) -> tuple[MatchTraits, MatchTraits, Similarity]:
    found: tuple[MatchTraits, MatchTraits, Similarity] | None = None
    for ours in a.variants:
        for theirs in b.variants:
            if found is not None and not worth_comparing(ours, theirs):
                continue
            one = likely_same(ours, theirs)
            if found is None or one.score > found[2].score:
                found = (ours, theirs, one)
    assert found is not None, "a record has at least one way of being written"
    return found


def _terms(ours: MatchTraits, theirs: MatchTraits, found: Similarity) -> list[Term]:
    """The lines of the sum, and what the rules put over or under it, so that they always add up to the score."""
    terms = [Term(label, points) for label, points in score_terms(ours, theirs)]
    rest = round(found.score - sum(term.points for term in terms), 1)
    if rest:
        label = "Traits stricts identiques" if rest > 0 else "Plafond : prénoms différents"
        terms.append(Term("Prénom provisoire de naissance" if found.twin_risk and rest > 0 else label, rest))
    return terms


def _with_ins(a: MatchRecord, b: MatchRecord, points: float, terms: list[Term]) -> tuple[float, list[Term]]:
    if a.ins and a.ins == b.ins:
        return points + SAME_INS_POINTS, [*terms, Term("Même matricule INS", SAME_INS_POINTS)]
    if (a.ins and a.ins in b.ins_history) or (b.ins and b.ins in a.ins_history):
        return points + FORMER_INS_POINTS, [*terms, Term("Matricule INS présent dans l'historique", FORMER_INS_POINTS)]
    return points, terms


def _vetoes(
    a: MatchRecord, b: MatchRecord, ours: MatchTraits, theirs: MatchTraits, found: Similarity, *, other_given: bool
) -> list[str]:
    """What forces B at best: §5.3, §5.4 point 5, STIC-7."""
    sexes = {ours.sex, theirs.sex} - {"I", ""}
    exact = not a.interpreted and not b.interpreted
    years = abs(ours.birth_date.year - theirs.birth_date.year)
    twins = found.twin_risk or bool(
        ours.birth_date == theirs.birth_date and a.birth_rank and b.birth_rank and a.birth_rank != b.birth_rank
    )
    against = len(sexes) == 2 or (exact and years > 0 and ours.birth_date != theirs.birth_date) or other_given
    said = (
        (Veto.INS, ins_contradict(a, b)),
        (Veto.SEX, len(sexes) == 2),
        (Veto.DATES, exact and abs((ours.birth_date - theirs.birth_date).days) > 731),
        (Veto.CONTRADICTED, a.ins is not None and a.ins == b.ins and against),
        (Veto.DOMAIN, a.domain_id == b.domain_id),
        (Veto.DOUBTFUL, a.doubtful or b.doubtful),
        (Veto.NEWBORN, a.newborn or b.newborn),
        (Veto.MULTIPLE, a.multiple_birth and b.multiple_birth),
        (Veto.TWINS, twins),
        (Veto.INTERPRETED, a.interpreted and b.interpreted),
        (Veto.GIVEN, other_given),
    )
    return [word for word, holds in said if holds]


def _against_rivals(one: Judged, judged: Sequence[Judged], limits: Thresholds) -> Judged:
    """Another person nearly as good: no link by traits (§5.3)."""
    if one.cls != "A" or one.deterministic:
        return one
    floor = one.score * (1 - limits.runner_up)
    if any(other.person_id != one.person_id and other.score >= floor and other.cls != "C" for other in judged):
        return replace(one, cls="B", vetoes=(*one.vetoes, Veto.RIVALS))
    return one


def phone_tails(numbers: Sequence[str]) -> frozenset[str]:
    """Last eight digits of each number that has them."""
    return frozenset(filter(None, map(phone_tail, numbers)))
