"""Tests on two records, written once: as SQL for the batch engines, as a function for the in-process one.

In SQL the records' columns are suffixed ``_l`` and ``_r``, as Splink wants; in Python they are attributes of
``Canonical``. A missing value is no evidence: SQL NULL and None both make a test false.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler

Test = Callable[[Any, Any], bool]

DUCKDB: Final[Mapping[str, str]] = {
    "jw": "jaro_winkler_similarity({a}, {b})", "dl": "damerau_levenshtein({a}, {b})", "all": "list_has_all({a}, {b})",
    "any": "list_has_any({a}, {b})", "div": "({a} // {b})",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Condition:
    """One test. ``sql`` takes the engine's function names."""

    sql: Callable[[Mapping[str, str]], str]
    holds: Test

    def __or__(self, other: "Condition") -> "Condition":
        return Condition(
            lambda names: f"({self.sql(names)} or {other.sql(names)})",
            lambda left, right: self.holds(left, right) or other.holds(left, right),
        )

    def __and__(self, other: "Condition") -> "Condition":
        return Condition(
            lambda names: f"({self.sql(names)} and {other.sql(names)})",
            lambda left, right: self.holds(left, right) and other.holds(left, right),
        )


def plain(sql: str, holds: Test) -> Condition:
    """A test whose SQL is the same everywhere."""
    return Condition(lambda _: f"({sql})", holds)


ELSE: Final = Condition(lambda _: "ELSE", lambda _left, _right: True)


def same(one: str, other: str = "") -> Condition:
    """Equal and known."""
    two = other or one

    def holds(left: Any, right: Any) -> bool:
        value = getattr(left, one)
        return value is not None and bool(value == getattr(right, two))

    return plain(f"{one}_l = {two}_r", holds)


def either_missing(*names: str) -> Condition:
    """One side lacks one of the columns."""
    return plain(
        " or ".join(f"{name}_l is null or {name}_r is null" for name in names),
        lambda left, right: any(getattr(left, name) is None or getattr(right, name) is None for name in names),
    )


def crossed(make: Callable[[str, str], Condition], one: str, two: str) -> Condition:
    """The test between ``one`` of a side and ``two`` of the other, both ways."""
    return make(one, two) | make(two, one)


def alike(one: str, other: str = "", *, least: float) -> Condition:
    """Jaro-Winkler similarity at least ``least``, 0 to 1."""
    two = other or one

    def holds(left: Any, right: Any) -> bool:
        a, b = getattr(left, one), getattr(right, two)
        return a is not None and b is not None and JaroWinkler.similarity(a, b) >= least

    return Condition(
        lambda names: f"coalesce({names['jw'].format(a=f'{one}_l', b=f'{two}_r')}, 0) >= {least}",
        holds,
    )


def one_edit(name: str, *, length: int) -> Condition:
    """At most one letter typed wrong, doubled, dropped or swapped, in a word of ``length`` letters at least."""

    def holds(left: Any, right: Any) -> bool:
        a, b = getattr(left, name), getattr(right, name)
        return (
            a is not None
            and b is not None
            and len(a) >= length
            and len(b) >= length
            and DamerauLevenshtein.distance(a, b, score_cutoff=1) <= 1
        )

    return Condition(
        lambda names: (
            f"(length({name}_l) >= {length} and length({name}_r) >= {length}"
            f" and abs(length({name}_l) - length({name}_r)) <= 1"
            f" and {names['dl'].format(a=f'{name}_l', b=f'{name}_r')} <= 1)"
        ),
        holds,
    )


def contains(whole: str, part: str) -> Condition:
    """Every word of ``part`` on the right is among ``whole`` on the left."""

    def holds(left: Any, right: Any) -> bool:
        a, b = getattr(left, whole), getattr(right, part)
        return a is not None and b is not None and set(b).issubset(a)

    return Condition(lambda names: f"({names['all'].format(a=f'{whole}_l', b=f'{part}_r')})", holds)


def contained(whole: str, part: str) -> Condition:
    """Every word of ``part`` on the left is among ``whole`` on the right."""

    def holds(left: Any, right: Any) -> bool:
        a, b = getattr(right, whole), getattr(left, part)
        return a is not None and b is not None and set(b).issubset(a)

    return Condition(lambda names: f"({names['all'].format(a=f'{whole}_r', b=f'{part}_l')})", holds)


def shared(one: str, other: str = "") -> Condition:
    """One word at least in common."""
    two = other or one

    def holds(left: Any, right: Any) -> bool:
        a, b = getattr(left, one), getattr(right, two)
        return a is not None and b is not None and not set(a).isdisjoint(b)

    return Condition(lambda names: f"coalesce({names['any'].format(a=f'{one}_l', b=f'{two}_r')}, false)", holds)
