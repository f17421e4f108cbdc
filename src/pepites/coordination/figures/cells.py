"""Small cells: what is hidden so that no count of few persons can be read, nor worked out from the others (design §8).

A first hiding takes every count of fewer persons than the bound. Since the sum of the parts is shown, a second one
hides others, at least one that is not small, until what is left of the sum could be shared out in many ways, even for
who knows this rule. Zero is shown: it speaks of nobody.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date


def is_small(count: int, least: int) -> bool:
    """Fewer persons than the bound, but some."""
    return 0 < count < least


def hidden_parts(*tables: Mapping[str, int], least: int, forced: Iterable[str] = ()) -> frozenset[str]:
    """Parts to hide in every table at once; the tables have the same keys, and their sums are known.

    Tables are hidden together when one can be worked out from another (entries and exits, from who is followed).
    """
    keys = {key for table in tables for key in table}
    small = set(forced) | {key for table in tables for key, count in table.items() if is_small(count, least)}
    if not small:
        return frozenset()
    hidden, groups = set(small), _by_size(keys - small, tables)
    while groups and (hidden == small or not _all_vague(tables, hidden, least)):
        hidden |= groups.pop(0)
    return frozenset(hidden)


def _by_size(keys: set[str], tables: Sequence[Mapping[str, int]]) -> list[set[str]]:
    """Parts by size, the smallest first, zeros last; equal ones go together, or the one chosen would tell."""
    sizes: dict[int, set[str]] = {}
    for key in keys:
        sizes.setdefault(sum(table.get(key, 0) for table in tables), set()).add(key)
    return [sizes[size] for size in sorted(sizes, key=lambda size: (size == 0, size))]


def _all_vague(tables: Sequence[Mapping[str, int]], hidden: Iterable[str], least: int) -> bool:
    return all(_vague([table.get(key, 0) for key in hidden], least) for table in tables)


def _vague(counts: Sequence[int], least: int) -> bool:
    """Whether any of these counts could be anything up to the bound, their sum being known."""
    floor = 0 if 0 in counts else len(counts) - 1
    return len(counts) > 1 and sum(counts) - floor >= least


def hidden_periods(*tables: Mapping[date, int], least: int) -> frozenset[tuple[date, int]]:
    """Months, quarters and years to hide when the counts of the months add up: each as (first day, months).

    ``tables`` give a count for the first day of each month of whole years. A hidden quarter hides its months.
    """
    found: set[tuple[date, int]] = set()
    for year in sorted({day.year for table in tables for day in table}):
        whole = [{month: table.get(date(year, month, 1), 0) for month in range(1, 13)} for table in tables]
        found |= _year(year, whole, least)
    return frozenset(found)


def _year(year: int, tables: list[dict[int, int]], least: int) -> set[tuple[date, int]]:
    found: set[tuple[date, int]] = set()
    forced = set()
    for first in (1, 4, 7, 10):
        months = [{f"{month:02d}": table[month] for month in range(first, first + 3)} for table in tables]
        hidden = hidden_parts(*months, least=least)
        found |= {(date(year, int(month), 1), 1) for month in hidden}
        if hidden and not _all_vague(months, hidden, least):
            forced.add(f"{first:02d}")
    quarters = [{f"{q:02d}": sum(table[q + n] for n in range(3)) for q in (1, 4, 7, 10)} for table in tables]
    for quarter in hidden_parts(*quarters, least=least, forced=forced):
        found.add((date(year, int(quarter), 1), 3))
        found |= {(date(year, int(quarter) + n, 1), 1) for n in range(3)}
    if any(is_small(sum(table.values()), least) for table in tables):
        found.add((date(year, 1, 1), 12))
    return found


Table = Mapping[str, int]


def withheld_periods(
    tables: Mapping[tuple[date, int], Table], masked: frozenset[tuple[date, int]], *, least: int
) -> frozenset[tuple[date, int]]:
    """Months and quarters that give no parts: three months make a quarter, four quarters a year, and one is subtracted.

    ``tables`` give the parts of each period, as (first day, months), of whole years; ``masked`` are those whose total
    is hidden. A year hides its own small parts. Its quarters give theirs all four or none, when none has a small one;
    then the months of a quarter likewise: below the year, what gives parts gives them all.
    """

    def speaks(period: tuple[date, int]) -> bool:
        return period not in masked and not any(is_small(n, least) for n in tables.get(period, {}).values())

    found: set[tuple[date, int]] = set()
    for year in {day.year for day, _ in tables}:
        quarters = [(date(year, month, 1), 3) for month in (1, 4, 7, 10)]
        whole = all(speaks(quarter) for quarter in quarters)
        found |= set() if whole else set(quarters)
        for first, _ in quarters:
            months = [(first.replace(month=first.month + n), 1) for n in range(3)]
            found |= set() if whole and all(speaks(month) for month in months) else set(months)
    return frozenset(found)
