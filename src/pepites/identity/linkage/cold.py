"""A model without a teacher (rapprochement §4-4): no INS, no decision, the pairs alone, by EM.

Two ways. A small file is compared *widely*: one agreement is enough for a pair to be looked at, any two dates are
compared, and what strangers share by chance is read off pairs drawn at random. When that often finds persons of whom
neither the given name nor the date has anything in common, the file holds families: brothers and sisters agree on all
else. It is then compared as usual, and what strangers share is read off the pairs that have a key in common, which
holds relatives back.
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
from pepites.identity.matching.score import DATE_CLOSE, DATE_UNLIKE, GIVEN_ALIKE, GIVEN_UNLIKE, INVERTED_SOUND

RANDOM_PAIRS: Final = 1_000_000
MOST_KIN: Final = 0.03
"""Share of the pairs found of which neither the given names nor the dates have anything in common, above which it is
families that were found: 0.01 at most in files of single persons, 0.1 at least in those of households."""
RARE: Final = (("sur", "fs"), ("giv", "fg"))
"""Names, and how many have them."""
_ROUNDS: Final = 60
_LENT: Final = 20.0
"""Pairs lent to each level, spread as both kinds are: what is seldom seen says little."""
_BLEND: Final = 1e-3
"""How much of what both kinds of pairs share is lent to each, so that what neither has says nothing."""


@dataclass(frozen=True)
class Wide:
    """``levels`` of all pairs worth a look, those of ``strangers`` drawn at random, among ``every`` pairs."""

    levels: Levels
    strangers: Levels
    every: float


@dataclass(frozen=True)
class Fitted:
    """Shares m and u, prior, and what each rarity adds to each level of a name, the missing one first."""

    m: Shares
    u: Shares
    prior: float
    rare: dict[tuple[str, str], NDArray[np.float64]]


def model(pairs: Pairs, wide: Wide | None, *, version: str, source: Mapping[str, Any]) -> Model:
    """The model of ``wide`` when the file has no families, else of ``pairs``."""
    if wide is not None and len(wide.levels):
        found, belief = _against_strangers(wide)
        if _kin(wide.levels, belief) <= MOST_KIN:
            return replace(_made(found, version, source), wide=True)
    m, u, prior = training.first_stage(replace(pairs, levels=_once(pairs.levels)), inverted=True)
    return _made(Fitted(m, u, prior, {}), version, source)


def _once(levels: Levels) -> Levels:
    """Names given in the other order (GUY-5) say once that they are the same: « surname » and « given name » are then
    left out, while estimating and in the sum."""
    bare = levels.copy()
    inverted = levels[:, INDEX["inv"]] >= INVERTED_SOUND
    for name in ("sur", "giv"):
        bare[inverted, INDEX[name]] = -1
    return bare


def _against_strangers(wide: Wide) -> tuple[Fitted, NDArray[np.float64]]:
    """The weights, u being what strangers have, and the belief that each pair is one person."""
    names = (*training.EVIDENCE, *(rarity for _, rarity in RARE))
    rank = {name: place for place, name in enumerate(names)}
    columns = [INDEX[name] for name in names]
    distinct, inverse, count = scoring.unique_levels(_once(wide.levels)[:, columns])
    index, strange = distinct.astype(np.intp) + 1, _once(wide.strangers)[:, columns].astype(np.intp) + 1
    chance = {name: _counts(strange[:, rank[name]], None, name) for name in training.EVIDENCE}
    rare = {pair: _crossed(strange[:, [rank[one] for one in pair]], None, pair) for pair in RARE}
    given, date, crossed = (distinct[:, rank[name]] for name in ("giv", "dob", "inv"))
    belief = np.where(((given >= GIVEN_ALIKE) | (crossed >= INVERTED_SOUND)) & (date >= DATE_CLOSE), 0.9, 1e-4)
    for _ in range(_ROUNDS):
        weight = count.astype(np.float64) * belief
        found = Fitted({}, {}, float(np.clip(weight.sum() / wide.every, 1e-9, 0.5)), {})
        odds = np.full(len(distinct), math.log(found.prior / (1 - found.prior)))
        for name in training.EVIDENCE:
            here = index[:, rank[name]]
            found.m[name], found.u[name] = _blended(_counts(here, weight, name), chance[name])
            odds += np.log(np.array((1.0, *found.m[name])) / np.array((1.0, *found.u[name])))[here]
        for pair in RARE:
            sides = index[:, [rank[one] for one in pair]]
            found.rare[pair] = _tempered(_crossed(sides, weight, pair), rare[pair])
            odds += found.rare[pair][sides[:, 0], sides[:, 1]]
        fresh = 1 / (1 + np.exp(-np.clip(odds, -60, 60)))
        moved, belief = float(np.abs(fresh - belief).max()), fresh
        if moved < 1e-4:
            break
    return found, belief[inverse]


def _size(name: str) -> int:
    return len(COMPARISONS[INDEX[name]].levels) + 1


def _counts(index: NDArray[np.intp], weight: NDArray[np.float64] | None, name: str) -> NDArray[np.float64]:
    return np.bincount(index, weights=weight, minlength=_size(name))[1:].astype(np.float64)


def _crossed(index: NDArray[np.intp], weight: NDArray[np.float64] | None, pair: tuple[str, str]) -> NDArray[np.float64]:
    rows, columns = map(_size, pair)
    counts = np.bincount(index[:, 0] * columns + index[:, 1], weights=weight, minlength=rows * columns)
    return counts.reshape(rows, columns).astype(np.float64)


def _blended(same: NDArray[np.float64], other: NDArray[np.float64]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    both = same + other + 0.5
    both /= both.sum()
    shares = ((1 - _BLEND) * counts / max(counts.sum(), 1e-9) + _BLEND * both for counts in (same, other))
    one, two = (tuple(float(f"{value:.6g}") for value in row / row.sum()) for row in shares)
    return one, two


def _tempered(same: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """What a rarity adds at each level: a name that few have is seldom shared by strangers. Nothing when missing."""
    totals = [np.maximum(counts.sum(axis=1, keepdims=True), 1e-9) for counts in (same, other)]
    both = (same / totals[0] + other / totals[1]) / 2
    one, two = ((counts + _LENT * both) / (total + _LENT) for counts, total in zip((same, other), totals, strict=True))
    added = np.log(np.where(both > 0, one, 1.0) / np.where(both > 0, two, 1.0))
    added[0] = 0.0
    return np.asarray(added, dtype=np.float64)


def _kin(levels: Levels, belief: NDArray[np.float64]) -> float:
    given, date = levels[:, INDEX["giv"]], levels[:, INDEX["dob"]]
    told = (given >= 0) & (date >= 0)
    unlike = told & (given <= GIVEN_UNLIKE) & (date <= DATE_UNLIKE) & (levels[:, INDEX["inv"]] < INVERTED_SOUND)
    return float(belief[unlike].sum() / max(belief[told].sum(), 1e-9))


def _made(fitted: Fitted, version: str, source: Mapping[str, Any]) -> Model:
    m, u, prior = fitted.m, fitted.u, fitted.prior
    odds = {name: tuple(math.log(one / other) for one, other in zip(m[name], u[name], strict=True)) for name in m}
    main = {name: (0.0, *(round(value, 3) for value in values)) for name, values in odds.items()}
    apart = [0.0 if level >= INVERTED_SOUND else 1.0 for level in range(-1, _size("inv") - 1)]
    pairs = {
        (name, "inv"): tuple(tuple((kept - 1.0) * value for kept in apart) for value in main[name])
        for name in ("sur", "giv")
    }
    pairs |= {pair: tuple(map(tuple, np.round(table, 3).tolist())) for pair, table in fitted.rare.items()}
    found = tables.Tables(round(math.log(prior / (1 - prior)), 3), main, pairs)
    return training.plain(found, m, u, prior, version, source)
