"""Small cells: nothing below the bound is shown, and nothing hidden can be worked out, even by who knows the rule."""

import itertools
from collections.abc import Mapping
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from pepites.coordination.figures.cells import hidden_parts, hidden_periods

TABLES = st.lists(st.integers(0, 14), min_size=2, max_size=5).map(
    lambda counts: {str(n): count for n, count in enumerate(counts)}
)


def worlds(table: Mapping[str, int], hidden: frozenset[str], least: int) -> list[dict[str, int]]:
    """Every table that would have been shown just the same: same sum, same visible parts, same parts hidden."""
    keys, total = sorted(hidden), sum(table[key] for key in hidden)
    found = []
    for counts in itertools.product(range(total + 1), repeat=max(0, len(keys) - 1)):
        if (last := total - sum(counts)) < 0:
            continue
        one = dict(table) | dict(zip(keys, (*counts, last), strict=True))
        if hidden_parts(one, least=least) == hidden:
            found.append(one)
    return found


@given(table=TABLES, least=st.integers(3, 6))
@settings(max_examples=150, deadline=None)
def test_nothing_small_is_shown_and_nothing_hidden_has_one_value_only(table: dict[str, int], least: int) -> None:
    hidden = hidden_parts(table, least=least)
    assert {key for key, count in table.items() if 0 < count < least} <= hidden
    if not hidden or sum(table.values()) < least or sum(table[key] for key in hidden) > 24:
        return
    possible = worlds(table, hidden, least)
    for key in hidden:
        assert len({one[key] for one in possible}) > 1, (table, hidden)


def test_a_second_part_is_hidden_so_that_the_first_is_not_the_total_less_the_others() -> None:
    assert hidden_parts({"a": 3, "b": 40, "c": 12}, least=5) == {"a", "c"}
    assert hidden_parts({"a": 13, "b": 40, "c": 12}, least=5) == frozenset()
    assert hidden_parts({"a": 0, "b": 40}, least=5) == frozenset()
    assert hidden_parts({"a": 3, "b": 40, "c": 12}, least=11) == {"a", "c"}


def test_two_tables_tied_together_hide_the_same_parts() -> None:
    entries, exits = {"1": 3, "2": 30, "3": 20, "4": 9}, {"1": 40, "2": 40, "3": 2, "4": 9}
    assert hidden_parts(entries, exits, least=5) == {"1", "3", "4"}


MONTHS = st.lists(st.integers(0, 9), min_size=12, max_size=12).map(
    lambda counts: {date(2026, n, 1): count for n, count in enumerate(counts, start=1)}
)


@given(months=MONTHS, least=st.sampled_from((5, 11)))
@settings(max_examples=200, deadline=None)
def test_a_hidden_month_or_quarter_is_not_what_the_others_leave(months: dict[date, int], least: int) -> None:
    hidden = hidden_periods(months, least=least)
    quarters = {date(2026, q, 1): sum(months[date(2026, q + n, 1)] for n in range(3)) for q in (1, 4, 7, 10)}
    for length, table in ((1, months), (3, quarters), (12, {date(2026, 1, 1): sum(months.values())})):
        for day, count in table.items():
            assert not 0 < count < least or (day, length) in hidden
    for day in quarters:
        inside = {date(2026, day.month + n, 1) for n in range(3)}
        left = {one for one in inside if (one, 1) in hidden}
        if (day, 3) in hidden:
            assert left == inside
        else:
            assert len(left) != 1
    if (date(2026, 1, 1), 12) not in hidden:
        assert len({day for day in quarters if (day, 3) in hidden}) != 1
