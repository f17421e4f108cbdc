"""A load killed anywhere leaves what was served, and the next one works (annuaire §2, rule 2)."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import Any

import psycopg
import pytest
from django.db import connection
from psycopg.conninfo import make_conninfo
from tests.conftest import ROOT, as_owner
from tests.directory import national_files as files

from pepites.common.errors import DomainError
from pepites.config import engine
from pepites.directory.enums import LoadState
from pepites.directory.models import DirectoryLoad, NationalActivity, NationalPerson
from pepites.directory.national import loading, rebuild

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _no_floor(settings: Any) -> None:
    settings.PEPITES_ANNUAIRE_MIN_ROWS = 0


@contextmanager
def victim(where: str, path: Path, database: dict[str, str]) -> Iterator["subprocess.Popen[str]"]:
    """A load in a process of its own, that has come to that point."""
    owner = make_conninfo(engine.database_urls(engine.var_dir()).owner, dbname=database["dbname"])
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.directory.national_victim", where, str(path)],
        env=os.environ
        | {
            "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "DJANGO_SETTINGS_MODULE": "pepites.config.settings",
            "PEPITES_DB_ROLE": "owner", "PEPITES_DATABASE_URL": owner, "PEPITES_DATABASE_ADMIN_URL": owner,
        },
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == where, process.stderr.read() if process.stderr else ""
        yield process
    finally:
        process.kill()
        process.communicate()


def crowd(first: int, last: int) -> list[str]:
    return [files.line(number, nom=f"NOM{number}") for number in range(first, last + 1)]


def names() -> set[str]:
    return set(NationalPerson.objects.filter(active=True).values_list("family_name", flat=True))


@pytest.mark.parametrize(
    ("where", "lines"),
    [("copy", crowd(301, 900)), ("swap", crowd(301, 900)), ("count", crowd(2, 310))],
    ids=["pendant la lecture", "pendant l'échange des tables", "pendant la mise à jour"],
)
def test_killed_there(tmp_path: Path, committed_database: dict[str, str], where: str, lines: list[str]) -> None:
    old = {f"NOM{number}" for number in range(1, 301)}
    path = files.extraction(tmp_path, lines, name="b_20261126.txt")
    with as_owner():
        files.load(files.extraction(tmp_path, crowd(1, 300)))
    with victim(where, path, committed_database) as process:
        if where != "swap":  # there the names change hands: readers wait a moment
            assert names() == old
        process.kill()
        process.wait()
    with as_owner():
        assert names() == old
        assert NationalActivity.objects.count() == 300
        listener = files.Silent()
        load = files.load(path, force=True, listener=listener)
        assert load.state == LoadState.DONE
        assert listener.read == ([path.name] if where == "copy" else [])  # staged whole, it is not read again
        assert names() == {line.split("|")[7] for line in lines}
        assert DirectoryLoad.objects.filter(state=LoadState.CUT).count() == 1
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_class WHERE relname LIKE 'new\\_%' OR relname LIKE 'directory\\_stage\\_p%'"
            )
            assert cursor.fetchone()[0] == 0


def test_while_one_runs_a_second_is_refused_and_what_was_served_is_read(
    tmp_path: Path, committed_database: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "LOCK_PATIENCE", 0.5)
    path = files.extraction(tmp_path, crowd(301, 900))
    with victim("copy", path, committed_database), as_owner():
        with pytest.raises(DomainError, match="en cours"):
            files.load(path)
        dsn = make_conninfo(committed_database["superuser"], dbname=committed_database["dbname"])
        with psycopg.connect(dsn) as other:
            assert other.execute("SELECT count(*) FROM directory_nationalperson").fetchone() == (0,)
        assert DirectoryLoad.objects.get().state == LoadState.RUNNING


def test_a_long_reader_delays_the_exchange_and_stops_nobody(
    tmp_path: Path, committed_database: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuild, "LOCK_PAUSE", 0.2)
    dsn = make_conninfo(committed_database["superuser"], dbname=committed_database["dbname"])
    with psycopg.connect(dsn) as backup:
        backup.execute("SELECT count(*) FROM directory_nationalactivity")
        read: list[int] = []

        def another() -> None:
            with psycopg.connect(dsn, options="-c lock_timeout=1500ms") as reader:
                read.append(len(reader.execute("SELECT count(*) FROM directory_nationalperson").fetchall()))

        timers = [Timer(1.5, another), Timer(5, backup.rollback)]
        for timer in timers:
            timer.start()
        with as_owner():
            files.load(files.extraction(tmp_path, crowd(1, 300)))
        assert not timers[1].is_alive()
    assert read == [1]
    assert len(names()) == 300
