"""§5.7-7: what the judge decides on a labelled set of a population that no model was trained on (GUY-1 to GUY-14)."""

import csv
from collections import defaultdict
from itertools import combinations
from pathlib import Path

import pytest

from pepites.bench.population import generate
from pepites.bench.region import readable
from pepites.identity import frequencies
from pepites.identity.matching.frequency import count, pack, unpack
from pepites.identity.written import blocking_keys
from pepites.regional.engine import Judged, MatchRecord, judge
from pepites.regional.records import incoming_match

SEED, RECORDS = 71, 4_000


@pytest.fixture(scope="module")
def labelled(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[tuple[bool, bool, Judged]], int]:
    """Every pair that shares a key: whether it is one person, whether they are twins, the verdict; and true pairs."""
    folder: Path = tmp_path_factory.mktemp("population")
    generate(RECORDS, SEED).write(folder)
    rows = list(readable(folder / "identities.csv"))
    names = [(one.traits.birth_name, one.traits.first_given_name, one.traits.birth_date.stored) for _, one in rows]
    frequencies.hold(unpack(pack(*count(names)), "essai"))
    truth = {row["record_id"]: row for row in csv.DictReader((folder / "truth.csv").open(encoding="utf-8"))}
    records = [incoming_match(one, rank) for rank, one in rows]  # each in a domain of its own: none is a local double
    marks = [truth[one.local_id] for _, one in rows]
    persons: dict[str, list[int]] = defaultdict(list)
    for index, mark in enumerate(marks):
        persons[mark["person_id"]].append(index)
    judged = [
        (marks[a]["person_id"] == marks[b]["person_id"], _twins(marks[a], marks[b]), verdict)
        for a, b in _pairs(records)
        for verdict in judge(records[a], [records[b]])
    ]
    return judged, sum(len(found) * (len(found) - 1) // 2 for found in persons.values())


def _pairs(records: list[MatchRecord]) -> set[tuple[int, int]]:
    blocks: dict[str, list[int]] = defaultdict(list)
    for index, one in enumerate(records):
        for key in blocking_keys(one.written):
            blocks[key].append(index)
    return {pair for held in blocks.values() if len(held) <= 100 for pair in combinations(held, 2)}


def _twins(one: dict[str, str], other: dict[str, str]) -> bool:
    return (
        one["person_id"] != other["person_id"]
        and one["family_id"] == other["family_id"]
        and one["twin"] == other["twin"] == "1"
    )


def test_5_7_7_class_a_is_nearly_never_wrong(labelled: tuple[list[tuple[bool, bool, Judged]], int]) -> None:
    judged, _ = labelled
    automatic = [same for same, _, verdict in judged if verdict.cls == "A"]
    assert len(automatic) >= 500
    assert sum(automatic) / len(automatic) >= 0.995


def test_5_7_7_no_pair_of_twins_is_linked(labelled: tuple[list[tuple[bool, bool, Judged]], int]) -> None:
    judged, _ = labelled
    assert sum(twins for _, twins, _ in judged) >= 20
    assert [verdict for _, twins, verdict in judged if twins and verdict.cls == "A"] == []


def test_5_7_7_nearly_every_person_is_linked_or_shown(labelled: tuple[list[tuple[bool, bool, Judged]], int]) -> None:
    judged, true = labelled
    assert sum(same and verdict.cls in "AB" for same, _, verdict in judged) / true >= 0.95
