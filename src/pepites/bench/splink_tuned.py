"""The peer of ``pepites bench identity``: Splink alone, tuned, on the same canonical columns, by EM."""

import json
import logging
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import splink.comparison_library as compare
from splink import Linker, SettingsCreator, block_on
from splink.backends.duckdb import DuckDBAPI

from pepites.identity.linkage import frames, reading
from pepites.identity.linkage.base import Base, opened
from pepites.identity.matching.conditions import DUCKDB
from pepites.identity.matching.dates import NEAR

THRESHOLDS = (0.95, 0.9, 0.99)
TRIED_UP_TO = 300_000
"""Records above which the first threshold alone is tried: each clustering of a million takes minutes."""

RULES = (
    ("born", "snk"), ("born", "gnk"), ("snk", "gnk", "y"), ("snk", "gnk", "co"), ("y", "g1k", "co"), ("ph", "gnk"),
    ("ph", "y"), ("mok", "y", "snk"), ("m", "dd", "snk", "g1k"), ("y", "s1", "g1k"),
)  # fmt: skip


def _settings() -> SettingsCreator:
    return SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="id",
        blocking_rules_to_generate_predictions=[block_on(*columns) for columns in RULES],
        comparisons=[
            compare.JaroWinklerAtThresholds("sn", [0.95, 0.88, 0.8]).configure(term_frequency_adjustments=True),
            compare.JaroWinklerAtThresholds("gn", [0.95, 0.88, 0.8]).configure(term_frequency_adjustments=True),
            compare.JaroWinklerAtThresholds("og", [0.9]),
            compare.DateOfBirthComparison(
                "birth", input_is_string=True, datetime_thresholds=[1, 1, 10],
                datetime_metrics=["month", "year", "year"],
            ),
            compare.ExactMatch("sx"),
            compare.ExactMatch("pl").configure(term_frequency_adjustments=True),
            compare.ExactMatch("co").configure(term_frequency_adjustments=True),
            compare.DamerauLevenshteinAtThresholds("ph", [1]),
            compare.JaroWinklerAtThresholds("mo", [0.9]),
        ],
    )  # fmt: skip


def run(source: Path, threads: int) -> dict[str, Any]:
    """Train, predict and cluster; wall seconds normalising included, peak memory, and the labels at each threshold."""
    logging.getLogger("splink").setLevel(logging.ERROR)
    start = time.perf_counter()
    with opened(threads=threads) as base, tempfile.TemporaryDirectory() as folder:
        reading.read(base, source, Path(folder), without_ins=True)
        frames.build(base)
        base.run(
            "CREATE TABLE people AS SELECT id, sn, snk, gn, gnk, g1k, og, sx, pl, co, ph, mo, mok, y, m, dd, born,"
            " born::varchar birth, snt[1] s1 FROM blocked"
        )
        linker = Linker(DuckDBAPI(connection=base.connection).register("people"), _settings())
        logging.getLogger("splink").setLevel(logging.ERROR)
        training = linker.training
        training.estimate_probability_two_random_records_match([block_on("born", "snk", "gnk")], recall=0.6)
        training.estimate_u_using_random_sampling(max_pairs=1e7)
        training.estimate_parameters_using_expectation_maximisation(block_on("born"))
        training.estimate_parameters_using_expectation_maximisation(block_on("snk", "gnk"))
        predicted = linker.inference.predict(threshold_match_probability=0.5)
        labels, wall = {}, 0.0
        few = base.value("SELECT count(*) FROM people") <= TRIED_UP_TO
        for threshold in THRESHOLDS if few else THRESHOLDS[:1]:  # one is timed; the others look for its best figure
            found = linker.clustering.cluster_pairwise_predictions_at_threshold(
                predicted, threshold_match_probability=threshold
            )
            wall = wall or time.perf_counter() - start
            labels[str(threshold)] = _labels(base, found.physical_name)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        return {"seconds": wall, "peak_mb": peak, "labels": labels, "coverage": _coverage(base, source.parent)}


def _coverage(base: Base, folder: Path) -> dict[str, float]:
    """Share of the true pairs that each one's blocking lets it compare."""
    base.run("CREATE TABLE truth AS SELECT * FROM read_csv(?, all_varchar = true)", [str(folder / "truth.csv")])
    base.run("CREATE TABLE person AS SELECT person_id, g.id FROM truth JOIN given g USING (record_id)")
    base.run(
        "CREATE TABLE same AS SELECT a.id i, b.id j FROM person a JOIN person b USING (person_id) WHERE a.id < b.id"
    )
    both = ", ".join(f"l.{name} {name}_l, r.{name} {name}_r" for name in ("y", "m", "dd", "wk", "ins", "keys"))
    rules = " OR ".join("(" + " AND ".join(f"l.{name} = r.{name}" for name in rule) + ")" for rule in RULES)
    sides = "FROM same JOIN {0} l ON l.id = i JOIN {0} r ON r.id = j"
    ours = f"list_has_any(keys_l, keys_r) AND {NEAR.sql(DUCKDB)} AS met FROM (SELECT {both} {sides.format('blocked')})"
    theirs = f"{rules} AS met {sides.format('people')}"
    return {
        name: round(float(base.value(f"SELECT avg(coalesce(met, false)::int) FROM (SELECT {query})")), 4)  # noqa: S608
        for name, query in (("Pépites", ours), ("Splink", theirs))
    }


def _labels(base: Base, table: str) -> list[str]:
    return [str(row[0]) for row in base.rows(f"SELECT cluster_id FROM {table} ORDER BY id")]  # noqa: S608 - Splink's name


if __name__ == "__main__":
    result = run(Path(sys.argv[1]), int(sys.argv[2]))
    Path(sys.argv[3]).write_text(json.dumps(result), encoding="utf-8")
