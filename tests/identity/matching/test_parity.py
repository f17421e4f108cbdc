"""One model, two evaluators: the batch engine and the in-process one agree on every column, key, level and score."""

import csv
import itertools
import random
from pathlib import Path

import numpy as np
import pytest
from tests.identity.matching.records import loaded, population, raw, some_pairs, written

from pepites.identity.linkage import compare, frames, scoring
from pepites.identity.linkage.base import Base, opened
from pepites.identity.matching import blocking
from pepites.identity.matching.canonical import COLUMNS, Canonical, canonical
from pepites.identity.matching.comparisons import COMPARISONS, NAMES, levels_of
from pepites.identity.matching.conditions import DUCKDB
from pepites.identity.matching.dates import NEAR
from pepites.identity.matching.model import shipped
from pepites.identity.matching.score import judge, judge_levels

pytestmark = pytest.mark.slow
RARITY = {"rs", "rg", "nc", "ns", "ng", "ex"}


def test_the_columns_are_the_same(tmp_path: Path) -> None:
    made = population()
    with opened(threads=2) as base:
        batch = loaded(base, written(made, tmp_path), tmp_path)
    for row, one in zip(made.records, batch, strict=True):
        alone = canonical(raw(row))
        for name in COLUMNS:
            if name in RARITY:
                continue
            left, right = getattr(alone, name), getattr(one, name)
            assert (set(left) == set(right)) if isinstance(left, tuple) else left == right, (name, row)


def test_the_keys_are_the_same(tmp_path: Path) -> None:
    made = population()
    with opened(threads=2) as base:
        batch = loaded(base, written(made, tmp_path), tmp_path)
        listed = f"list_sort(list_distinct(list_concat({', '.join(frames.KEYS)})))"
        rows = base.rows(f"SELECT {listed} FROM (SELECT *, {frames._PAIRS} pairs FROM blocked) ORDER BY id")
    for one, (keys,) in zip(batch, rows, strict=True):
        assert set(blocking.keys(one)) == set(keys)


def _levels_in_sql(base: Base, pairs: list[tuple[int, int]]) -> list[tuple[int, ...]]:
    """The levels of any pair, by the SQL that Splink runs."""
    cases = []
    for one in COMPARISONS:
        last = len(one.levels) - 1
        tests = " ".join(
            f"WHEN {level.condition.sql(DUCKDB)} THEN {last - rank}" for rank, level in enumerate(one.levels[:-1])
        )
        cases.append(f"CASE WHEN {one.missing.sql(DUCKDB)} THEN -1 {tests} ELSE 0 END AS {one.name}")
    sides = ", ".join(f"l.{name} AS {name}_l, r.{name} AS {name}_r" for name in COLUMNS)
    values = ", ".join(f"({rank}, {one}, {two})" for rank, (one, two) in enumerate(pairs))
    return base.rows(
        f"SELECT {', '.join(cases)} FROM (SELECT n, {sides} FROM (VALUES {values}) p(n, one, two)"
        " JOIN blocked l ON l.id = one JOIN blocked r ON r.id = two) ORDER BY n"
    )


def test_levels_and_scores_are_the_same_on_ten_thousand_pairs(tmp_path: Path) -> None:
    made, model = population(6000), shipped()
    with opened(threads=2) as base:
        batch = loaded(base, written(made, tmp_path), tmp_path)
        one, two, levels = compare.compare(base)
        near = list(zip(one.tolist(), two.tolist(), strict=True))
        pairs = near[:6000] + some_pairs(len(batch), 6000)
        in_sql = _levels_in_sql(base, pairs)
    assert len(pairs) >= 10_000
    for (a, b), found in zip(pairs, in_sql, strict=True):
        assert levels_of(batch[a], batch[b]) == found, (batch[a], batch[b])
    for row, (a, b) in enumerate(near):
        assert levels_of(batch[a], batch[b]) == tuple(levels[row].tolist())
    scores, classes = scoring.judge(model, levels)
    for row in range(0, len(near), 7):
        alone = judge_levels(model, tuple(levels[row].tolist()))
        assert scoring.CLASS_NAMES[int(classes[row])] == alone.link_class.value
        if alone.link_class != "C":
            assert abs(alone.score - scores[row]) < 1e-6
    table = scoring.tables_sum(model, levels[:500])
    assert np.isfinite(table).all()


def test_addresses_and_places_in_words_are_the_same_in_both(tmp_path: Path) -> None:
    """What only files have: neither the service nor the population writes any."""
    rng = random.Random(8)
    streets = (
        "12 rue des Manguiers", "12, r. des Manguier",
        "12 RUE DES MANGUIERS BAT B", "Manguiers", "pk 12", "Inconnu", "",
    )  # fmt: skip
    places = ("Village Prospérité", "Village Prosperite", "Village Prosprité", "Crique Limonade", "97302", "97303", "")
    rows = [
        {"record_id": str(number), "birth_name": "DUPONT", "address": rng.choice(streets),
         "birth_place": rng.choice(places), "commune": rng.choice(places)}
        for number in range(60)
    ]  # fmt: skip
    source = tmp_path / "fiches.csv"
    with source.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    with opened(threads=2) as base:
        batch = loaded(base, source, tmp_path)
        pairs = list(itertools.combinations(range(len(rows)), 2))
        in_sql = _levels_in_sql(base, pairs)
    adr, pla = (NAMES.index(name) for name in ("adr", "pla"))
    assert {levels[adr] for levels in in_sql} == {-1, 0, 1, 2, 3, 4}
    assert {levels[pla] for levels in in_sql} == {-1, 0, 1}
    for (a, b), found in zip(pairs, in_sql, strict=True):
        assert levels_of(batch[a], batch[b]) == found, (batch[a], batch[b])
    for row, one in zip(rows, batch, strict=True):
        alone = canonical(raw(row | {"birth_place": one.pl or "", "commune": one.co or ""}))
        assert (alone.ad, alone.adt) == (one.ad, one.adt)
    slip = [
        levels for (a, b), levels in zip(pairs, in_sql, strict=True) if {batch[a].pl, batch[b].pl} == {"97302", "97303"}
    ]
    assert {levels[pla] for levels in slip} == {0}, "a slip in a code is another place"


def test_pairs_left_out_are_left_out_by_both(tmp_path: Path) -> None:
    made = population()
    with opened(threads=2) as base:
        batch = loaded(base, written(made, tmp_path), tmp_path)
        one, two, _ = compare.compare(base)
    kept = set(zip(one.tolist(), two.tolist(), strict=True))
    shared: dict[str, list[int]] = {}
    for number, record in enumerate(batch):
        for key in blocking.keys(record):
            shared.setdefault(key, []).append(number)
    expected = {
        (a, b)
        for numbers in shared.values()
        if len(numbers) <= blocking.LARGEST_FILE_BLOCK
        for rank, a in enumerate(numbers)
        for b in numbers[rank + 1 :]
        if NEAR.holds(batch[a], batch[b])
    }
    assert kept == expected


def test_a_record_against_itself_is_the_same(tmp_path: Path) -> None:
    del tmp_path
    known = Canonical(sn="DUPONT", snk="DUPONT", snt=("DUPONT",), sall=("DUPONT",), gn="ANNE", gnk="ANE", g1="ANNE",
                      g1k="ANE", gt=("ANNE",), gall=("ANNE",), y=1980, m=5, dd=17, wk=False, sx="F",
                      ph="94123457")  # fmt: skip
    assert judge(shipped(), known, known).link_class == "A"
