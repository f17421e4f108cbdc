"""Boosted trees that look at one or two comparisons each, summed exactly into tables of levels."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier

from pepites.identity.matching.comparisons import COMPARISONS, NAMES

Table = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Tables:
    """``main`` and ``pairs`` as ``matching.model.Model`` wants them."""

    intercept: float
    main: Mapping[str, tuple[float, ...]]
    pairs: Mapping[tuple[str, str], tuple[tuple[float, ...], ...]]


def _size(column: int) -> int:
    return len(COMPARISONS[column].levels) + 1


def from_trees(grown: HistGradientBoostingClassifier) -> Tables:
    """Sum the leaves. Raises ValueError if a path looks at three comparisons, which ``interaction_cst`` forbids."""
    intercept = float(np.ravel(grown._baseline_prediction)[0])  # noqa: SLF001 - no public way to read the trees
    main: dict[int, Table] = {}
    pairs: dict[tuple[int, int], Table] = {}
    for (predictor,) in grown._predictors:  # noqa: SLF001
        for value, path in _leaves(predictor.nodes):
            match sorted(path):
                case []:
                    intercept += value
                case [one]:
                    main.setdefault(one, np.zeros(_size(one)))[path[one]] += value
                case [one, two]:
                    grid = pairs.setdefault((one, two), np.zeros((_size(one), _size(two))))
                    grid[np.ix_(path[one], path[two])] += value
                case _:
                    raise ValueError("un chemin regarde plus de deux comparaisons")
    return _purified(intercept, main, pairs)


def _leaves(nodes: Any) -> Iterator[tuple[float, dict[int, Mask]]]:
    """Each leaf's value, and the levels (+1) that lead to it, by comparison."""
    waiting: list[tuple[int, dict[int, Mask]]] = [(0, {})]
    while waiting:
        rank, path = waiting.pop()
        node = nodes[rank]
        if node["is_leaf"]:
            yield float(node["value"]), path
            continue
        column = int(node["feature_idx"])
        left = np.arange(-1, _size(column) - 1) <= node["num_threshold"]
        left[0] = bool(node["missing_go_to_left"])
        held = path.get(column, np.ones(_size(column), dtype=bool))
        waiting += [
            (int(node["left"]), path | {column: held & left}),
            (int(node["right"]), path | {column: held & ~left}),
        ]


def _purified(intercept: float, main: dict[int, Table], pairs: dict[tuple[int, int], Table]) -> Tables:
    """Move what depends on one comparison alone out of the pair tables, and constants into the intercept."""
    total: defaultdict[int, Table] = defaultdict(lambda: np.zeros(0))
    for column in {*main, *(one for pair in pairs for one in pair)}:
        total[column] = main.get(column, np.zeros(_size(column))).copy()
    kept: dict[tuple[str, str], tuple[tuple[float, ...], ...]] = {}
    for (one, two), grid in sorted(pairs.items()):
        rest = grid.copy()
        rows, columns = rest.mean(axis=1), rest.mean(axis=0)
        total[one] += rows - rows.mean()
        total[two] += columns - columns.mean()
        intercept += float(rest.mean())
        rest -= rows[:, None] + columns[None, :] - rest.mean()
        kept[(NAMES[one], NAMES[two])] = tuple(tuple(round(float(value), 3) for value in row) for row in rest)
    mains = {}
    for column, values in sorted(total.items()):
        intercept += float(values[0])
        mains[NAMES[column]] = tuple(round(float(value - values[0]), 3) for value in values)
    return Tables(round(intercept, 3), mains, kept)
