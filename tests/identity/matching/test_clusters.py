"""Clusters: no chain, no contradiction, the cell's word for ever (rapprochement §4-6)."""

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pepites.identity.linkage.clusters import ambiguous, clusters, torn

COUNT = 9
EDGES = st.dictionaries(
    st.sampled_from(list(itertools.combinations(range(COUNT), 2))), st.floats(-6, 6, allow_nan=False), max_size=30
)
PAIRS = st.sets(st.sampled_from(list(itertools.combinations(range(COUNT), 2))), max_size=4)


def _arrays(edges: dict[tuple[int, int], float]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    one = np.array([pair[0] for pair in edges], dtype=np.int32)
    two = np.array([pair[1] for pair in edges], dtype=np.int32)
    return one, two, np.array(list(edges.values()), dtype=float)


@given(EDGES, PAIRS)
def test_no_cluster_holds_two_records_that_may_not_be_together(
    edges: dict[tuple[int, int], float], never: set[tuple[int, int]]
) -> None:
    one, two, score = _arrays(edges)
    labels = clusters(COUNT, one, two, score, link=0.0, never=sorted(never))
    assert all(labels[a] != labels[b] for a, b in never)


@given(EDGES, st.sampled_from(list(itertools.combinations(range(COUNT), 2))))
def test_a_human_link_holds(edges: dict[tuple[int, int], float], must: tuple[int, int]) -> None:
    one, two, score = _arrays(edges)
    labels = clusters(COUNT, one, two, score, link=0.0, must=[must])
    assert labels[must[0]] == labels[must[1]]


@given(EDGES)
def test_records_without_a_pair_above_the_threshold_stay_alone(edges: dict[tuple[int, int], float]) -> None:
    one, two, score = _arrays(edges)
    labels = clusters(COUNT, one, two, score, link=0.0)
    linked = {record for pair, value in edges.items() if value > 0 for record in pair}
    for record in set(range(COUNT)) - linked:
        assert (labels == labels[record]).sum() == 1


@given(EDGES)
def test_the_order_of_the_pairs_changes_nothing(edges: dict[tuple[int, int], float]) -> None:
    distinct = {pair: value + rank * 1e-3 for rank, (pair, value) in enumerate(edges.items())}
    turned = dict(reversed(list(distinct.items())))
    first = clusters(COUNT, *_arrays(distinct), link=0.0)
    second = clusters(COUNT, *_arrays(turned), link=0.0)
    assert np.array_equal(first[:, None] == first[None, :], second[:, None] == second[None, :])


def test_a_forbidden_pair_splits_a_chain() -> None:
    edges = {(0, 1): 4.0, (1, 2): 3.0, (0, 2): 5.0}
    one, two, score = _arrays(edges)
    labels = clusters(3, one, two, score, link=0.0, forbidden=np.array([False, False, True]))
    assert labels[0] == labels[1] != labels[2]


def test_one_weak_bridge_does_not_chain_two_persons() -> None:
    edges = dict.fromkeys([*itertools.combinations(range(3), 2), *itertools.combinations(range(3, 6), 2)], 6.0) | {
        (2, 3): 0.5
    }
    one, two, score = _arrays(edges)
    labels = clusters(6, one, two, score, link=0.0)
    assert labels[0] != labels[5]
    assert len(set(labels.tolist())) == 2


def _two_groups(sizes: tuple[int, int], between: float) -> int:
    """Clusters found in two tight groups, all of whose records resemble one another by ``between``."""
    count = sum(sizes)
    group = [0] * sizes[0] + [1] * sizes[1]
    edges = {(a, b): 5.0 if group[a] == group[b] else between for a, b in itertools.combinations(range(count), 2)}
    return len(set(clusters(count, *_arrays(edges), link=-0.4).tolist()))


def test_what_separates_two_groups_of_records_is_no_slip() -> None:
    """Two families' homonyms, each with several records: none is far from the others, yet two persons."""
    assert _two_groups((4, 1), 0.5) == 1
    assert _two_groups((4, 2), 0.5) == 2
    assert _two_groups((4, 4), 1.4) == 2


def test_groups_that_resemble_enough_are_one_person_however_many_their_records() -> None:
    assert _two_groups((2, 2), 1.3) == 1
    assert _two_groups((3, 3), 2.5) == 1
    assert _two_groups((8, 8), 4.9) == 1


def test_a_record_is_not_parted_from_its_person_by_the_poorest_of_its_records() -> None:
    """The first two records carry the phone of the third; the second has no date: its pair alone is doubtful."""
    edges = {(0, 1): 6.0, (0, 2): 2.0, (1, 2): -3.0}
    one, two, score = _arrays(edges)
    assert len(set(clusters(3, one, two, score, link=-0.4).tolist())) == 1
    assert len(set(clusters(3, one, two, score, link=-0.4, best=0.0).tolist())) == 2


def test_one_strong_pair_does_not_bring_in_a_record_that_the_others_contradict() -> None:
    edges = {(0, 1): 6.0, (0, 2): 4.0, (1, 2): -10.0}
    one, two, score = _arrays(edges)
    labels = clusters(3, one, two, score, link=-0.4)
    assert labels[0] == labels[1] != labels[2]


def _beside_groups_of_four(groups: int, *, must: bool = False) -> int:
    """Size of the group of the last record, near four others, in a file that has that many other groups of four."""
    count = 4 * groups + 5
    edges = {
        pair: 5.0 for first in range(0, count - 1, 4) for pair in itertools.combinations(range(first, first + 4), 2)
    } | {(record, count - 1): 0.5 for record in range(count - 5, count - 1)}
    told = [(count - 2, count - 1)] if must else []
    labels = clusters(count, *_arrays(edges), link=-0.4, must=told)
    assert len(set(labels[: 4 * groups].tolist())) == groups
    return int((labels == labels[-1]).sum())


def test_a_group_larger_than_the_file_makes_likely_must_resemble_more() -> None:
    """One group of five in a file of small ones is most often two homonyms; among others of its size it is not."""
    assert _beside_groups_of_four(20) == 5
    assert _beside_groups_of_four(80) == 1
    assert _beside_groups_of_four(80, must=True) == 5


def test_a_rival_within_ten_percent_makes_a_link_ambiguous() -> None:
    edges = {(0, 1): 5.0, (0, 2): 4.8, (3, 4): 5.0, (4, 5): 1.0}
    one, two, score = _arrays(edges)
    labels = np.array([0, 0, 1, 2, 2, 3])
    assert ambiguous(6, one, two, score, labels).tolist() == [True, True, False, True]


def test_a_newborn_like_two_children_at_once_is_left_to_a_human() -> None:
    edges = {(0, 1): 3.0, (0, 2): 3.0, (1, 2): -5.0, (3, 4): 3.0}
    one, two, score = _arrays(edges)
    newborn = np.array([True, True, False, True])
    assert torn(5, one, two, score, newborn, link=0.0).tolist() == [True, True, False, False]


def test_nothing_to_link() -> None:
    empty = np.array([], dtype=np.int32)
    assert len(set(clusters(3, empty, empty, np.array([]), link=0.0).tolist())) == 3
