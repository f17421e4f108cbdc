"""``pepites identity train``: a model from files of identities, the cell's decisions, and the questions left."""

import csv
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pepites.identity.linkage import cold, compare, frames, reading, training
from pepites.identity.linkage.base import opened
from pepites.identity.linkage.compare import Ids, Levels
from pepites.identity.linkage.reading import FileError
from pepites.identity.linkage.scoring import tables_sum
from pepites.identity.matching.comparisons import COMPARISONS
from pepites.identity.matching.model import INDEX, Model, dump, sign

MAX_DECISIONS: Final = 100_000
MOST_HEARD: Final = 15.0
"""How many times more a pair that seldom has its two INS may weigh than one that often has."""
_CHANCE: Final = """
  SELECT (sum(has) OVER here + 5 * avg(has) OVER ()) / (count(*) OVER here + 5) FROM
    (SELECT id, pl, wk, 0.001 + 0.999 * (ins IS NOT NULL)::int AS has FROM blocked)
  WINDOW here AS (PARTITION BY pl, wk) ORDER BY id"""
"""Each record's chance of carrying an INS, from its birth place and whether its date is a conventional one (GUY-4)."""
Step = Callable[[str], None]


@dataclass(frozen=True)
class Compared:
    """The pairs of one file, in the order of their records: levels, the two records of each, ``weight`` as teachers."""

    levels: Levels
    one: Ids
    two: Ids
    names: Sequence[str]
    weight: NDArray[np.float64]


def compared(source: Path, *, threads: int, memory: str = "3GB") -> Compared:
    """Read, block and compare one file."""
    with opened(threads=threads, memory=memory) as base, tempfile.TemporaryDirectory() as folder:
        reading.read(base, source, Path(folder))
        frames.build(base)
        one, two, levels = compare.compare(base)
        names = [str(row[0]) for row in base.rows("SELECT record_id FROM given ORDER BY id")]
        chance = np.array([row[0] for row in base.rows(_CHANCE)])
    order = np.lexsort((two, one))  # the engine gives them in any order: a model must be replayed to the bit
    one, two = one[order], two[order]
    return Compared(levels[order], one, two, names, _heard(chance[one] * chance[two]))


def _heard(chance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weight of a pair from the ``chance`` that both its records carry an INS: those who seldom do are heard as much.

    Without it, the communities that the INS already serves would teach how to find the others (rapprochement §4).
    """
    return np.asarray(np.minimum(chance.max(initial=0.0) / chance, MOST_HEARD), dtype=np.float64)


def read_decisions(path: Path) -> dict[tuple[str, str], bool]:
    """The cell's decisions: ``record_id_1, record_id_2, same`` (oui, non). Raises ``FileError``."""
    told: dict[tuple[str, str], bool] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        for line, row in enumerate(csv.DictReader(file), start=2):
            one, two = (row.get("record_id_1") or "").strip(), (row.get("record_id_2") or "").strip()
            answer = (row.get("same") or "").strip().lower()
            if not one or not two or answer not in {"oui", "non", "1", "0"}:
                raise FileError(f"Décisions, ligne {line} : il faut record_id_1, record_id_2 et same (oui ou non).")
            told[(min(one, two), max(one, two))] = answer in {"oui", "1"}
            if len(told) > MAX_DECISIONS:
                raise FileError(f"Plus de {MAX_DECISIONS} décisions : coupez le fichier.")
    return told


def estimate(
    sources: Sequence[Path],
    *,
    version: str,
    decisions: Path | None = None,
    threads: int = 2,
    step: Step = lambda _: None,
) -> tuple[Model, list[Compared]]:
    """A model taught by the INS of the files, and by decisions on the records of the first one."""
    files = []
    for source in sources:
        step(f"Comparaison de {source.name}")
        files.append(compared(source, threads=threads))
    rows = _rows(files[0], read_decisions(decisions)) if decisions else {}
    step("Estimation des poids")
    pairs = training.taught(
        np.concatenate([one.levels for one in files]), rows, weight=np.concatenate([one.weight for one in files])
    )
    learnt = training.enough(pairs)
    source_note = {
        "fichiers": len(files),
        "fiches": max(len(one.names) for one in files),
        "paires": len(pairs.known),
        "apprises": int((pairs.known >= 0).sum()) if learnt else 0,
        "decisions": len(rows),
    }
    if learnt:
        return training.train(pairs, version=version, source=source_note), files
    wide = _wide(sources, threads=threads) if max(len(one.names) for one in files) <= frames.WIDE_RECORDS else None
    return cold.model(pairs, wide, version=version, source=source_note), files


def _wide(sources: Sequence[Path], *, threads: int, memory: str = "3GB") -> cold.Wide:
    """What ``cold`` looks at when nothing teaches: every pair with one agreement, and pairs drawn at random."""
    levels, strangers, every = [], [], 0.0
    for source in sources:
        with opened(threads=threads, memory=memory) as base, tempfile.TemporaryDirectory() as folder:
            reading.read(base, source, Path(folder))
            count = frames.build(base, wide=True)
            levels.append(compare.compare(base, wide=True)[2])
            frames.shuffle(base, cold.RANDOM_PAIRS // len(sources))
            strangers.append(compare.compare(base, wide=True)[2])
            every += count * (count - 1) / 2
    return cold.Wide(np.concatenate(levels), np.concatenate(strangers), every)


def _rows(file: Compared, told: dict[tuple[str, str], bool]) -> dict[int, bool]:
    found = {}
    for row, (one, two) in enumerate(zip(file.one.tolist(), file.two.tolist(), strict=True)):
        a, b = file.names[one], file.names[two]
        answer = told.get((min(a, b), max(a, b)))
        if answer is not None:
            found[row] = answer
    return found


def save(model: Model, target: Path, *, secret: bytes) -> None:
    """Write the model and its signature beside it."""
    text = dump(model)
    target.with_suffix(".sig").write_text(sign(text, secret) + "\n", encoding="ascii")
    target.write_text(text, encoding="utf-8")


def ask(model: Model, file: Compared, count: int, target: Path) -> int:
    """Write the pairs most worth a decision, as ``read_decisions`` reads them once ``same`` is filled."""
    rows = training.questions(model, file.levels, count)
    with target.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["record_id_1", "record_id_2", "same", "score"])
        scores: list[float] = tables_sum(model, file.levels[rows]).tolist() if rows else []
        for row, score in zip(rows, scores, strict=True):
            writer.writerow([file.names[int(file.one[row])], file.names[int(file.two[row])], "", round(score, 3)])
    return len(rows)


def weights_report(model: Model) -> list[tuple[str, str, str, str, str]]:
    """Lines of the weights: comparison, level, m, u, weight in bits, for the command and the screens."""
    lines = []
    for one in COMPARISONS:
        if one.name not in model.m:
            continue
        last = len(one.levels) - 1
        for rank, level in enumerate(one.levels):
            number = last - rank
            weight = model.weights[one.name][number + 1]
            lines.append(
                (
                    one.label,
                    level.label,
                    f"{model.m[one.name][number]:.4f}",
                    f"{model.u[one.name][number]:.4f}",
                    f"{weight:+.1f}",
                )
            )
    return lines


def reliability(model: Model, levels: Levels, known: np.ndarray, *, bins: int = 10) -> list[tuple[str, int, str, str]]:
    """Calibration: announced probability, number of pairs, mean announced, share found the same, by bins."""
    bare = levels[known >= 0].copy()
    bare[:, INDEX["ins"]] = -1
    truth = known[known >= 0]
    score = tables_sum(model, bare) - training.penalties(model, bare)
    chance = 1 / (1 + np.exp(-np.clip(model.slope * score + model.shift, -60, 60)))
    place = np.minimum((chance * bins).astype(int), bins - 1)
    lines = []
    for one in range(bins):
        here = place == one
        if here.any():
            lines.append(
                (
                    f"{one / bins:.1f}–{(one + 1) / bins:.1f}",
                    int(here.sum()),
                    f"{chance[here].mean():.3f}",
                    f"{truth[here].mean():.3f}",
                )
            )
    return lines
