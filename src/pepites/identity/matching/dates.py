"""How two birth dates agree (identite-ins §5.4 point 4, GUY-4): levels, best first, and what is too far to compare."""

import re
from typing import Any, Final, NamedTuple

from pepites.identity.matching.conditions import ELSE, Condition, plain

# 01/MM and 15/MM are often conventional too: the year may be off as for 01/01 (GUY-4).
_MIDDLE = (1, 15)


def _same_day(left: Any, right: Any) -> bool:
    return bool(left.m == right.m and left.dd == right.dd)


def _years_apart(left: Any, right: Any) -> int:
    return abs(int(left.y) - int(right.y))


def _weak(left: Any, right: Any) -> bool:
    return bool(left.wk or right.wk)


def _digits_swapped(left: Any, right: Any) -> bool:
    a, b = left.y % 100, right.y % 100
    return bool(a % 10 * 10 + a // 10 == b)


def _one_digit_of_day(left: Any, right: Any) -> bool:
    return bool(left.dd // 10 == right.dd // 10 or left.dd % 10 == right.dd % 10)


_SAME = "y_l = y_r and m_l = m_r and dd_l = dd_r"
_DAY = "m_l = m_r and dd_l = dd_r"
_APART = "abs(y_l - y_r)"
_WEAK = "(wk_l or wk_r)"


def _day_digit(names: Any) -> str:
    left, right = names["div"].format(a="dd_l", b="10"), names["div"].format(a="dd_r", b="10")
    return f"({left} = {right} or dd_l % 10 = dd_r % 10)"


def _year_swapped(names: Any) -> str:
    return f"((y_l % 100) % 10 * 10 + {names['div'].format(a='(y_l % 100)', b='10')} = y_r % 100)"


DATE_LEVELS: Final[tuple[tuple[Condition, str], ...]] = (
    (plain(f"{_SAME} and not wk_l", lambda a, b: a.y == b.y and _same_day(a, b) and not a.wk), "même date de naissance"),
    (plain(_SAME, lambda a, b: a.y == b.y and _same_day(a, b)), "même date, sans doute interprétée"),
    (plain("y_l = y_r and m_l = dd_r and dd_l = m_r", lambda a, b: a.y == b.y and a.m == b.dd and a.dd == b.m),
     "jour et mois inversés"),
    (plain(f"y_l = y_r and {_WEAK}", lambda a, b: a.y == b.y and _weak(a, b)), "même année, une date interprétée"),
    (Condition(lambda n: f"(y_l = y_r and m_l = m_r and {_day_digit(n)})",
               lambda a, b: a.y == b.y and a.m == b.m and _one_digit_of_day(a, b)), "un chiffre du jour diffère"),
    (plain("y_l = y_r and m_l = m_r", lambda a, b: a.y == b.y and a.m == b.m), "mêmes mois et année"),
    (plain("y_l = y_r and dd_l = dd_r", lambda a, b: a.y == b.y and a.dd == b.dd), "mêmes jour et année"),
    (plain(f"{_DAY} and wk_l and {_APART} <= 3", lambda a, b: _same_day(a, b) and a.wk and _years_apart(a, b) <= 3),
     "dates interprétées, années proches"),
    (plain(f"{_DAY} and dd_l in {_MIDDLE} and {_APART} <= 3",
           lambda a, b: _same_day(a, b) and a.dd in _MIDDLE and _years_apart(a, b) <= 3), "mêmes jour et mois, années proches"),
    (Condition(lambda n: f"({_DAY} and ({_APART} in (1, 10, 20) or {_year_swapped(n)}))",
               lambda a, b: _same_day(a, b) and (_years_apart(a, b) in (1, 10, 20) or _digits_swapped(a, b))),
     "un chiffre de l'année diffère"),
    (plain(f"{_WEAK} and {_APART} <= 3", lambda a, b: _weak(a, b) and _years_apart(a, b) <= 3), "années proches, une date interprétée"),
    (plain(_DAY, _same_day), "mêmes jour et mois, autre année"),
    (plain("y_l = y_r", lambda a, b: a.y == b.y), "même année"),
    (ELSE, "dates différentes"),
)  # fmt: skip

# Dates further apart are never made up for by names: five pairs in six of those that share a key are left out (ADR 0020),
# unless the INS is the same.
NEAR: Final = Condition(
    lambda n: (
        f"(y_l is null or y_r is null or ({_DAY}) or (m_l = dd_r and dd_l = m_r and y_l = y_r)"
        f" or (y_l = y_r and (m_l = m_r or dd_l = dd_r or {_WEAK})) or ({_WEAK} and {_APART} <= 3)"
        " or ins_l = ins_r)"
    ),
    lambda a, b: (
        a.y is None
        or b.y is None
        or _same_day(a, b)
        or (a.m == b.dd and a.dd == b.m and a.y == b.y)
        or (a.y == b.y and (a.m == b.m or a.dd == b.dd or _weak(a, b)))
        or (_weak(a, b) and _years_apart(a, b) <= 3)
        or (a.ins is not None and a.ins == b.ins)
    ),
)
"""Whether two records are worth comparing."""


class SqlDate(NamedTuple):
    """A date in PostgreSQL, as three integers and whether it is a conventional one (GUY-4)."""

    year: str
    month: str
    day: str
    weak: str


def sql_date(date: str, said: str) -> SqlDate:
    """The parts of a date column; ``said`` is whether it was said interpreted."""
    year, month, day = (f"extract({part} FROM {date})::int" for part in ("year", "month", "day"))
    return SqlDate(year, month, day, f"({said} OR to_char({date}, 'MMDD') IN ('0101', '1231'))")


def near_sql(one: SqlDate, other: SqlDate) -> str:
    """``NEAR`` in PostgreSQL: what a look-up leaves out before it scores."""
    parts = {"ins_l": "1", "ins_r": "2"}
    for side, date in (("l", one), ("r", other)):
        parts |= {f"y_{side}": date.year, f"m_{side}": date.month, f"dd_{side}": date.day, f"wk_{side}": date.weak}
    return re.sub(r"\b(?:y|m|dd|wk|ins)_[lr]\b", lambda found: parts[found[0]], NEAR.sql({"div": "({a} / {b})"}))
