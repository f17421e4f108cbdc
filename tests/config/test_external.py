"""An external PostgreSQL, Debian's, reached by the addresses of the environment."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict
from tests.cli.serving import new_var, pepites, remove

from pepites.config import engine
from pepites.config.engine_process import engine_account
from pepites.config.engine_roles import external_sql

SERVERS = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
pytestmark = [pytest.mark.skipif(not SERVERS, reason="pas de serveur PostgreSQL de Debian"), pytest.mark.slow]


@dataclass(frozen=True)
class External:
    """A cluster of its own; `superuser` is what the hosting administrator would hold."""

    folder: Path

    def url(self, user: str, database: str = "sante") -> str:
        return f"postgresql://{user}:essai@/{database}?host={self.folder}&port=5499"


@pytest.fixture(scope="module")
def external() -> Iterator[External]:
    account = engine_account()
    folder = Path(tempfile.mkdtemp(prefix="pepites-essai-"))
    folder.chmod(0o711)
    identity: dict[str, object] = {"cwd": "/"}
    if account:
        os.chown(folder, account.pw_uid, account.pw_gid)
        identity |= {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    binaries, data, password = SERVERS[-1].parent, folder / "data", folder / "motdepasse"
    password.write_text("essai")
    password.chmod(0o644)
    command = [str(binaries / "initdb"), "-D", str(data), "-U", "dba", f"--pwfile={password}"]
    subprocess.run(
        [*command, "--auth=scram-sha-256", "--locale=C.UTF-8", "-N"], check=True, capture_output=True, **identity
    )
    command = [str(binaries / "postgres"), "-D", str(data), "-p", "5499", "-k", str(folder), "-F"]
    log = (folder.parent / f"{folder.name}.log").open("wb")
    server = subprocess.Popen([*command, "-c", "listen_addresses="], stdout=log, stderr=log, **identity)
    cluster = External(folder)
    wait_for(cluster.url("dba", "postgres"))
    yield cluster
    server.terminate()
    server.wait(20)
    log.close()
    Path(log.name).unlink()
    shutil.rmtree(folder)


def wait_for(url: str) -> None:
    for _ in range(200):
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("la base externe n'a pas démarré")


@pytest.fixture
def addresses(external: External, monkeypatch: pytest.MonkeyPatch) -> Iterator[engine.Urls]:
    """A base owned by an ordinary account that may not create roles: the usual hosted case."""
    with psycopg.connect(external.url("dba", "postgres"), autocommit=True) as connection:
        connection.execute("CREATE ROLE hote LOGIN PASSWORD 'essai' NOSUPERUSER NOCREATEROLE")
        connection.execute("CREATE DATABASE sante OWNER hote TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C'")
    monkeypatch.setenv("PEPITES_DATABASE_URL", external.url("site"))
    monkeypatch.setenv("PEPITES_DATABASE_ADMIN_URL", external.url("hote"))
    monkeypatch.delenv("PEPITES_DATABASE_WORKER_URL", raising=False)
    yield engine.database_urls(Path("/nonexistent"))
    with psycopg.connect(external.url("dba", "postgres"), autocommit=True) as connection:
        connection.execute("DROP DATABASE sante WITH (FORCE)")
        for role in ("site", "pepites_web", "pepites_worker", "hote"):
            connection.execute(f"DROP ROLE IF EXISTS {role}".encode())


def type_what_it_says(external: External, urls: engine.Urls) -> None:
    lines = [line.strip() for line in external_sql(urls).splitlines()[1:]]
    with psycopg.connect(external.url("dba", "postgres"), autocommit=True) as connection:
        split = next(index for index, line in enumerate(lines) if line.startswith("\\connect"))
        for line in lines[:split]:
            connection.execute(line.replace("…", "essai").encode())
    with psycopg.connect(external.url("dba"), autocommit=True) as connection:
        for line in lines[split + 1 :]:
            connection.execute(line.encode())


def test_without_the_right_to_create_roles_it_says_what_to_type(external: External, addresses: engine.Urls) -> None:
    with pytest.raises(engine.EngineError, match="CREATE ROLE") as refused:
        engine.ensure_roles(addresses)
    assert "essai" not in str(refused.value)
    type_what_it_says(external, addresses)
    engine.ensure_roles(addresses)
    engine.ensure_roles(addresses)
    with psycopg.connect(addresses.web) as connection:
        assert connection.execute("SELECT pg_has_role('pepites_web', 'USAGE')").fetchone() == (True,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("CREATE TABLE intrus ()")
    with psycopg.connect(addresses.worker) as connection:
        assert connection.execute("SELECT current_user::text").fetchone() == ("pepites_worker",)


def test_an_administrator_account_sets_all_up(external: External, addresses: engine.Urls) -> None:
    urls = engine.Urls(web=addresses.web, worker=external.url("dba"), owner=external.url("dba"), embedded=False)
    engine.ensure_roles(urls)
    with psycopg.connect(urls.web) as connection:
        assert connection.execute("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = 'site'").fetchone() == (
            False,
            False,
        )


def test_the_whole_platform_installs_itself_on_it(external: External, addresses: engine.Urls) -> None:
    type_what_it_says(external, addresses)
    var = new_var()
    try:
        report = pepites(var, "doctor", PEPITES_DATABASE_URL=addresses.web, PEPITES_DATABASE_ADMIN_URL=addresses.owner)
        assert "✔ Tables à jour" in report.stdout, report.stdout + report.stderr
        assert "✔ Moteur : externe" in report.stdout
        assert "✔ Accès « web » : site" in report.stdout
        assert "✔ Accès « tâches » : pepites_worker" in report.stdout
        # The owner is called « hote » here: the functions must know the owner's own session by what it is.
        trusted = "SELECT identity_may_import()"
        for url, expected in ((addresses.web, False), (addresses.worker, False), (addresses.owner, True)):
            with psycopg.connect(url) as connection:
                assert connection.execute(trusted).fetchone() == (expected,), url
        owned = pepites(var, "doctor", PEPITES_DATABASE_URL=addresses.owner, PEPITES_DATABASE_ADMIN_URL=addresses.owner)
        assert "✖ Accès « web » : hote" in owned.stdout
        assert "possède les tables" in owned.stdout
        wrong = addresses.web.replace("essai", "faux")
        refused = pepites(var, "doctor", PEPITES_DATABASE_URL=wrong, PEPITES_DATABASE_ADMIN_URL=addresses.owner)
        assert "✖ Accès « web » : compte « site »" in refused.stdout
        assert "mot de passe" in refused.stdout
        assert not (var / "postgres").exists()
        assert conninfo_to_dict(addresses.web)["user"] == "site"
    finally:
        remove(var)
