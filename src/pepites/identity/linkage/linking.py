"""``pepites identity link``: a file in, the same rows out with their cluster (rapprochement §4-3)."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pepites.identity.linkage import clusters, compare, frames, reading, scoring
from pepites.identity.linkage.base import Base, opened
from pepites.identity.linkage.compare import Ids, Levels
from pepites.identity.linkage.scoring import A, B, C, Classes, Scores
from pepites.identity.matching.model import INDEX, Model

AUTO_SHARE: Final = 0.8
"""An automatic cluster must also hold together at this share of the automatic threshold."""
STEPS: Final = ("Lecture", "Mise en forme", "Comparaison", "Décision", "Écriture")
Step = Callable[[str], None]
Engine = Callable[[Base, bool], tuple[Ids, Ids, Levels]]


@dataclass(frozen=True)
class Linked:
    """What a run found. ``cluster`` and ``auto`` number each record's cluster; ``best`` is its strongest pair, -1
    for none."""

    one: Ids
    two: Ids
    score: Scores
    link: Classes
    cluster: NDArray[np.int64]
    auto: NDArray[np.int64]
    best: NDArray[np.int64]


@dataclass(frozen=True)
class Summary:
    """Counts for the command's last line."""

    records: int
    persons: int
    auto_links: int
    review_links: int
    largest: int


def link_file(
    source: Path, target: Path, model: Model, *, without_ins: bool = False,
    pairs: Path | None = None, threads: int = 2, memory: str = "3GB", step: Step = lambda _: None,
    engine: Engine = compare.compare,
) -> Summary:  # fmt: skip
    """Link the records of ``source`` into ``target``; both files appear whole or not at all. Raises ``FileError``."""
    with opened(threads=threads, memory=memory) as base, tempfile.TemporaryDirectory() as folder:
        step(STEPS[0])
        header = reading.read(base, source, Path(folder), without_ins=without_ins)
        step(STEPS[1])
        count = frames.build(base, wide=model.wide)
        step(STEPS[2])
        one, two, levels = engine(base, model.wide)
        step(STEPS[3])
        linked = decide(count, one, two, levels, model)
        step(STEPS[4])
        write(base, linked, header, target)
        if pairs is not None:
            write_pairs(base, linked, pairs)
    return _summary(count, linked)


def decide(count: int, one: Ids, two: Ids, levels: Levels, model: Model) -> Linked:
    """Score every pair, make the clusters, take back automatic links that have a rival (§5.3)."""
    model = model.among(count)
    score, link = scoring.judge(model, levels)
    forbidden = scoring.forbidden(levels)
    newborn = levels[:, INDEX["nbn"]] == 1
    del levels
    torn = clusters.torn(count, one, two, score, newborn, link=model.link)
    score = np.where(torn, np.minimum(score, model.link - 1.0), score)
    link = np.where(torn, np.minimum(link, B), link)
    kept = score > model.link - 6.0  # the others neither link nor weigh in a mean
    labels = clusters.clusters(count, one[kept], two[kept], score[kept], link=model.link, forbidden=forbidden[kept])
    firm = clusters.clusters(
        count, one[kept], two[kept], score[kept], link=AUTO_SHARE * model.auto, forbidden=forbidden[kept], best=0.0
    )
    rivals = clusters.ambiguous(count, one, two, score, labels)
    link = np.where((link == A) & (rivals | (firm[one] != firm[two])), B, link).astype(np.int8)
    automatic = link == A
    auto = clusters.parts(count, one[automatic], two[automatic])
    return Linked(one, two, score, link, labels, auto, _best(count, one, two, score, link))


def _best(count: int, one: Ids, two: Ids, score: Scores, link: Classes) -> NDArray[np.int64]:
    order = np.lexsort((score, link))
    best = np.full(count, -1, dtype=np.int64)
    best[one[order]] = order
    seconds = np.full(count, -1, dtype=np.int64)
    seconds[two[order]] = order
    rank = np.full(len(one) + 1, -1, dtype=np.int64)
    rank[order] = np.arange(len(order))
    return np.where(rank[best] >= rank[seconds], best, seconds)


def _summary(count: int, linked: Linked) -> Summary:
    sizes = np.unique(linked.cluster, return_counts=True)[1] if count else np.zeros(1, dtype=np.int64)
    return Summary(
        records=count,
        persons=len(sizes) if count else 0,
        auto_links=int((linked.link == A).sum()),
        review_links=int((linked.link == B).sum()),
        largest=int(sizes.max()),
    )


@contextmanager
def _whole(target: Path) -> Iterator[Path]:
    """A neighbour of ``target`` that takes its place once complete."""
    part = target.with_name(f".{target.name}.en-cours")
    try:
        yield part
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _names(labels: NDArray[np.int64], prefix: str) -> list[str]:
    """Names of the clusters, numbered in the order of their first record."""
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first, kind="stable")] = np.arange(len(first))
    return [f"{prefix}{number:08d}" for number in rank[inverse].tolist()]


def write(base: Base, linked: Linked, header: list[str], target: Path) -> None:
    """The file's own rows in their order, with ``cluster_id, auto_cluster_id, link_class, score``."""
    count, best = len(linked.cluster), linked.best
    found = best >= 0
    names = np.array([scoring.CLASS_NAMES[code] for code in (C, B, A)])
    classes = np.where(found, names[linked.link[best]] if len(linked.link) else "C", "C")
    scores = np.round(linked.score[best], 3) if len(linked.score) else np.zeros(count)
    base.connection.register(
        "labels_found",
        pa.table(
            {
                "id": pa.array(np.arange(count, dtype=np.int32)),
                "cluster_id": pa.array(_names(linked.cluster, "P")),
                "auto_cluster_id": pa.array(_names(linked.auto, "A")),
                "link_class": pa.array(classes.astype(str)),
                "score": pa.array(scores, mask=~found),
            }
        ),
    )
    columns = ", ".join('g."' + name.replace('"', '""') + '"' for name in header)
    with _whole(target) as part:
        base.run(
            f"COPY (SELECT {columns}, cluster_id, auto_cluster_id, link_class, score FROM given g"
            f" JOIN labels_found USING (id) ORDER BY id) TO '{_literal(part)}' (HEADER, DELIMITER ',')"
        )
    base.connection.unregister("labels_found")


def write_pairs(base: Base, linked: Linked, target: Path) -> None:
    """Every scored pair: ``record_id_1, record_id_2, score, link_class``, the strongest first."""
    names = np.array([scoring.CLASS_NAMES[code] for code in (C, B, A)])
    base.connection.register(
        "pairs_found",
        pa.table(
            {
                "one": linked.one,
                "two": linked.two,
                "score": np.round(linked.score, 4),
                "link_class": names[linked.link].astype(str),
            }
        ),
    )
    with _whole(target) as part:
        base.run(
            "COPY (SELECT a.record_id AS record_id_1, b.record_id AS record_id_2, score, link_class FROM pairs_found"
            " JOIN given a ON a.id = one JOIN given b ON b.id = two ORDER BY score DESC, one, two)"
            f" TO '{_literal(part)}' (HEADER, DELIMITER ',')"
        )
    base.connection.unregister("pairs_found")


def _literal(path: Path) -> str:
    return str(path).replace("'", "''")
