"""A population as a file a structure could send, with its truth beside it.

``python -m pepites.bench.population FOLDER --records 200000 --seed 7`` writes identities.csv and truth.csv.
"""

import csv
import random
from dataclasses import dataclass, field
from pathlib import Path

from pepites.bench.population.noise import Noise, Row
from pepites.bench.population.people import People, Person

COLUMNS = (
    "record_id", "source", "birth_name", "use_name", "given_name", "other_given", "sex", "birth_date", "birth_place",
    "commune", "phone", "mother_given", "ins",
)  # fmt: skip
TRUTH = ("record_id", "person_id", "family_id", "origin", "twin", "noise")
SOURCES = ("CH-CENTRE", "CH-OUEST", "CH-KOUROU", "CDPS-FLEUVES", "PMI", "LIBERAL", "ESMS")
_SOURCE_WEIGHTS = (34, 22, 12, 12, 8, 7, 5)
_COPIES = (0.60, 0.22, 0.10, 0.05, 0.02, 0.01)


@dataclass
class Population:
    """Records in the order of a file, and for each the person, family, community, twin mark and damage."""

    records: list[Row] = field(default_factory=list)
    truth: list[Row] = field(default_factory=list)

    def write(self, folder: Path) -> None:
        """Write ``identities.csv`` and ``truth.csv``."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, columns, rows in (("identities", COLUMNS, self.records), ("truth", TRUTH, self.truth)):
            with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, columns)
                writer.writeheader()
                writer.writerows(rows)


def generate(records: int, seed: int, *, noise: float = 1.0, twins: float = 0.03) -> Population:
    """``records`` records of fictional persons. ``noise`` multiplies the shares of damage; ``twins`` is per birth."""
    rng = random.Random(seed)
    mean = sum(count * share for count, share in enumerate(_COPIES, start=1))
    people = People(rng, int(records / mean * 1.02) + 20, twins)
    persons = people.make()
    spoiler = Noise(rng, people.names, noise)
    rows: list[tuple[Row, Row]] = []
    for person in persons:
        for copy in range(rng.choices(range(1, len(_COPIES) + 1), weights=_COPIES)[0]):
            row = _row(rng, person)
            kinds = [] if copy == 0 and rng.random() < 0.3 else spoiler.spoil(
                row, person.born, weak=person.undocumented_date, relatives=person.relatives_ins, community=person.community,
                other_name=person.other_name,
            )  # fmt: skip
            _dress(rng, row)
            rows.append((row, _truth(person, kinds)))
    rng.shuffle(rows)
    for number, (row, truth) in enumerate(rows[:records]):
        row["record_id"] = truth["record_id"] = f"R{number:07d}"
    return Population([row for row, _ in rows[:records]], [truth for _, truth in rows[:records]])


def _row(rng: random.Random, person: Person) -> Row:
    adult = not person.mother
    return {
        "record_id": "", "source": rng.choices(SOURCES, weights=_SOURCE_WEIGHTS)[0], "birth_name": person.birth_name,
        "use_name": person.use_name if adult else "", "given_name": person.given[0],
        "other_given": " ".join(person.given[1:]), "sex": person.sex, "birth_date": person.born.isoformat(),
        "birth_place": person.place, "commune": person.commune, "phone": person.phone, "mother_given": person.mother,
        "ins": person.ins,
    }  # fmt: skip


def _truth(person: Person, kinds: list[str]) -> Row:
    return {
        "record_id": "", "person_id": str(person.number), "family_id": str(person.family), "origin": person.community,
        "twin": "1" if person.twin else "0", "noise": "|".join(kinds),
    }  # fmt: skip


def _dress(rng: random.Random, row: Row) -> None:
    """Capital letters or not, +594 or not, as each software writes."""
    if rng.random() < 0.2:
        for column in ("birth_name", "use_name", "given_name", "other_given", "mother_given"):
            row[column] = row[column].title()
    if row["phone"] and rng.random() < 0.15:
        row["phone"] = "+594" + row["phone"][1:]
