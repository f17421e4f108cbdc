"""Clusters of records: average linkage inside each connected part, never against a contradiction or a human's word.

Two groups join when the scores between all their records, the mean of them moved towards the best one, are above
``link``: one strong false pair does not chain two persons together, as connected components do (rapprochement §3,
§4-6), and a record that lost its phone is not parted from its person by the poorest of its records. Two groups of
several records each must resemble more: what separates them was written more than once, it is not a slip. A group
larger than the others of the file make likely is looked at again. Must-links and cannot-links are for ever.
"""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from pepites.identity.linkage.compare import Ids
from pepites.identity.linkage.scoring import Scores

MISSING_PAIR: Final = -2.0
"""Score of two records that share no key: most likely two persons, but the keys miss one true pair in a hundred."""
MOST: Final = 8.0
BEST: Final = 0.3
"""Share of the way from the mean of the scores between two groups to their best, when all their pairs are known."""
REPEATED: Final = 1.2
"""What two groups must reach for each record after the first of the smaller one, the fifth at most: a slip strikes one
record, a trait that separates two records from two others is another person's."""
SELDOM: Final = 0.02
"""Share of the groups of a size under which larger ones are unlikely: homonyms put together, most often."""
LEAST_USUAL: Final = 4
"""No group of this size or less is unusual."""
UNUSUAL: Final = 1.0
"""What each record above the usual size of a group adds to what must be reached."""
ANY_SIZE: Final = 1_000_000
MUST: Final = 1_000.0
NEVER: Final = -1_000_000.0
Labels = NDArray[np.int64]


def wanted(link: float, smaller: int, larger: int, usual: int = ANY_SIZE) -> float:
    """What two groups must exceed to be one person, from the number of records of each."""
    least = max(link, REPEATED * min(smaller - 1, 4)) if smaller > 1 else link
    return least + UNUSUAL * max(0, smaller + larger - usual)


@dataclass
class _Sum:
    """What is known between two groups: total of the scores, how many pairs, the best score."""

    total: float
    pairs: int
    best: float

    def plus(self, other: "_Sum") -> "_Sum":
        return _Sum(self.total + other.total, self.pairs + other.pairs, max(self.best, other.best))


@dataclass
class _Groups:
    """Groups of one connected part being joined."""

    link: float
    best: float
    usual: int
    members: dict[int, list[int]] = field(default_factory=dict)
    between: dict[int, dict[int, _Sum]] = field(default_factory=dict)
    waiting: list[tuple[float, int, int]] = field(default_factory=list)

    def add(self, one: int, two: int, score: float) -> None:
        for record in (one, two):
            self.members.setdefault(record, [record])
            self.between.setdefault(record, {})
        self.between[one][two] = self.between[two][one] = _Sum(score, 1, score)
        if score > self.link:
            heapq.heappush(self.waiting, (-score, one, two))

    def wanted(self, one: int, two: int) -> float:
        """What these two must exceed."""
        smaller, larger = sorted((len(self.members[one]), len(self.members[two])))
        return wanted(self.link, smaller, larger, self.usual)

    def likeness(self, one: int, two: int) -> float:
        known = self.between[one].get(two)
        if known is None:
            return NEVER
        every = len(self.members[one]) * len(self.members[two])
        mean = (known.total + (every - known.pairs) * MISSING_PAIR) / every
        return mean + self.best * (known.best - mean) * known.pairs / every

    def join_all(self) -> None:
        while self.waiting:
            gained, one, two = heapq.heappop(self.waiting)
            if one not in self.members or two not in self.members:
                continue
            found = self.likeness(one, two)
            if abs(found + gained) > 1e-9:  # the groups grew since: weigh them again, in their turn
                if found > self.wanted(one, two):
                    heapq.heappush(self.waiting, (-found, one, two))
            elif found > self.wanted(one, two):
                self._join(one, two)

    def _join(self, kept: int, gone: int) -> None:
        for other, known in self.between.pop(gone).items():
            if other == kept:
                continue
            own = self.between[kept].get(other)
            joined = own.plus(known) if own else known
            self.between[kept][other] = self.between[other][kept] = joined
            del self.between[other][gone]
        del self.between[kept][gone]
        self.members[kept] += self.members.pop(gone)
        for other in self.between[kept]:
            found = self.likeness(kept, other)
            if found > self.wanted(kept, other):
                heapq.heappush(self.waiting, (-found, kept, other))


def clusters(
    count: int, one: Ids, two: Ids, score: Scores, *, link: float, forbidden: NDArray[np.bool_] | None = None,
    must: Sequence[tuple[int, int]] = (), never: Sequence[tuple[int, int]] = (), best: float = BEST,
) -> Labels:  # fmt: skip
    """Label of the cluster of each of ``count`` records, from pairs numbered from 0.

    ``forbidden`` marks contradicted pairs; ``must`` and ``never`` are the cell's decisions. A cluster never holds a
    forbidden pair nor a ``never``, unless a ``must`` says otherwise. ``best``: what the best pair counts for.
    """
    weights = np.minimum(score, MOST)
    if forbidden is not None:
        weights = np.where(forbidden, NEVER, weights)
    if must or never:
        one, two, weights = _with_decisions(one, two, weights, must, never)
    kept = weights > link
    part = parts(count, one[kept], two[kept])
    inside = part[one] == part[two]
    one, two, weights = one[inside], two[inside], weights[inside]
    labels = _split(part, one, two, weights, link, best)
    usual = _usual(labels)
    if usual is None:
        return labels
    odd = np.isin(part, part[np.bincount(labels)[labels] > usual])
    again = odd[one]
    cut = _split(part, one[again], two[again], weights[again], link, best, usual)
    return np.where(odd, cut + labels.max() + 1, labels)


def _usual(labels: Labels) -> int | None:
    """Size above which hardly any group of the file goes; None when all do, or none does."""
    groups = np.bincount(np.bincount(labels))
    for size in range(LEAST_USUAL, len(groups) - 1):
        if 0 < groups[size + 1 :].sum() < SELDOM * groups[size]:
            return size
    return None


def parts(count: int, one: Ids, two: Ids) -> Labels:
    """Connected parts: label of each of ``count`` records."""
    joined = coo_matrix((np.ones(len(one), dtype=np.int8), (one, two)), shape=(count, count))
    return np.asarray(connected_components(joined, directed=False)[1], dtype=np.int64)


def _with_decisions(
    one: Ids, two: Ids, weights: Scores, must: Sequence[tuple[int, int]], never: Sequence[tuple[int, int]]
) -> tuple[Ids, Ids, Scores]:
    told = {(min(pair), max(pair)): MUST for pair in must} | {(min(pair), max(pair)): NEVER for pair in never}
    firsts, seconds = np.minimum(one, two), np.maximum(one, two)
    free = np.array([pair not in told for pair in zip(firsts.tolist(), seconds.tolist(), strict=True)], dtype=bool)
    return (
        np.concatenate([firsts[free], np.array([pair[0] for pair in told], dtype=np.int32)]),
        np.concatenate([seconds[free], np.array([pair[1] for pair in told], dtype=np.int32)]),
        np.concatenate([weights[free], np.array(list(told.values()))]),
    )


def _split(
    part: Labels, one: Ids, two: Ids, weights: Scores, link: float, best: float, usual: int = ANY_SIZE
) -> Labels:
    """Cut the parts that are not plain: three records or more, and a pair missing or not far enough above ``link``."""
    sizes = np.bincount(part)
    pairs = np.bincount(part[one], minlength=len(sizes))
    most = [wanted(link, size // 2, size - size // 2, usual) for size in range(int(sizes.max(initial=0)) + 1)]
    enough = np.array(most)[sizes]
    weak = np.bincount(part[one], weights=weights <= enough[part[one]], minlength=len(sizes))
    plain = (sizes < 3) | ((pairs == sizes * (sizes - 1) // 2) & (weak == 0))
    rows = np.nonzero(~plain[part[one]])[0]
    rows = rows[np.argsort(part[one[rows]], kind="stable")]
    labels, following = part.copy(), int(part.max(initial=-1)) + 1
    bounds = np.nonzero(np.diff(part[one[rows]]))[0] + 1
    for piece in np.split(rows, bounds) if len(rows) else ():
        groups = _Groups(link, best, usual)
        for a, b, weight in zip(one[piece].tolist(), two[piece].tolist(), weights[piece].tolist(), strict=True):
            groups.add(a, b, weight)
        groups.join_all()
        for members in groups.members.values():
            labels[members] = following
            following += 1
    return labels


def ambiguous(
    count: int, one: Ids, two: Ids, score: Scores, labels: Labels, *, within: float = 0.1
) -> NDArray[np.bool_]:
    """Pairs of which an end is almost as close to a record of another cluster: a runner-up within 10 % (§5.3)."""
    elsewhere = labels[one] != labels[two]
    rival = np.full(count, -np.inf)
    np.maximum.at(rival, one[elsewhere], score[elsewhere])
    np.maximum.at(rival, two[elsewhere], score[elsewhere])
    limit = score * (1 - within)
    return np.asarray(elsewhere | (rival[one] >= limit) | (rival[two] >= limit), dtype=np.bool_)


def torn(
    count: int, one: Ids, two: Ids, score: Scores, newborn: NDArray[np.bool_], *, link: float
) -> NDArray[np.bool_]:
    """Pairs of a newborn without a name that are likely two children at once, twins most often: a human decides
    (GUY-12).

    ``newborn`` marks pairs of which one record only has a provisional name. The children are told apart by the other
    pairs.
    """
    likely = score > link
    firm = likely & ~newborn
    child = parts(count, one[firm], two[firm])
    asked = np.nonzero(likely & newborn)[0]
    reached: dict[int, set[int]] = {}
    for row in asked.tolist():
        a, b = int(one[row]), int(two[row])
        reached.setdefault(a, set()).add(int(child[b]))
        reached.setdefault(b, set()).add(int(child[a]))
    found = np.zeros(len(one), dtype=bool)
    for row in asked.tolist():
        found[row] = len(reached[int(one[row])]) > 1 or len(reached[int(two[row])]) > 1
    return found
