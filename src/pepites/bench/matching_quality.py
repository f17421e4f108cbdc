"""What a linked file is worth against the truth: pairs, clusters, twins, communities (rapprochement §4)."""

import csv
import datetime as dt
import itertools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pepites.bench.population.people import TODAY

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Truth:
    """The person, family, community and twin mark of each record, in the order of the file."""

    ids: list[str]
    person: Ints
    family: Ints
    community: NDArray[np.str_]
    twin: NDArray[np.bool_]


def read_truth(path: Path) -> Truth:
    """Read ``truth.csv``."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return Truth(
        ids=[row["record_id"] for row in rows],
        person=np.array([int(row["person_id"]) for row in rows], dtype=np.int64),
        family=np.array([int(row["family_id"]) for row in rows], dtype=np.int64),
        community=np.array([row["origin"] for row in rows]),
        twin=np.array([row["twin"] == "1" for row in rows]),
    )


def read_labels(path: Path, column: str) -> Ints:
    """A column of clusters, as numbers."""
    with path.open(encoding="utf-8", newline="") as file:
        names = [row[column] for row in csv.DictReader(file)]
    return np.asarray(np.unique(names, return_inverse=True)[1], dtype=np.int64)


def _pairs(labels: Ints) -> float:
    sizes = np.unique(labels, return_counts=True)[1].astype(np.int64)
    return float((sizes * (sizes - 1) // 2).sum())


def _crossed(one: Ints, two: Ints) -> Ints:
    return one * (int(two.max()) + 1) + two


def clusters(labels: Ints, truth: Truth) -> dict[str, Any]:
    """Precision, recall and F1 of the pairs that clusters make, size of the largest, twins put together, gap."""
    right = _pairs(_crossed(labels, truth.person))
    made, real = _pairs(labels), _pairs(truth.person)
    precision, recall = right / made if made else 1.0, right / real
    shares = {}
    for name in np.unique(truth.community):
        here = truth.community == name
        shares[str(name)] = _pairs(_crossed(labels[here], truth.person[here])) / max(_pairs(truth.person[here]), 1)
    return {
        "precision": round(precision, 5),
        "recall": round(recall, 4),
        "f1": round(2 * precision * recall / (precision + recall), 4),
        "largest": int(np.unique(labels, return_counts=True)[1].max()),
        "twins": _twins(labels, truth),
        "gap": round(max(shares.values()) - min(shares.values()), 4),
        "communities": {name: round(share, 3) for name, share in sorted(shares.items())},
    }


def _twins(labels: Ints, truth: Truth) -> int:
    """Pairs of records of twins, of two persons of one family, in one cluster."""
    rows = np.nonzero(truth.twin)[0]
    together = _crossed(labels[rows], truth.family[rows])
    apart = _crossed(together, truth.person[rows])
    return int(_pairs(together) - _pairs(apart))


def eligible_recall(records: Path, labels: Ints, truth: Truth) -> float:
    """Share found by ``labels`` of the true pairs that STIC-7 lets the machine link.

    Those are of two sources, without a child of a multiple birth nor anybody younger than 28 days.
    """
    with records.open(encoding="utf-8", newline="") as file:
        rows = [(row["source"], row["birth_date"]) for row in csv.DictReader(file)]
    young = (TODAY - dt.timedelta(days=28)).isoformat()
    persons: dict[int, list[int]] = {}
    for number, (_, born) in enumerate(rows):
        if born <= young and not truth.twin[number]:
            persons.setdefault(int(truth.person[number]), []).append(number)
    found = eligible = 0
    for group in persons.values():
        for one, two in itertools.combinations(group, 2):
            if rows[one][0] != rows[two][0]:
                eligible += 1
                found += bool(labels[one] == labels[two])
    return round(found / max(eligible, 1), 4)


def review_recall(path: Path, truth: Truth) -> tuple[float, int]:
    """Share of the true pairs that are A or B among the pairs written, and how many B there are to review."""
    place = {name: number for number, name in enumerate(truth.ids)}
    found = review = 0
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["link_class"] == "C":
                continue
            review += row["link_class"] == "B"
            one, two = place[row["record_id_1"]], place[row["record_id_2"]]
            found += bool(truth.person[one] == truth.person[two])
    return round(found / _pairs(truth.person), 4), review
