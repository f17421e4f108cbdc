"""The embedded engine: real clusters in folders of their own."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from pepites.config import engine, engine_home, engine_process

SRC = Path(__file__).parents[2] / "src"


@pytest.fixture(autouse=True)
def embedded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PEPITES_DATABASE_URL", raising=False)


@pytest.fixture(scope="module")
def var() -> Iterator[Path]:
    """A data folder the engine's own account can reach even when the tests run as root."""
    folder = Path(tempfile.mkdtemp(prefix="pepites-essai-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def running(var: Path) -> Iterator[engine.EngineHandle]:
    with engine.ensure_engine(var, hasty=True) as handle:
        yield handle


def wait_for_end(var: Path) -> None:
    deadline = time.monotonic() + 5
    while engine.running_postmaster(engine_home.data_dir(var)) is not None:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_files_are_closed_to_others(var: Path, running: engine.EngineHandle) -> None:
    assert mode(engine_home.data_dir(var)) == 0o700
    assert mode(engine_home.socket_dir(var)) == 0o700
    assert mode(var / "secrets") == 0o700
    assert {mode(path) for path in (var / "secrets").iterdir()} == {0o600}
    if engine_home.is_root():
        assert engine_home.data_dir(var).stat().st_uid not in {0, os.getuid()}


def test_no_password_no_entry(var: Path, running: engine.EngineHandle) -> None:
    for role in ("postgres", "pepites_web"):
        for password in (None, "faux"):
            address = make_conninfo(engine_home.local_url(var, role, "postgres"), password=password or "-")
            with pytest.raises(psycopg.OperationalError):
                psycopg.connect(address)
    trusted = [line for line in (engine_home.data_dir(var) / "pg_hba.conf").read_text().splitlines() if "trust" in line]
    assert not trusted


def test_socket_only_checksums_and_byte_order(var: Path, running: engine.EngineHandle) -> None:
    with psycopg.connect(engine.superuser_dsn(var)) as connection:
        names = ("listen_addresses", "data_checksums", "server_encoding", "password_encryption")
        found = [connection.execute("SELECT current_setting(%s)", (name,)).fetchone() for name in names]
        assert found == [("",), ("on",), ("UTF8",), ("scram-sha-256",)]
        assert connection.execute("SELECT 'Z' < 'a', datlocprovider FROM pg_database LIMIT 1").fetchone() == (True, "c")


def test_whoever_finds_it_running_does_not_stop_it(var: Path, running: engine.EngineHandle) -> None:
    found = engine.ensure_engine(var)
    assert not found.started
    found.stop()
    assert running.alive()
    psycopg.connect(engine.superuser_dsn(var)).close()


def test_lives_until_its_last_user_goes(var: Path) -> None:
    first = engine.ensure_engine(var, hasty=True)
    second = engine.ensure_engine(var)
    first.stop()
    psycopg.connect(engine.superuser_dsn(var)).close()
    second.stop()
    wait_for_end(var)


def test_stop_leaves_nothing(var: Path) -> None:
    with engine.ensure_engine(var, hasty=True) as handle:
        assert handle.keeper is not None
        family = psutil.Process(handle.keeper.pid).children(recursive=True)
        assert family
    assert not [process for process in family if process.is_running() and process.status() != "zombie"]
    assert engine.running_postmaster(engine_home.data_dir(var)) is None
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(engine.superuser_dsn(var))


def test_recovers_from_a_killed_main_process(var: Path) -> None:
    first = engine.ensure_engine(var)
    with psycopg.connect(engine.superuser_dsn(var), autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS garde (n int)")
        connection.execute("TRUNCATE garde")
        connection.execute("INSERT INTO garde VALUES (7)")
    main = engine.running_postmaster(engine_home.data_dir(var))
    assert main is not None
    os.kill(main, signal.SIGKILL)
    while first.alive():
        time.sleep(0.02)
    first.stop()
    assert (engine_home.data_dir(var) / "postmaster.pid").exists()
    with engine.ensure_engine(var) as second:
        assert second.started
        with psycopg.connect(engine.superuser_dsn(var)) as connection:
            assert connection.execute("SELECT n FROM garde").fetchone() == (7,)


def test_stale_pid_file_with_a_number_taken_by_another_program(var: Path) -> None:
    engine.ensure_engine(var, hasty=True).stop()
    data = engine_home.data_dir(var)
    (data / "postmaster.pid").write_text(f"{os.getpid()}\n{data}\n{int(time.time())}\n5432\n\n\n")
    with engine.ensure_engine(var, hasty=True) as handle:
        assert handle.started


def test_killed_starter_leaves_no_engine(var: Path) -> None:
    script = textwrap.dedent("""
        import os, signal, sys
        from pathlib import Path
        from pepites.config.engine import ensure_engine
        handle = ensure_engine(Path(sys.argv[1]), hasty=True)
        assert handle.started
        os.kill(os.getpid(), signal.SIGKILL)
    """)
    done = subprocess.run(
        [sys.executable, "-c", script, str(var)], env={"PYTHONPATH": str(SRC)}, capture_output=True, check=False
    )
    assert done.returncode == -signal.SIGKILL
    wait_for_end(var)


def test_wrong_secrets_say_so(var: Path, running: engine.EngineHandle) -> None:
    path = var / "secrets" / "postgres.password"
    kept = path.read_text()
    path.write_text("autre")
    try:
        with pytest.raises(engine.EngineError, match="secrets/"):
            engine.ensure_engine(var)
    finally:
        path.write_text(kept)


def test_roles_own_nothing_and_bypass_nothing(var: Path, running: engine.EngineHandle) -> None:
    urls = engine.database_urls(var)
    engine.ensure_roles(urls, var=var)
    engine.ensure_roles(urls, var=var)
    query = "SELECT rolname, rolsuper OR rolbypassrls OR rolcreatedb OR rolcreaterole FROM pg_roles"
    query += " WHERE rolname = current_user"
    for role, url in (("pepites_web", urls.web), ("pepites_worker", urls.worker), ("pepites_owner", urls.owner)):
        with psycopg.connect(url) as connection:
            assert connection.execute(query).fetchone() == (role, False)
    for url in (urls.web, urls.worker):
        with psycopg.connect(url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("CREATE TABLE intrus ()")
        with psycopg.connect(url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SET ROLE pepites_owner")
    with psycopg.connect(urls.owner) as connection:
        connection.execute("SET ROLE pepites_worker")
        extensions = {row[0] for row in connection.execute("SELECT extname FROM pg_extension")}
        assert {"pg_trgm", "btree_gin", "btree_gist", "unaccent", "fuzzystrmatch"} <= extensions


def test_socket_folder_of_a_very_long_path_is_short_and_closed(tmp_path: Path) -> None:
    var = tmp_path / ("long" * 30)
    var.mkdir()
    (var / "secrets").mkdir(mode=0o700)
    (var / "secrets" / "engine-home").write_text(".")
    assert len(str(engine_home.socket_dir(var) / ".s.PGSQL.5432")) <= 107
    assert engine_home.socket_dir(var) == engine_home.socket_dir(var)


@pytest.mark.skipif(os.geteuid() != 0, reason="le compte dédié n'existe que pour root")
def test_folder_with_spaces_and_accents() -> None:
    with tempfile.TemporaryDirectory(prefix="pepites essai été ç ") as folder:
        Path(folder).chmod(0o711)
        with engine.ensure_engine(Path(folder), hasty=True) as first:
            assert first.alive()
            with engine.ensure_engine(Path(folder), hasty=True) as second:
                assert not second.started


def test_root_never_opens_a_closed_parent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = tmp_path / "ferme"
    closed.mkdir(mode=0o700)
    shared = Path(tempfile.mkdtemp(prefix="pepites-essai-"))
    shared.chmod(0o755)
    for module in (engine_home, engine_process):
        monkeypatch.setattr(module, "SHARED_HOME", shared)
    try:
        with engine.ensure_engine(closed, hasty=True) as handle:
            assert handle.started
        assert engine_home.data_dir(closed).is_relative_to(shared)
        assert mode(closed) == 0o700
        assert mode(tmp_path) == 0o700
    finally:
        shutil.rmtree(shared)


def test_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "prise"
    folder.mkdir()
    folder.chmod(0o777)
    with pytest.raises(engine.EngineError, match="prise"):
        engine_process._own(folder, None)


def test_external_base_starts_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PEPITES_DATABASE_URL", "postgresql://w:a@db/p")
    monkeypatch.setenv("PEPITES_DATABASE_ADMIN_URL", "postgresql://o:b@db/p")
    handle = engine.ensure_engine(tmp_path)
    assert not handle.started
    assert handle.alive()
    assert list(tmp_path.iterdir()) == []
    urls = engine.database_urls(tmp_path)
    assert urls.web == "postgresql://w:a@db/p"
    assert urls.worker == "postgresql://o:b@db/p?options=-c%20role%3Dpepites_worker"
    assert not urls.embedded


def test_external_base_without_administration_address(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PEPITES_DATABASE_URL", "postgresql://w:a@db/p")
    monkeypatch.delenv("PEPITES_DATABASE_ADMIN_URL", raising=False)
    with pytest.raises(engine.EngineError, match="PEPITES_DATABASE_ADMIN_URL"):
        engine.ensure_roles(engine.database_urls(tmp_path))
