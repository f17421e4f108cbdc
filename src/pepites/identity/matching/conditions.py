"""Tests on two records, written once: as SQL for the batch engines, as a function for the in-process one.

In SQL the records' columns are suffixed ``_l`` and ``_r``, as Splink wants; in Python they are attributes of
``Canonical``. A missing value is no evidence: SQL NULL and None both make a test false. The usual tests are Python
expressions on ``l`` and ``r``: a comparison joins them into one function, four times faster than one call a level.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler

Test = Callable[[Any, Any], bool]

DUCKDB: Final[Mapping[str, str]] = {
    "jw": "jaro_winkler_similarity({a}, {b})", "dl": "damerau_levenshtein({a}, {b})", "all": "list_has_all({a}, {b})",
    "any": "list_has_any({a}, {b})", "div": "({a} // {b})",
}  # fmt: skip


_LIKENESS: Final = re.compile(r"jw\(l\.\w+, r\.\w+\)")
_COLUMN: Final = re.compile(r"\b([lr])\.(\w+)")
_NAMESPACE: Final[Mapping[str, Any]] = {
    "jw": JaroWinkler.similarity,
    "dl": DamerauLevenshtein.distance,
}


@dataclass(frozen=True, slots=True)
class Condition:
    """One test. ``sql`` takes the engine's function names; ``python``, when given, is ``holds`` as an expression."""

    sql: Callable[[Mapping[str, str]], str]
    holds: Test
    python: str = ""

    def __or__(self, other: "Condition") -> "Condition":
        return self._joined(other, "or")

    def __and__(self, other: "Condition") -> "Condition":
        return self._joined(other, "and")

    def _joined(self, other: "Condition", word: str) -> "Condition":
        namespace: dict[str, Any] = dict(_NAMESPACE)
        text = f"({self.text(namespace)} {word} {other.text(namespace)})"
        return Condition(
            lambda names: f"({self.sql(names)} {word} {other.sql(names)})",
            _compiled(text, namespace),
            text if self.python and other.python else "",
        )

    def text(self, namespace: dict[str, Any]) -> str:
        """The test as an expression; a function of its own is put into ``namespace`` under a new name."""
        if self.python:
            return self.python
        name = f"f{len(namespace)}"
        namespace[name] = self.holds
        return f"{name}(l, r)"


def _compiled(text: str, namespace: Mapping[str, Any]) -> Test:
    test: Test = eval(f"lambda l, r: {text}", dict(namespace))  # noqa: S307 - our own text, never what people type
    return test


def level_functions(
    comparisons: Sequence[tuple[Condition, Sequence[Condition]]],
) -> Callable[[Any, Any], tuple[int, ...]]:
    """One function for all comparisons, each its ``missing`` and its tests: -1 when missing, else the rank of the first
    test that holds, counted from the last, 0. Likenesses are computed once, columns read once."""
    namespace: dict[str, Any] = dict(_NAMESPACE)
    text = ", ".join(_level_text(missing, tests, namespace) for missing, tests in comparisons)
    asked = list(dict.fromkeys(_LIKENESS.findall(text)))
    for rank, call in enumerate(asked):
        text = text.replace(call, f"(j{rank} if j{rank} is not None else (j{rank} := {call}))")
    unknown = "".join(f"j{rank} = " for rank in range(len(asked)))
    columns = sorted(set(_COLUMN.findall(text)))
    text = _COLUMN.sub(r"\1_\2", text)
    sides = (", ".join(form.format(*one) for one in columns) for form in ("{0}_{1}", "{0}.{1}"))
    exec(f"def levels(l, r):\n    {unknown}None\n    {' = '.join(sides)}\n    return ({text},)", namespace)  # noqa: S102 - our own text
    made: Callable[[Any, Any], tuple[int, ...]] = namespace["levels"]
    return made


def _level_text(missing: Condition, tests: Sequence[Condition], namespace: dict[str, Any]) -> str:
    text = "0"
    for rank, one in enumerate(reversed(tests[:-1]), start=1):
        text = f"{rank} if {one.text(namespace)} else {text}"
    return f"(-1 if {missing.text(namespace)} else {text})"


def _written(sql: Callable[[Mapping[str, str]], str], python: str) -> Condition:
    return Condition(sql, _compiled(python, _NAMESPACE), python)


def plain(sql: str, holds: Test) -> Condition:
    """A test whose SQL is the same everywhere."""
    return Condition(lambda _: f"({sql})", holds)


def below(sql: str, python: str) -> Condition:
    """A test whose SQL is the same everywhere, as an expression."""
    return _written(lambda _: f"({sql})", f"({python})")


ELSE: Final = Condition(lambda _: "ELSE", lambda _left, _right: True)


def same(one: str, other: str = "") -> Condition:
    """Equal and known."""
    two = other or one
    return _written(lambda _: f"({one}_l = {two}_r)", f"(l.{one} is not None and l.{one} == r.{two})")


def either_missing(*names: str) -> Condition:
    """One side lacks one of the columns."""
    return _written(
        lambda _: "(" + " or ".join(f"{name}_l is null or {name}_r is null" for name in names) + ")",
        "(" + " or ".join(f"l.{name} is None or r.{name} is None" for name in names) + ")",
    )


def crossed(make: Callable[[str, str], Condition], one: str, two: str) -> Condition:
    """The test between ``one`` of a side and ``two`` of the other, both ways."""
    return make(one, two) | make(two, one)


def alike(one: str, other: str = "", *, least: float) -> Condition:
    """Jaro-Winkler similarity at least ``least``, 0 to 1."""
    two = other or one
    return _written(
        lambda names: f"coalesce({names['jw'].format(a=f'{one}_l', b=f'{two}_r')}, 0) >= {least}",
        f"(l.{one} is not None and r.{two} is not None and jw(l.{one}, r.{two}) >= {least})",
    )


def one_edit(name: str, *, length: int) -> Condition:
    """At most one letter typed wrong, doubled, dropped or swapped, in a word of ``length`` letters at least."""
    return edits(name, length=length, most=1)


def edits(name: str, *, length: int, most: int) -> Condition:
    """At most ``most`` letters typed wrong, doubled, dropped or swapped, in words of ``length`` letters at least."""
    return _written(
        lambda names: (
            f"(length({name}_l) >= {length} and length({name}_r) >= {length}"
            f" and abs(length({name}_l) - length({name}_r)) <= {most}"
            f" and {names['dl'].format(a=f'{name}_l', b=f'{name}_r')} <= {most})"
        ),
        (
            f"(l.{name} is not None and r.{name} is not None"
            f" and len(l.{name}) >= {length} and len(r.{name}) >= {length}"
            f" and -{most} <= len(l.{name}) - len(r.{name}) <= {most}"
            f" and dl(l.{name}, r.{name}, score_cutoff={most}) <= {most})"
        ),
    )


def contains(whole: str, part: str) -> Condition:
    """Every word of ``part`` on the right is among ``whole`` on the left."""
    return _written(
        lambda names: f"({names['all'].format(a=f'{whole}_l', b=f'{part}_r')})",
        f"(l.{whole} is not None and r.{part} is not None and set(r.{part}).issubset(l.{whole}))",
    )


def contained(whole: str, part: str) -> Condition:
    """Every word of ``part`` on the left is among ``whole`` on the right."""
    return _written(
        lambda names: f"({names['all'].format(a=f'{whole}_r', b=f'{part}_l')})",
        f"(r.{whole} is not None and l.{part} is not None and set(l.{part}).issubset(r.{whole}))",
    )


def shared(one: str, other: str = "") -> Condition:
    """One word at least in common."""
    two = other or one
    return _written(
        lambda names: f"coalesce({names['any'].format(a=f'{one}_l', b=f'{two}_r')}, false)",
        f"(l.{one} is not None and r.{two} is not None and not set(l.{one}).isdisjoint(r.{two}))",
    )
