"""The judge: may this record be that one? Pure: the trained model weighs, the rules of the region decide.

Rules of §5.3 to §5.5: contradictions come before weights, a missing value is no evidence, no link between twins.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from pepites.identity.matching import score as scoring
from pepites.identity.matching.canonical import Canonical
from pepites.identity.matching.explained import gathered
from pepites.identity.matching.model import Model, shipped
from pepites.identity.matching.score import TWIN_MARGIN, Scored, twin_pattern
from pepites.identity.written import Compared, Written, compare

FORMER_INS_POINTS: Final = 4.0


class Veto:
    """Why the machine does not link by itself. Words kept on the card; French in ``selectors.labels``."""

    INS, SEX, DATES, DOMAIN, DOUBTFUL = "ins", "sexe", "dates", "domaine", "douteuse"
    NEWBORN, MULTIPLE, TWINS, INTERPRETED = "nouveau_ne", "naissance_multiple", "jumeaux", "dates_interpretees"
    RIVALS, GROUP, CONTRADICTED = "plusieurs", "groupe", "traits_contraires"
    GIVEN, SURNAME = "prenoms", "noms"


HARD: Final = frozenset({Veto.INS, Veto.SEX, Veto.DATES, Veto.CONTRADICTED, Veto.GIVEN})
"""Contradictions between persons, as opposed to reasons to be careful."""

_OF_MODEL: Final = {
    scoring.Veto.TWIN: Veto.TWINS, scoring.Veto.NEWBORN: Veto.NEWBORN, scoring.Veto.INS: Veto.INS,
    scoring.Veto.INS_SHARED: Veto.CONTRADICTED, scoring.Veto.GIVEN: Veto.GIVEN, scoring.Veto.SEX: Veto.SEX,
    scoring.Veto.DATES: Veto.DATES, scoring.Veto.SURNAME: Veto.SURNAME,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Thresholds:
    """A from ``high``, C below ``low``, in natural log-odds; a rival within ``runner_up`` forbids A (§5.3)."""

    high: float
    low: float
    runner_up: float = 0.10

    @classmethod
    def of(cls, model: Model) -> "Thresholds":
        """Those the model was estimated with."""
        return cls(model.auto, model.review)


class MatchRecord(NamedTuple):
    """A record as the judge sees it: every way it may have been written, what qualifies it, what forbids a link."""

    record_id: int
    person_id: int
    domain_id: int
    written: Written
    status: str = "PROV"
    ins: tuple[str, str] | None = None
    ins_history: frozenset[tuple[str, str]] = frozenset()
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


class Judged(NamedTuple):
    """The verdict on one candidate. ``deterministic``: same qualified INS and nothing against it (STIC-5)."""

    record_id: int
    person_id: int
    score: float
    cls: str
    vetoes: tuple[str, ...] = ()
    twin_risk: bool = False
    deterministic: bool = False
    homonyms: bool = False
    levels: tuple[int, ...] = ()
    former_ins: bool = False

    @property
    def terms(self) -> tuple[Term, ...]:
        """What makes the score, strongest first; made when somebody will read it."""
        return explained(self)


def judge(record: MatchRecord, candidates: Sequence[MatchRecord], thresholds: Thresholds | None = None) -> list[Judged]:
    """Every candidate judged, best first; a pair that the cell separated is not proposed again."""
    limits = thresholds or Thresholds.of(shipped())
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
    """The calibrated chance that it is one person, 0 to 1, as ``$match`` gives it."""
    return round(shipped().probability(score), 3)


def explained(one: Judged) -> tuple[Term, ...]:
    """The lines of the sum: they make the score."""
    if all(level < 0 for level in one.levels):
        return (Term("Dates de naissance trop éloignées pour comparer", one.score),)
    told = [Term(f"{each.label} : {each.found}", each.weight) for each in gathered(shipped(), one.levels)]
    if one.former_ins:
        told.append(Term("Matricule INS présent dans l'historique", FORMER_INS_POINTS))
    rest = one.score - sum(term.points for term in told)
    return (*told, Term("Autres indices", rest)) if abs(rest) >= 0.05 else tuple(told)


def _judge_pair(a: MatchRecord, b: MatchRecord, limits: Thresholds) -> Judged:
    former = bool((a.ins and a.ins in b.ins_history) or (b.ins and b.ins in a.ins_history))
    found = compare(_without_ins(a.written), _without_ins(b.written)) if former else compare(a.written, b.written)
    points = found.scored.score + (FORMER_INS_POINTS if former else 0.0)
    vetoes = _vetoes(a, b, found)
    same_ins = a.ins is not None and a.ins == b.ins
    deterministic = (
        same_ins and a.status == b.status == "QUAL"
        and not {Veto.CONTRADICTED, Veto.DOUBTFUL, Veto.NEWBORN, Veto.DOMAIN, Veto.MULTIPLE}.intersection(vetoes)
    )  # fmt: skip
    cls = _class(points, vetoes, found.scored, limits, same_ins=same_ins)
    return Judged(
        b.record_id, b.person_id, points, "A" if deterministic else cls, tuple(vetoes), found.scored.twin_risk,
        deterministic, points >= limits.high and _homonyms(a, b, found), found.scored.levels, former,
    )  # fmt: skip


def _without_ins(one: Written) -> Written:
    """A number and its successor are compared by the history, not letter by letter (INS-4)."""
    return Written(tuple(form._replace(ins=None) for form in one.forms), one.strict, one.phones)


def _homonyms(a: MatchRecord, b: MatchRecord, found: Compared) -> bool:
    """The same traits, but neither phone nor mother in common (§5.4 point 6)."""
    mothers: tuple[Canonical, Canonical] = (found.ours, found.theirs)
    return bool(
        a.written.phones and b.written.phones and not set(a.written.phones) & set(b.written.phones)
        and mothers[0].mo and mothers[1].mo and mothers[0].mo != mothers[1].mo
    )  # fmt: skip


def _class(points: float, vetoes: list[str], scored: Scored, limits: Thresholds, *, same_ins: bool) -> str:
    if same_ins and vetoes:
        return "B"  # one INS on two persons who differ: somebody must look
    if points < limits.low:
        return "C"
    needed = limits.high + (TWIN_MARGIN if any(scored.levels) and twin_pattern(scored.levels) else 0.0)
    return "B" if vetoes or points < needed else "A"


def _vetoes(a: MatchRecord, b: MatchRecord, found: Compared) -> list[str]:
    """What forces B at best: §5.3, §5.4 point 5, STIC-7."""
    ours, theirs = found.ours, found.theirs
    ranked = a.birth_rank and b.birth_rank and a.birth_rank != b.birth_rank
    said = [_OF_MODEL[veto] for veto in found.scored.vetoes]
    if ins_contradict(a, b):
        said.append(Veto.INS)
    if a.domain_id == b.domain_id:
        said.append(Veto.DOMAIN)
    if a.doubtful or b.doubtful:
        said.append(Veto.DOUBTFUL)
    if a.newborn or b.newborn:
        said.append(Veto.NEWBORN)
    if a.multiple_birth and b.multiple_birth:
        said.append(Veto.MULTIPLE)
    if ranked and (ours.y, ours.m, ours.dd) == (theirs.y, theirs.m, theirs.dd):
        said.append(Veto.TWINS)
    if a.interpreted and b.interpreted:
        said.append(Veto.INTERPRETED)
    return list(dict.fromkeys(said))


def _against_rivals(one: Judged, judged: Sequence[Judged], limits: Thresholds) -> Judged:
    """Another person nearly as good: no link by traits (§5.3)."""
    if one.cls != "A" or one.deterministic:
        return one
    floor = one.score * (1 - limits.runner_up)
    if any(other.person_id != one.person_id and other.score >= floor and other.cls != "C" for other in judged):
        return one._replace(cls="B", vetoes=(*one.vetoes, Veto.RIVALS))
    return one
