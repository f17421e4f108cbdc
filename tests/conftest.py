"""One real PostgreSQL for all tests: factories create as the owner, the code under test runs as the web role.

The connection signs in as the cluster's superuser, then takes the identity of ``pepites_web`` with
``SET SESSION AUTHORIZATION``: every policy applies. ``as_owner()`` takes that of ``pepites_owner`` for a while.
"""

import hashlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
if "PEPITES_VAR" not in os.environ:
    checkout = hashlib.sha256(str(ROOT).encode()).hexdigest()[:6]  # two checkouts may be tested at the same time
    os.environ["PEPITES_VAR"] = str(Path(tempfile.gettempdir()) / f"pepites-tests-{os.getuid()}-{checkout}")

import psycopg
import psycopg.conninfo
import pytest
from django.db import connection, connections
from django.db.backends.signals import connection_created
from psycopg import sql

from pepites.config import engine

PREFIX = os.environ.get("PEPITES_TEST_DB", "pepites_test")


@pytest.fixture(autouse=True)
def _own_settings() -> Iterator[None]:
    """A command run inside a test may choose settings for itself: the next test must not have them."""
    before = {name: value for name, value in os.environ.items() if name.startswith("PEPITES_")}
    yield
    for name in [name for name in os.environ if name.startswith("PEPITES_") and name not in before]:
        del os.environ[name]
    os.environ.update(before)


@pytest.fixture(autouse=True)
def _names_not_counted() -> None:
    """Each test starts in a region whose names nobody counted, and asks no base for it."""
    from pepites.identity import frequencies

    frequencies.hold(frequencies.NOT_COUNTED)


def shared_data() -> Path:
    """Example data of the French guides, beside the project when it is there; tests that use it skip when not."""
    return ROOT.parent / "shared" / "data"


def _migrations_digest() -> str:
    digest = hashlib.sha256()
    for path in sorted((ROOT / "src").rglob("*.py")):
        if {"migrations", "functions"} & set(path.parts) or path.name in {"sql.py", "functions.py", "rls.py"}:
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _make_template(admin: "psycopg.Connection[Any]", superuser: str, name: str) -> None:
    if admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
        return
    building = f"{name}_building"
    admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(building)))
    engine.ensure_roles(engine.database_urls(engine.var_dir()), database=building)
    owner = psycopg.conninfo.make_conninfo(engine.database_urls(engine.var_dir()).owner, dbname=building)
    subprocess.run(
        [sys.executable, "-m", "django", "migrate", "--skip-checks", "-v0"],
        check=True,
        env=os.environ
        | {
            "PYTHONPATH": str(ROOT / "src"),
            "DJANGO_SETTINGS_MODULE": "pepites.config.settings",
            "PEPITES_DB_ROLE": "owner",
            "PEPITES_DATABASE_URL": owner,
            "PEPITES_DATABASE_ADMIN_URL": owner,
        },
    )
    admin.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(building), sql.Identifier(name)))


def _copy_template(superuser: str, template: str, name: str) -> None:
    with psycopg.connect(superuser, autocommit=True) as admin:
        admin.execute("SELECT pg_advisory_lock(hashtext('pepites_tests_copy'))")
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        admin.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER pepites_owner STRATEGY file_copy").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
    from pepites.messaging.selectors import practice_key

    practice_key.cache_clear()  # the same keys come back for other people


@pytest.fixture(scope="session")
def test_database(request: pytest.FixtureRequest) -> Generator[dict[str, str]]:
    """Connection parameters (superuser) of this worker's own database, copied from a migrated template."""
    var = engine.var_dir()
    handle = engine.ensure_engine(var)
    superuser = engine.superuser_dsn(var)
    worker = getattr(request.config, "workerinput", {}).get("workerid", "main")
    name, template = f"{PREFIX}_{worker}", f"{PREFIX}_template_{_migrations_digest()}"
    with psycopg.connect(superuser, autocommit=True) as admin:
        admin.execute("SELECT pg_advisory_lock(hashtext('pepites_tests'))")
        _make_template(admin, superuser, template)
    _copy_template(superuser, template, name)
    parts = {str(key): str(value) for key, value in psycopg.conninfo.conninfo_to_dict(superuser).items()}
    yield parts | {"dbname": name, "superuser": superuser, "template": template}
    connections.close_all()
    with psycopg.connect(superuser, autocommit=True) as admin:
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
    handle.stop()


def _take_web_role(sender: object, connection: Any, **kwargs: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET SESSION AUTHORIZATION pepites_web")


@pytest.fixture(scope="session")
def django_db_setup(test_database: dict[str, str], django_db_blocker: Any) -> Generator[None]:
    """Point Django at this worker's database, as the web role."""
    with django_db_blocker.unblock():
        settings = connections["default"].settings_dict
        connections["default"].close()
        settings.update(
            NAME=test_database["dbname"],
            USER=test_database["user"],
            PASSWORD=test_database.get("password", ""),
            HOST=test_database["host"],
            PORT=test_database.get("port", ""),
        )
        settings["OPTIONS"].pop("pool", None)
    connection_created.connect(_take_web_role, dispatch_uid="tests")
    yield
    connection_created.disconnect(dispatch_uid="tests")


@pytest.fixture
def committed_database(
    django_db_setup: None, test_database: dict[str, str], django_db_blocker: Any
) -> Generator[dict[str, str]]:
    """Really committed work, for tests with several connections; the database is copied anew afterwards.

    Gives the connection parameters (superuser). Used instead of ``django_db(transaction=True)``, whose flush neither
    the web role nor the append-only journal allow.
    """
    with django_db_blocker.unblock():
        yield test_database
        connections.close_all()
    _copy_template(test_database["superuser"], test_database["template"], test_database["dbname"])


@contextmanager
def as_role(role: str) -> Iterator[None]:
    """Run the block as another database role."""
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("SET SESSION AUTHORIZATION {}").format(sql.Identifier(role)))
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SET SESSION AUTHORIZATION pepites_web")


def as_owner() -> Any:
    """Run the block as the owner: what factories do."""
    return as_role("pepites_owner")
