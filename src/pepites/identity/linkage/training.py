"""Estimating a model (rapprochement §4-1, §4-4): m and u by EM, then monotone trees taught by the national identifier.

Where two records both carry an INS, it says whether they are one person: the region teaches the model by itself, and no
clerk has to. The cell's own decisions, when there are some, are added with their weight. The INS is never an input.
"""

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier

from pepites.identity.linkage import scoring, tables
from pepites.identity.linkage.compare import Levels
from pepites.identity.matching.comparisons import COMPARISONS, NAMES
from pepites.identity.matching.model import INDEX, Model
from pepites.identity.matching.score import (
    DATE_CLOSE,
    DATE_UNLIKE,
    GIVEN_ALIKE,
    GIVEN_UNLIKE,
    INS_DIFFERENT,
    INS_SAME,
    INVERTED_SOUND,
    given_sure,
    twin_penalty,
)

MONOTONE: Final = frozenset({"sur", "giv", "oth", "sex", "pla", "com", "pho", "mot", "adr"})
"""Comparisons whose better level may only raise the score: what the cell reads stays sensible."""

INTERACTIONS: Final = (
    ("sur", "giv"), ("sur", "dob"), ("giv", "dob"), ("giv", "oth"), ("giv", "edt"), ("giv", "sex"), ("giv", "nbn"),
    ("giv", "inv"), ("sur", "inv"), ("giv", "pho"), ("giv", "mot"), ("dob", "pho"), ("dob", "mot"), ("dob", "pla"),
    ("dob", "com"), ("sur", "pho"), ("sur", "mot"), ("sur", "com"), ("pho", "com"), ("pho", "mot"), ("dob", "coi"),
    ("giv", "coi"), ("sur", "coi"), ("pho", "coi"), ("oth", "coi"), ("com", "coi"), ("pla", "coi"), ("mot", "coi"),
    ("giv", "atg"), ("giv", "fg"), ("sur", "ats"), ("sur", "fs"), ("dob", "fc"), ("edt", "atg"), ("dob", "nbn"),
    ("dob", "sex"), ("dob", "oth"), ("inv", "dob"),
)  # fmt: skip
"""Comparisons that temper one another: a tree looks at one of these pairs at most, so that it can be read."""

INS_WEIGHTS: Final = (0.0, -9.0, 3.0, 9.0)
"""Missing, different, one character off, same: set by hand, since the INS is the teacher and cannot be taught."""

TWIN_PENALTY: Final = 2.0
MIN_TAUGHT: Final = 200
AUTO_PRECISION: Final = 0.9994
LINK_PROBABILITY: Final = 0.5
REVIEW_PROBABILITY: Final = 0.2
_ITERATIONS, _LEAVES, _RATE = 300, 16, 0.1
_EM_ROUNDS: Final = 40
_FLOOR: Final = 1e-6
EVIDENCE: Final = tuple(one.name for one in COMPARISONS if one.evidence and one.name != "ins")
Shares = dict[str, tuple[float, ...]]
"""For each comparison, the share of the pairs that are at each level, the last level first."""


class NotEnough(ValueError):
    """Too few pairs; the message is French."""


@dataclass(frozen=True)
class Pairs:
    """Levels of pairs, and what is known: 1 same, 0 different, -1 unknown; ``weight`` of that knowledge."""

    levels: Levels
    known: NDArray[np.int8]
    weight: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))


def taught(
    levels: Levels,
    decisions: Mapping[int, bool] | None = None,
    *,
    weight: NDArray[np.float64] | None = None,
    decision_weight: float = 3.0,
) -> Pairs:
    """What the INS says of each pair, with its ``weight`` (1 each when none is given), then what the cell decided (row
    → same). A shared INS that traits deny says nothing."""
    ins, sex = levels[:, INDEX["ins"]], levels[:, INDEX["sex"]]
    given, date = levels[:, INDEX["giv"]], levels[:, INDEX["dob"]]
    known = np.full(len(levels), -1, dtype=np.int8)
    denied = (sex == 0) & (given >= 0) & (given <= GIVEN_UNLIKE) & (date >= 0) & (date <= DATE_UNLIKE)
    known[(ins == INS_SAME) & ~denied] = 1
    known[ins == INS_DIFFERENT] = 0
    weight = np.ones(len(levels)) if weight is None else _one_on_average(weight, known >= 0)
    for row, same in (decisions or {}).items():
        known[row], weight[row] = int(same), decision_weight
    return Pairs(levels, known, weight)


def _one_on_average(weight: NDArray[np.float64], known: NDArray[np.bool_]) -> NDArray[np.float64]:
    return weight / weight[known].mean() if known.any() else weight.copy()


def first_stage(pairs: Pairs, *, inverted: bool = False) -> tuple[Shares, Shares, float]:
    """Fellegi-Sunter m, u and prior by EM; pairs whose truth is known keep it, the others start from a plain rule:
    same given name, or names ``inverted`` when nothing else will say that they are one person, and same date."""
    names = EVIDENCE
    columns = [INDEX[name] for name in names]
    distinct, inverse, count = scoring.unique_levels(pairs.levels[:, columns])
    fixed_same = np.bincount(inverse, weights=pairs.known == 1, minlength=len(distinct))
    fixed_not = np.bincount(inverse, weights=pairs.known == 0, minlength=len(distinct))
    free = count - fixed_same - fixed_not
    index = distinct.astype(np.intp) + 1
    given, date = distinct[:, names.index("giv")], distinct[:, names.index("dob")]
    alike = given >= GIVEN_ALIKE
    if inverted:
        alike |= distinct[:, names.index("inv")] >= INVERTED_SOUND
    belief = np.where(alike & (date >= DATE_CLOSE), 0.9, 0.02)
    m: Shares = {}
    u: Shares = {}
    prior = 0.1
    for _ in range(_EM_ROUNDS):
        same, other = fixed_same + free * belief, fixed_not + free * (1 - belief)
        prior = float(same.sum() / (same.sum() + other.sum()))
        odds = np.full(len(distinct), np.log(prior / (1 - prior)))
        for rank, name in enumerate(names):
            m[name], u[name] = _shares(index[:, rank], same, name), _shares(index[:, rank], other, name)
            odds += np.log(np.array((1.0, *m[name])) / np.array((1.0, *u[name])))[index[:, rank]]
        fresh = 1 / (1 + np.exp(-np.clip(odds, -60, 60)))
        moved, belief = float(np.abs(fresh - belief).max()), fresh
        if moved < 1e-4:
            break
    return m, u, prior


def _shares(index: NDArray[np.intp], weight: NDArray[np.float64], name: str) -> tuple[float, ...]:
    size = len(COMPARISONS[INDEX[name]].levels) + 1
    counts = np.bincount(index, weights=weight, minlength=size)[1:] + 0.5
    shares = np.maximum(counts / counts.sum(), _FLOOR)
    return tuple(round(float(value), 6) for value in shares / shares.sum())


def enough(pairs: Pairs) -> bool:
    """Whether trees can be grown: ``MIN_TAUGHT`` pairs known the same, and as many known different.

    Raises ``NotEnough`` when there are hardly any pairs at all.
    """
    if len(pairs.known) < MIN_TAUGHT:
        raise NotEnough(
            f"Ce fichier donne {len(pairs.known)} paires à comparer : il en faut {MIN_TAUGHT} au moins pour estimer un"
            " modèle. Gardez le modèle livré, ou réunissez plusieurs fichiers."
        )
    same = int((pairs.known == 1).sum())
    return min(same, int((pairs.known == 0).sum())) >= MIN_TAUGHT


def train(pairs: Pairs, *, version: str, source: Mapping[str, Any], seed: int = 0) -> Model:
    """A whole model, from what is ``known``, which must be ``enough``."""
    known = pairs.known >= 0
    m, u, prior = first_stage(pairs)
    levels, truth, weight = pairs.levels[known], pairs.known[known], pairs.weight[known]
    halves = np.random.default_rng(seed).integers(0, 2, len(levels))
    held = np.empty(len(levels))
    for half in (0, 1):
        other = tables.from_trees(_grow(levels[halves != half], truth[halves != half], weight[halves != half], seed))
        held[halves == half] = scoring.tables_sum(
            _model(other, m, u, prior, "essai", {}), _without_ins(levels[halves == half])
        )
    model = _model(tables.from_trees(_grow(levels, truth, weight, seed)), m, u, prior, version, source)
    held -= penalties(model, levels)
    slope, shift = _calibrated(held, truth)
    return dataclasses.replace(
        model, slope=slope, shift=shift, auto=_auto_threshold(held, truth, levels),
        link=_score_at(LINK_PROBABILITY, slope, shift), review=_score_at(REVIEW_PROBABILITY, slope, shift),
    )  # fmt: skip


def plain(
    found: tables.Tables, m: Shares, u: Shares, prior: float, version: str, source: Mapping[str, Any]
) -> Model:  # fmt: skip
    """A model whose scores are probabilities already."""
    return dataclasses.replace(
        _model(found, m, u, prior, version, source), auto=_score_at(AUTO_PRECISION, 1.0, 0.0),
        link=_score_at(LINK_PROBABILITY, 1.0, 0.0), review=_score_at(REVIEW_PROBABILITY, 1.0, 0.0),
    )  # fmt: skip


def _score_at(probability: float, slope: float, shift: float) -> float:
    return round((math.log(probability / (1 - probability)) - shift) / slope, 3)


def _grow(
    levels: Levels, truth: NDArray[np.int8], weight: NDArray[np.float64], seed: int
) -> HistGradientBoostingClassifier:
    inputs = levels.astype(np.float32)
    inputs[inputs < 0] = np.nan
    inputs[:, INDEX["ins"]] = 0
    inputs[:, np.isnan(inputs).all(axis=0)] = 0  # what no pair tells
    grown = HistGradientBoostingClassifier(
        learning_rate=_RATE, max_iter=_ITERATIONS, max_leaf_nodes=_LEAVES, l2_regularization=1.0, early_stopping=False,
        interaction_cst=[{INDEX[one], INDEX[two]} for one, two in INTERACTIONS],
        monotonic_cst=[1 if name in MONOTONE else 0 for name in NAMES], random_state=seed,
    )  # fmt: skip
    return grown.fit(inputs, truth, sample_weight=weight)


def _model(
    grown: tables.Tables, m: Mapping[str, tuple[float, ...]], u: Mapping[str, tuple[float, ...]], prior: float,
    version: str,
    source: Mapping[str, Any],
) -> Model:  # fmt: skip
    return Model(
        version=version, intercept=grown.intercept, main=grown.main, pairs=grown.pairs, m=m, u=u, prior=prior,
        ins=INS_WEIGHTS, twin_penalty=TWIN_PENALTY, auto=4.0, link=0.0, review=0.0, slope=1.0, shift=0.0,
        source=dict(source),
    )  # fmt: skip


def _without_ins(levels: Levels) -> Levels:
    bare = levels.copy()
    bare[:, INDEX["ins"]] = -1
    return bare


def penalties(model: Model, levels: Levels) -> NDArray[np.float64]:
    """What possible twins lose, pair by pair."""
    return np.array([twin_penalty(model, row) for row in levels.tolist()])


def _calibrated(score: NDArray[np.float64], truth: NDArray[np.int8]) -> tuple[float, float]:
    """Slope and shift of the logistic curve that turns scores into probabilities (Newton, Platt's two parameters)."""
    slope, shift = 1.0, 0.0
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(slope * score + shift, -60, 60)))
        w, gap = np.maximum(p * (1 - p), 1e-9), truth - p
        hessian = np.array([[(w * score * score).sum(), (w * score).sum()], [(w * score).sum(), w.sum()]])
        step = np.linalg.solve(hessian + 1e-6 * np.eye(2), np.array([(gap * score).sum(), gap.sum()]))
        slope, shift = slope + float(step[0]), shift + float(step[1])
        if float(np.abs(step).max()) < 1e-8:
            break
    return round(slope, 4), round(shift, 4)


def _auto_threshold(score: NDArray[np.float64], truth: NDArray[np.int8], levels: Levels) -> float:
    """Lowest score above which pairs nobody need look at are one person with ``AUTO_PRECISION`` (§5.3).

    The teacher errs too (a relative's INS on a record): its rate of error is read off the surest half, and allowed for.
    """
    sure = np.array([given_sure(row) for row in levels.tolist()])
    sure &= (levels[:, INDEX["nbn"]] == 0) & (levels[:, INDEX["sex"]] != 0) & (levels[:, INDEX["dob"]] != 0)
    order = np.argsort(-score[sure])
    wrong = np.cumsum(1 - truth[sure][order])
    count = np.arange(1, len(order) + 1)
    half = len(order) // 4
    error = float(wrong[half] / count[half]) if half else 0.0
    kept = np.nonzero(wrong - error * count <= (1 - AUTO_PRECISION) * count)[0]
    return round(float(score[sure][order][kept[-1]]), 3) if len(kept) else float("inf")


def questions(model: Model, levels: Levels, count: int, *, seed: int = 0) -> list[int]:
    """Rows worth asking the cell: those the model doubts most, of different shapes, the commonest shape first."""
    score = scoring.tables_sum(model, levels)
    distinct, inverse, sizes = scoring.unique_levels(levels)
    first = np.full(len(distinct), len(levels), dtype=np.int64)
    np.minimum.at(first, inverse, np.arange(len(levels)))
    doubt = np.exp(-np.abs(score[first] - model.review))
    draw = np.random.default_rng(seed).random(len(distinct)) * 1e-6
    best: Sequence[int] = np.argsort(-(doubt * np.log1p(sizes) + draw))[:count].tolist()
    return [int(first[row]) for row in best]
