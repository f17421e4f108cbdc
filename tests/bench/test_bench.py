"""The measures run end to end, at a tiny size: what they find on a busy machine is not judged here."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest

from pepites.bench.base import LOCK
from pepites.config import engine

# One at a time: two measures refuse to run together on one engine.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("bench")]

SRC = Path(__file__).parents[2] / "src"
TINY = {
    "SIZES": "200", "TIMES": "3", "PERSONS": "200", "STREAMS": "40", "TALKS": "2", "RATE": "20", "SECONDS": "1",
    "SATURATED_SECONDS": "1", "CUT_SECONDS": "3",
}  # fmt: skip


def measure(name: str) -> dict[str, Any]:
    tiny = {f"PEPITES_BENCH_{key}": value for key, value in TINY.items()}
    done = run(name, tiny)
    assert done.stdout, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def run(name: str, settings: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "pepites.cli.main", "bench", name, "--json"],
        env=os.environ | settings | {"PYTHONPATH": str(SRC)}, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip


def test_web_measures_every_page() -> None:
    pages = measure("web")["results"]["200"]
    assert {"list", "file", "search_birth", "search_name", "post"} <= pages.keys()
    assert all(page["median_ms"] > 0 and page["ratio"] > 0 for page in pages.values())


def test_the_agenda_is_measured_with_and_without_appointments() -> None:
    tiny = {"PEPITES_BENCH_SIZES": "0,600", "PEPITES_BENCH_TIMES": "3"}
    done = run("agenda", tiny)
    assert done.stdout, done.stderr
    found = json.loads(done.stdout)
    empty, full = found["results"]["0"], found["results"]["600"]
    assert {"day", "week", "list", "person", "feed", "team"} <= full.keys()
    for page, values in full.items():
        assert values["bytes"] > empty[page]["bytes"] or page == "file_active"
        assert abs(values["queries"] - empty[page]["queries"]) <= 2


def test_the_figures_are_counted_kept_and_shown() -> None:
    tiny = {"PEPITES_BENCH_SIZES": "1200", "PEPITES_BENCH_TIMES": "3"}
    done = run("figures", tiny)
    assert done.stdout, done.stderr
    found = json.loads(done.stdout)
    assert {"month", "year", "csv", "xlsx", "ods", "pdf"} == found["results"]["1200"].keys()
    assert found["counting"]["1200"]["kept"] > 40


def test_live_loses_and_doubles_nothing() -> None:
    found = measure("live")["results"]
    for phase in ("cut", "offered", "sustained"):
        assert (found[phase]["lost"], found[phase]["doubled"]) == (0, 0)
        assert found[phase]["events"] == found[phase]["messages"] * 20
    assert found["cut"]["replayed"] >= 0
    assert found["cut"]["back_s"] > 0
    assert found["pages"].keys() == {"bare", "file"}


def test_identity_is_measured_beside_its_peer() -> None:
    found = json.loads(run("identity", {"PEPITES_BENCH_SIZES": "3000"}).stdout)["sizes"][0]
    assert found["cluster"]["f1"] > found["splink"]["cluster"]["f1"] - 0.2
    assert found["seconds"] > 0 < found["splink"]["seconds"]
    assert found["peak_mb"] > 0


def test_the_directory_is_loaded_reloaded_and_searched() -> None:
    tiny = {"PEPITES_BENCH_SIZES": "3000", "PEPITES_BENCH_TIMES": "10"}
    (found,) = json.loads(run("directory", tiny).stdout)["sizes"]
    assert (found["first"]["rows"], found["daily"]["rows"]) == (3000, 3000)
    assert 0 < found["written_share"] < 0.02
    kinds = found["search"]["kinds"]
    assert [kind for kind, figures in kinds.items() if figures["empty"] > 5] == []
    assert kinds.keys() == found["search_meanwhile"]["kinds"].keys()


def test_a_second_measure_is_refused_and_spoils_nothing() -> None:
    tiny = {"PEPITES_BENCH_SIZES": "200", "PEPITES_BENCH_TIMES": "1"}
    var = engine.var_dir()
    with engine.ensure_engine(var), psycopg.connect(engine.superuser_dsn(var), autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
        done = run("web", tiny)
    assert (done.returncode, done.stdout) == (1, "")
    assert "Une autre mesure tourne sur cette instance" in done.stderr
