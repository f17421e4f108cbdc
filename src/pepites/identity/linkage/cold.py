"""A model without a teacher (rapprochement §4-4): no INS, no decision, the pairs alone, by EM.

Two ways. A small file is compared *widely*: one agreement is enough for a pair to be looked at, any two dates are
compared, and what strangers share by chance is read off pairs drawn at random. When that finds persons whose dates
would often have nothing in common, it is because the file holds families: brothers and sisters agree on everything
else. The file is then compared as usual, and what strangers share is read off the pairs that have a key in common,
which holds relatives back.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pepites.identity.linkage import scoring, tables, training
from pepites.identity.linkage.compare import Levels
from pepites.identity.linkage.training import Pairs, Shares
from pepites.identity.matching.comparisons import COMPARISONS
from pepites.identity.matching.model import INDEX, Model
from pepites.identity.matching.score import DATE_CLOSE, DATE_UNLIKE, GIVEN_ALIKE, INVERTED_SOUND

RANDOM_PAIRS: Final = 1_000_000
MOST_APART: Final = 0.25
"""Share of persons found whose dates have nothing in common, above which it is families that were found."""
_ROUNDS: Final = 60
_BLEND: Final = 1e-3
"""How much of what both kinds of pairs share is lent to each, so that what neither has says nothing."""


@dataclass(frozen=True)
class Wide:
    """``levels`` of all pairs worth a look, those of ``strangers`` drawn at random, among ``every`` pairs."""

    levels: Levels
    strangers: Levels
    every: float


def model(pairs: Pairs, wide: Wide | None, *, version: str, source: Mapping[str, Any]) -> Model:
    """The model of ``wide`` when the file has no families, else of ``pairs``."""
    if wide is not None and len(wide.levels):
        m, u, prior, belief = _against_strangers(wide)
        if _apart(wide.levels, belief) <= MOST_APART:
            return replace(_made(m, u, prior, version, source), wide=True)
    levels = _once(pairs.levels)
    return _made(*training.first_stage(replace(pairs, levels=levels), inverted=True), version, source)


def _once(levels: Levels) -> Levels:
    """Names given in the other order (GUY-5) say once that they are the same: « surname » and « given name » are then
    left out, while estimating and in the sum."""
    bare = levels.copy()
    inverted = levels[:, INDEX["inv"]] >= INVERTED_SOUND
    for name in ("sur", "giv"):
        bare[inverted, INDEX[name]] = -1
    return bare


def _against_strangers(wide: Wide) -> tuple[Shares, Shares, float, NDArray[np.float64]]:
    """m, u, prior among all pairs, and the belief that each pair is one person; u is what strangers have."""
    names = training.EVIDENCE
    levels, strangers = _once(wide.levels), _once(wide.strangers)
    distinct, inverse, count = scoring.unique_levels(levels[:, [INDEX[name] for name in names]])
    index = distinct.astype(np.intp) + 1
    chance = {name: _counts(strangers[:, INDEX[name]].astype(np.intp) + 1, None, name) for name in names}
    given, date, crossed = (distinct[:, names.index(name)] for name in ("giv", "dob", "inv"))
    belief = np.where(((given >= GIVEN_ALIKE) | (crossed >= INVERTED_SOUND)) & (date >= DATE_CLOSE), 0.9, 1e-4)
    m: Shares = {}
    u: Shares = {}
    prior = 0.0
    for _ in range(_ROUNDS):
        weight = count * belief
        prior = float(np.clip(weight.sum() / wide.every, 1e-9, 0.5))
        odds = np.full(len(distinct), math.log(prior / (1 - prior)))
        for rank, name in enumerate(names):
            m[name], u[name] = _blended(_counts(index[:, rank], weight, name), chance[name])
            odds += np.log(np.array((1.0, *m[name])) / np.array((1.0, *u[name])))[index[:, rank]]
        fresh = 1 / (1 + np.exp(-np.clip(odds, -60, 60)))
        moved, belief = float(np.abs(fresh - belief).max()), fresh
        if moved < 1e-4:
            break
    return m, u, prior, belief[inverse]


def _counts(index: NDArray[np.intp], weight: NDArray[np.float64] | None, name: str) -> NDArray[np.float64]:
    size = len(COMPARISONS[INDEX[name]].levels) + 1
    return np.bincount(index, weights=weight, minlength=size)[1:].astype(np.float64)


def _blended(same: NDArray[np.float64], other: NDArray[np.float64]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    both = same + other + 0.5
    both /= both.sum()
    shares = ((1 - _BLEND) * counts / max(counts.sum(), 1e-9) + _BLEND * both for counts in (same, other))
    one, two = (tuple(float(f"{value:.6g}") for value in row / row.sum()) for row in shares)
    return one, two


def _apart(levels: Levels, belief: NDArray[np.float64]) -> float:
    date = levels[:, INDEX["dob"]]
    told = date >= 0
    return float(belief[told & (date <= DATE_UNLIKE)].sum() / max(belief[told].sum(), 1e-9))


def _made(m: Shares, u: Shares, prior: float, version: str, source: Mapping[str, Any]) -> Model:
    odds = {name: tuple(math.log(one / other) for one, other in zip(m[name], u[name], strict=True)) for name in m}
    main = {name: (0.0, *(round(value, 3) for value in values)) for name, values in odds.items()}
    apart = [0.0 if level >= INVERTED_SOUND else 1.0 for level in range(-1, len(COMPARISONS[INDEX["inv"]].levels))]
    undone = {
        (name, "inv"): tuple(tuple((kept - 1.0) * value for kept in apart) for value in main[name])
        for name in ("sur", "giv")
    }
    found = tables.Tables(round(math.log(prior / (1 - prior)), 3), main, undone)
    return training.plain(found, m, u, prior, version, source)
