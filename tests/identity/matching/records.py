"""Records for the matching tests: a small population, and any text a domain may send."""

import functools
import random
from pathlib import Path

from hypothesis import strategies as st

from pepites.bench.population import Population, generate
from pepites.identity.linkage import frames, reading
from pepites.identity.linkage.base import Base
from pepites.identity.matching.canonical import COLUMNS, Canonical, RawRecord


@functools.cache
def population(records: int = 4000, seed: int = 5, noise: float = 1.2) -> Population:
    """A population made once for the whole run."""
    return generate(records, seed, noise=noise)


def written(made: Population, folder: Path) -> Path:
    """Its file."""
    made.write(folder)
    return folder / "identities.csv"


def raw(row: dict[str, str]) -> RawRecord:
    """A row of the file as a record."""
    return RawRecord(**{name: value for name, value in row.items() if name not in {"record_id", "source"}})


def loaded(base: Base, path: Path, folder: Path) -> list[Canonical]:
    """Read and build ``path`` in the base; its canonical records, in the order of the file."""
    reading.read(base, path, folder)
    frames.build(base)
    rows = base.rows(f"SELECT {', '.join(COLUMNS)} FROM blocked ORDER BY id")
    return [
        Canonical(
            **{
                name: tuple(value) if isinstance(value, list) else value
                for name, value in zip(COLUMNS, row, strict=True)
            }
        )
        for row in rows
    ]


def some_pairs(count: int, wanted: int, seed: int = 3) -> list[tuple[int, int]]:
    """Pairs of record numbers, drawn at random."""
    rng = random.Random(seed)
    return [(rng.randrange(count), rng.randrange(count)) for _ in range(wanted)]


NAMES = st.text(alphabet="ABCDEILNORSTUVWYZabé'’- ÉŒ\u202e\u0000\x07عЖ", max_size=24) | st.sampled_from(
    ["JEAN", "Jean-Baptiste", "DA SILVA", "POEKETI", "PUKETI", "KALI", "KALO", "BB", "INCONNU", "D'ALMEIDA FILHO", ""]
)
DATES = st.dates().map(lambda day: day.isoformat()) | st.sampled_from(
    ["", "1950-01-01", "1950-12-31", "0000-00-00", "hier"]
)
RECORDS = st.builds(
    RawRecord, birth_name=NAMES, use_name=NAMES, given_name=NAMES, other_given=NAMES,
    sex=st.sampled_from(["M", "F", "I", "", "X"]), birth_date=DATES, birth_place=st.sampled_from(["97302", "99410",
    "99999", ""]),
    commune=st.sampled_from(["97302", "97311", ""]), phone=st.sampled_from(["0694123456", "+594 694 12 34 56",
    "0694000000", "12", ""]),
    mother_given=NAMES, ins=st.sampled_from(["285079730200175", "2850797302001", "285079730200176", "x", ""]),
)  # fmt: skip
