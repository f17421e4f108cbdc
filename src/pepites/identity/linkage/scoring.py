"""The model over arrays of levels: the same sums as ``matching.score``, vectorised (held equal by a test)."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from pepites.identity.linkage.compare import Levels
from pepites.identity.matching.model import INDEX, Model
from pepites.identity.matching.score import (
    INS_DIFFERENT,
    INS_SAME,
    LinkClass,
    judge_levels,
)

Scores = NDArray[np.float64]
Classes = NDArray[np.int8]
A, B, C = 2, 1, 0
CLASS_NAMES: Final = {A: LinkClass.AUTO.value, B: LinkClass.REVIEW.value, C: LinkClass.NONE.value}
_SPREAD: Final = np.uint64(0x9E3779B97F4A7C15)  # odd and large: rows of small numbers hardly ever meet
_CODES: Final = {LinkClass.AUTO: A, LinkClass.REVIEW: B, LinkClass.NONE: C}


def unique_levels(levels: Levels) -> tuple[Levels, NDArray[np.int64], NDArray[np.int64]]:
    """Each different row once, where each pair finds its own, and how many pairs have it."""
    key = np.zeros(len(levels), dtype=np.uint64)
    for column in range(levels.shape[1]):
        key = key * _SPREAD + (levels[:, column] + 1).astype(np.uint64)
    _, first, inverse, count = np.unique(key, return_index=True, return_inverse=True, return_counts=True)
    return levels[first], inverse, count


def tables_sum(model: Model, levels: Levels) -> Scores:
    """Intercept, main and pair tables, INS."""
    index = levels.astype(np.intp) + 1
    total = np.full(len(levels), model.intercept)
    total += np.asarray(model.ins)[index[:, INDEX["ins"]]]
    for name, values in model.main.items():
        total += np.asarray(values)[index[:, INDEX[name]]]
    for (one, two), table in model.pairs.items():
        total += np.asarray(table)[index[:, INDEX[one]], index[:, INDEX[two]]]
    return total


def judge(model: Model, levels: Levels) -> tuple[Scores, Classes]:
    """Score and class of each pair; those far below any link keep their plain sum."""
    distinct, inverse, _ = unique_levels(levels)
    scores, classes = tables_sum(model, distinct), np.full(len(distinct), C, dtype=np.int8)
    asked = (scores >= model.review) | (distinct[:, INDEX["ins"]] == INS_SAME)
    for rank in np.nonzero(asked)[0].tolist():
        found = judge_levels(model, tuple(distinct[rank].tolist()))
        scores[rank], classes[rank] = found.score, _CODES[found.link_class]
    return scores[inverse], classes[inverse]


def forbidden(levels: Levels) -> NDArray[np.bool_]:
    """Pairs that may never be in one cluster: two different INS."""
    return np.asarray(levels[:, INDEX["ins"]] == INS_DIFFERENT, dtype=np.bool_)
