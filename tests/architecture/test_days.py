"""The day is that of French Guiana: from nine in the evening, the base and its instants are already a day ahead."""

import datetime as dt
import re
from pathlib import Path

import time_machine

from pepites.common.clock import local_day, today

SRC = Path(__file__).parents[2] / "src" / "pepites"
WRONG = re.compile(r"_at\)?\.date\(\)|_at::date|\bcurrent_date\b|\bnow\(\)(?:\.date\(\)|::date)")


def test_no_day_is_taken_from_an_instant_in_utc() -> None:
    """``clock.local_day`` and ``rls.day`` are the ways; the benchmarks' invented rows do not matter."""
    found = [
        f"{path.relative_to(SRC)}:{number}"
        for path in SRC.rglob("*.py")
        if "bench" not in path.parts
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if WRONG.search(line)
    ]
    assert found == []


def test_late_in_the_evening_it_is_still_today() -> None:
    evening = dt.datetime(2026, 11, 28, 1, 30, tzinfo=dt.UTC)
    with time_machine.travel(evening, tick=False):
        assert today() == local_day(evening) == dt.date(2026, 11, 27)
