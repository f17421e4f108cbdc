"""The parts of ``pepites bench directory``, each in a process of its own; one JSON line on the standard output."""

import json
import random
import resource
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import django

SEED: Final = 47
CHUNK: Final = 1 << 20


def main() -> None:
    """``python -m pepites.bench.directory_run bare|load FILE`` or ``search TIMES``."""
    django.setup()
    what, value = sys.argv[1:3]
    found = search(int(value)) if what == "search" else {"bare": bare, "load": load}[what](Path(value))
    print(json.dumps(found))  # noqa: T201 - read by the parent process


def bare(path: Path) -> dict[str, Any]:
    """The same file copied as it is, one text column, no index: what the base cannot do quicker."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS mesure_brute")
        cursor.execute("CREATE UNLOGGED TABLE mesure_brute (line text)")
        start = time.perf_counter()
        copied = "COPY mesure_brute FROM STDIN WITH (FORMAT csv, DELIMITER E'\\x01', QUOTE E'\\x02')"
        with path.open("rb") as file, cursor.cursor.copy(copied) as copy:
            while chunk := file.read(CHUNK):
                copy.write(chunk)
        seconds = time.perf_counter() - start
        cursor.execute("DROP TABLE mesure_brute")
    return {"seconds": round(seconds, 2)}


class _Silent:
    def reading(self, name: str, size: int) -> Callable[[int], None]:
        return lambda _: None

    def step(self, text: str) -> None:
        pass


def load(path: Path) -> dict[str, Any]:
    """``pepites import professionals FILE --force``, from the opening of the file to the commit."""
    from pepites.directory.enums import Scope
    from pepites.directory.national.loading import load_files

    start = time.perf_counter()
    (done,) = load_files((path,), scope=Scope.FRANCE, force=True, listener=_Silent())
    seconds = time.perf_counter() - start
    return {
        "seconds": round(seconds, 2), "rows": done.rows, "per_second": round(done.rows / seconds),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "added": done.added, "changed": done.changed, "gone": done.gone,
    }  # fmt: skip


def search(times: int) -> dict[str, Any]:
    """Every kind of question in turn, ``times`` of each; milliseconds."""
    from django.db import transaction

    from pepites.directory.national.search import search_national

    questions = _questions(times)
    taken: dict[str, list[float]] = {kind: [] for kind in questions}
    empty: dict[str, int] = dict.fromkeys(questions, 0)
    for rank in range(times):
        for kind, asked in questions.items():
            start = time.perf_counter()
            with transaction.atomic():
                found = search_national(asked[rank % len(asked)])
            taken[kind].append((time.perf_counter() - start) * 1000)
            empty[kind] += not found.rows
    kinds = {kind: _figures(values) | {"empty": empty[kind]} for kind, values in taken.items()}
    return {"kinds": kinds, "all": _figures([one for values in taken.values() for one in values])}


def _figures(values: list[float]) -> dict[str, float]:
    ordered = sorted(values)
    return {
        "p50": round(statistics.median(ordered), 1), "p95": round(ordered[int(len(ordered) * 0.95)], 1),
        "max": round(ordered[-1], 1),
    }  # fmt: skip


def _questions(times: int) -> dict[str, list[str]]:
    """People drawn among those served, and words everybody has."""
    from django.db import connection

    draw = random.Random(SEED)  # noqa: S311
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.family_name, p.given_name, l.label, s.town, s.name, right(p.national_id, 11)"
            " FROM (SELECT * FROM directory_nationalactivity TABLESAMPLE SYSTEM (5) REPEATABLE (47) LIMIT %s) a"
            " JOIN directory_nationalperson p ON p.id = a.person_id"
            " JOIN directory_nationalstructure s ON s.id = a.structure_id"
            " JOIN directory_nationallabel l ON l.kind = 'profession' AND l.code = a.profession_code",
            [times],
        )
        people = list(cursor.fetchall())
    return {
        "nom": [family for family, *_ in people],
        "prénom et nom": [f"{given} {family}" for family, given, *_ in people],
        "nom et profession": [f"{family} {profession}" for family, _, profession, *_ in people],
        "nom, profession et ville": [f"{family} {profession} {town}" for family, _, profession, town, *_ in people],
        "structure": [structure for *_, structure, _ in people],
        "profession et Cayenne": [f"{profession} Cayenne" for _, _, profession, *_ in people],
        "mots très fréquents": ["martin", "infirmier", "infirmier cayenne", "martin infirmier", "cabinet infirmier",
                                "medecin generale", "pharmacie martin", "medecin infirmier"],
        "début de mot": [f"{given} {family[:4]}" for family, given, *_ in people] + ["mart", "inf", "infirmier ca"],
        "faute de frappe": [_mistyped(family, draw) for family, *_ in people],
        "deux mots, deux fautes": [f"{_mistyped(two, draw)} {_mistyped(one, draw)}" for one, two, *_ in people],
        "numéro RPPS": [rpps for *_, rpps in people],
    }  # fmt: skip


def _mistyped(word: str, draw: random.Random) -> str:
    """Two letters exchanged, one dropped or one doubled."""
    at = draw.randrange(1, max(len(word) - 1, 2))
    head, tail = word[:at], word[at:]
    return draw.choice((head + tail[1:2] + tail[:1] + tail[2:], head + tail[1:], head + tail[:1] + tail))


if __name__ == "__main__":
    main()
