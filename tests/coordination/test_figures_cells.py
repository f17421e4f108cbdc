"""Small cells: nothing below the bound is shown, and nothing hidden can be worked out, even by who knows the rule."""

import itertools
from collections.abc import Mapping
from datetime import date
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from pepites.coordination.figures.board import reading
from pepites.coordination.figures.catalogue import BY_KEY
from pepites.coordination.figures.cells import hidden_parts, hidden_periods, withheld_periods
from pepites.coordination.figures.selectors import Count

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


Leaves = dict[tuple[int, str], int]
"""Persons by month and by part; the parts of a quarter and of the year are their sums."""
View = dict[tuple[date, int, str], int | None]
"""What is read of every period and part, the total under ``*``; None when hidden."""
SPANS = (
    *((date(2026, n, 1), 1) for n in range(1, 13)), *((date(2026, n, 1), 3) for n in (1, 4, 7, 10)),
    (date(2026, 1, 1), 12),
)  # fmt: skip


def within(first: date, months: int) -> range:
    return range(first.month, first.month + months)


def read_everything(leaves: Leaves, least: int, *, rule: bool = True) -> View:
    """Every month, quarter and year of one figure, as its dashboards show them one after the other."""
    keys = sorted({key for _, key in leaves})
    tables = {
        span: {key: sum(leaves.get((n, key), 0) for n in within(*span)) for key in keys} for span in SPANS
    }  # fmt: skip
    masked = hidden_periods({day: sum(tables[day, 1].values()) for day, months in SPANS if months == 1}, least=least)
    coarse = withheld_periods(tables, masked, least=least) if rule else frozenset()
    view: View = {}
    for (first, months), table in tables.items():
        counts = {"sorties": {key: Count(n, n) for key, n in table.items() if n}}
        shown = reading(
            BY_KEY["sorties"], counts, least=least, masked=(first, months) in masked, withheld=(first, months) in coarse
        )
        view[first, months, "*"] = None if shown.value is None else int(shown.value)
        parts = dict(shown.parts)
        view |= {(first, months, key): parts.get(key) for key in keys}
    return view


def worked_out(leaves: Leaves, least: int, *, rule: bool = True) -> set[tuple[date, int, str]]:
    """The small cells that adding and subtracting what is read gives exactly."""
    view, unknown = read_everything(leaves, least, rule=rule), sorted(leaves)

    def line(first: date, months: int, key: str) -> list[Fraction]:
        return [Fraction(month in within(first, months) and key in (one, "*")) for month, one in unknown]

    pivots: list[tuple[int, list[Fraction]]] = []

    def left(row: list[Fraction]) -> list[Fraction]:
        for place, known in pivots:
            if row[place]:
                factor = row[place]
                row = [a - factor * b for a, b in zip(row, known, strict=True)]
        return row

    for cell, value in view.items():
        if value is not None and any(row := left(line(*cell))):
            place = next(n for n, one in enumerate(row) if one)
            pivots.append((place, [one / row[place] for one in row]))
    small = {
        (first, months, key)
        for first, months in SPANS for key in {key for _, key in leaves}
        if 0 < sum(leaves[n, key] for n in within(first, months)) < least
    }  # fmt: skip
    return {cell for cell in small if not any(left(line(*cell)))}


REASONS = ("deces", "objectif", "relais")
YEARS = st.lists(st.sampled_from((0, 0, 2, 4, 5, 6, 9, 30)), min_size=36, max_size=36).map(
    lambda counts: {(n // 3 + 1, REASONS[n % 3]): count for n, count in enumerate(counts)}
)
BUSY = st.lists(st.sampled_from((5, 6, 7, 20)), min_size=36, max_size=36)


@given(leaves=YEARS, busy=BUSY, few=st.lists(st.integers(0, 35), max_size=4), calm=st.booleans())
@settings(max_examples=60, deadline=None)
def test_months_quarters_and_year_together_give_no_small_part(
    leaves: Leaves, busy: list[int], few: list[int], calm: bool
) -> None:
    if calm:  # large numbers everywhere but in a few months: what a whole network looks like
        leaves = {cell: 3 if n in few else busy[n] for n, cell in enumerate(leaves)}
    assert not worked_out(leaves, 5)


def test_without_the_rule_a_month_is_the_quarter_less_the_others() -> None:
    leaves = {(month, reason): 20 for month in range(1, 13) for reason in REASONS}
    leaves |= {(3, "deces"): 2, (3, "relais"): 6}
    march = date(2026, 3, 1)
    assert (march, 1, "deces") in worked_out(leaves, 5, rule=False)
    assert not worked_out(leaves, 5)
    view = read_everything(leaves, 5)
    assert [view[date(2026, n, 1), 1, "deces"] for n in range(1, 7)] == [None, None, None, 20, 20, 20]
    assert view[date(2026, 1, 1), 3, "deces"] == 42
    leaves[1, "deces"] = leaves[2, "deces"] = 0
    view = read_everything(leaves, 5)
    assert [view[date(2026, n, 1), 3, "deces"] for n in (1, 4, 7, 10)] == [None] * 4
    assert view[date(2026, 1, 1), 12, "deces"] == 182


def three(n: int) -> list[tuple[int, int, int]]:
    return [(one, two, n - one - two) for one in range(n + 1) for two in range(n + 1 - one)]


@given(counts=st.lists(st.integers(0, 6), min_size=6, max_size=6))
@settings(max_examples=150, deadline=None)
def test_who_knows_the_rule_never_finds_one_value_only_for_a_small_part(counts: list[int]) -> None:
    """A quarter of two parts: every other table that would be read just the same, months and quarter together."""
    first, second = tuple(counts[:3]), tuple(counts[3:])

    def seen(a: tuple[int, ...], b: tuple[int, ...]) -> View:
        leaves = {(n + 1, key): values[n] for key, values in (("deces", a), ("relais", b)) for n in range(3)}
        return read_everything(leaves, 3)

    view = seen(first, second)
    if any(view[date(2026, 1, 1), 12, key] is None for key in ("deces", "relais")):
        return  # the year hides its own parts: the tests above
    totals = [view[date(2026, n, 1), 1, "*"] for n in (1, 2, 3)]
    alike = [
        (a, b)
        for a in three(sum(first)) for b in three(sum(second))
        if all(total in (None, a[n] + b[n]) for n, total in enumerate(totals)) and seen(a, b) == view
    ]  # fmt: skip
    assert (first, second) in alike
    for n in range(3):
        assert first[n] not in (1, 2) or len({a[n] for a, _ in alike}) > 1, (counts, alike)
        assert second[n] not in (1, 2) or len({b[n] for _, b in alike}) > 1, (counts, alike)
