"""``--engine spark`` gives the pairs, scores and groups of DuckDB (rapprochement §4-3, table of the anchors)."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.identity.matching.records import population, written

from pepites.identity.linkage import spark
from pepites.identity.linkage.reading import FileError


def link(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pepites.cli.main", "identity", "link", *map(str, arguments)]
    return subprocess.run(command, check=False, capture_output=True, text=True, env=os.environ | {"LC_ALL": "C.UTF-8"})


def pairs(path: Path) -> list[str]:
    return sorted(path.read_text(encoding="utf-8").splitlines())


@pytest.mark.long
def test_spark_gives_the_clusters_of_duckdb(tmp_path: Path) -> None:
    try:
        spark.require()
    except FileError as missing:
        pytest.skip(f"{missing} « make test-long » le fait.")
    source = written(population(10_000, seed=41), tmp_path)
    for engine in ("duckdb", "spark"):
        done = link(
            source, tmp_path / f"{engine}.csv", "--pairs", tmp_path / f"{engine}-paires.csv", "--engine", engine
        )
        assert done.returncode == 0, done.stderr
    assert (tmp_path / "spark.csv").read_bytes() == (tmp_path / "duckdb.csv").read_bytes()
    assert pairs(tmp_path / "spark-paires.csv") == pairs(tmp_path / "duckdb-paires.csv")


@pytest.mark.parametrize(
    ("pyspark", "java", "words"), [(None, "/usr/bin/java", "pip install"), (object(), None, "Java 17")]
)
def test_what_is_missing_is_said(
    monkeypatch: pytest.MonkeyPatch, pyspark: object, java: str | None, words: str
) -> None:
    monkeypatch.setattr(spark, "find_spec", lambda _: pyspark)
    monkeypatch.setattr(shutil, "which", lambda _: java)
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(FileError, match=words):
        spark.require()
