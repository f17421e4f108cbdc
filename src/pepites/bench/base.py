"""A base of one size, made beside the instance's own, and a front that serves it."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import psycopg
from django.conf import settings
from psycopg import conninfo, sql

from pepites.common.errors import DomainError

EMPTY = "pepites_mesure_vide"
LOCK = 0x70657062  # any number of our own, held for the length of a measure


@dataclass(frozen=True, slots=True)
class Tools:
    """What the command line lends: how to make a base's roles, its superuser's address, how a front is started."""

    ensure_roles: Callable[[str], object]
    superuser: str
    front_command: Callable[[int], list[str]]
    migrate_module: str


@dataclass(frozen=True, slots=True)
class Measured:
    """What a measure needs to know of its base: sessions' cookies and the addresses of the pages."""

    base_url: str
    facts: dict[str, str]
    environment: dict[str, str]


def _with_name(url: str, name: str) -> str:
    return conninfo.make_conninfo(url, dbname=name)


def _environment(name: str) -> dict[str, str]:
    urls = settings.URLS
    return os.environ | {
        "PEPITES_DATABASE_URL": _with_name(urls.web, name),
        "PEPITES_DATABASE_ADMIN_URL": _with_name(urls.owner, name),
        "PEPITES_DATABASE_WORKER_URL": _with_name(urls.worker, name),
        "PEPITES_ROOT_URLCONF": "pepites.config.bench_urls",
        "PEPITES_BENCH": "1",
        "PEPITES_DEMO": "",
        "DJANGO_SETTINGS_MODULE": "pepites.config.settings",
    }


@contextmanager
def measured_base(
    tools: Tools, persons: int, staff: int, *, prepare: str = "pepites.bench.prepare", name: str = ""
) -> Generator[dict[str, str]]:
    """A prepared and filled base for the length of a block inside ``alone``; gives the environment that reaches it."""
    name = f"pepites_mesure_{name or persons}"
    _drop(tools, name)
    try:
        _copy_empty(tools, name)
        environment = _environment(name)
        environment["PEPITES_BENCH_FACTS"] = run_module(
            prepare,
            [str(persons), str(staff)],
            environment | {"PEPITES_BENCH_SUPERUSER": _with_name(tools.superuser, name)},
        )
        yield environment
    finally:
        _drop(tools, name)


@contextmanager
def alone(tools: Tools) -> Generator[None]:
    """One measure at a time on an engine: a second would drop the first one's bases, and spoil its figures.

    Raises DomainError when another one runs.
    """
    with psycopg.connect(tools.superuser, autocommit=True) as connection:
        held = connection.execute("SELECT pg_try_advisory_lock(%s)", (LOCK,)).fetchone()
        if not (held and held[0]):
            raise DomainError("Une autre mesure tourne sur cette instance : attendez qu'elle finisse, puis relancez.")
        _drop(tools, EMPTY)
        try:
            yield
        finally:
            _drop(tools, EMPTY)


def _copy_empty(tools: Tools, name: str) -> None:
    """A migrated base; made once in a measure, then copied: migrating takes longer than filling."""
    with psycopg.connect(tools.superuser, autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (EMPTY,)).fetchone() is None:
            tools.ensure_roles(EMPTY)
            run_module(tools.migrate_module, [], _environment(EMPTY))
        copied = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(EMPTY))
        connection.execute(copied)
    tools.ensure_roles(name)


def run_module(module: str, arguments: list[str], environment: dict[str, str]) -> str:
    """Run one of the project's modules as the base's owner; its last line. Raises RuntimeError with its own words."""
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", module, *arguments],
        env=environment | {"PEPITES_DB_ROLE": "owner"}, check=False, capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{module} : {done.stderr[-2000:]}")
    return done.stdout.strip().splitlines()[-1] if done.stdout.strip() else ""


def _drop(tools: Tools, name: str) -> None:
    with psycopg.connect(tools.superuser, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def front(tools: Tools, environment: dict[str, str], log: Path) -> Generator[Measured]:
    """One front process on that base, as ``pepites serve`` starts it."""
    port = free_port()
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603
            tools.front_command(port),
            env=environment | {"PEPITES_DB_ROLE": "web"}, stdout=output, stderr=output,
        )  # fmt: skip
        try:
            base_url = f"http://127.0.0.1:{port}"
            _wait(base_url, process)
            yield Measured(base_url, json.loads(environment["PEPITES_BENCH_FACTS"]), environment)
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(10)
            process.kill()


def _wait(base_url: str, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(300):
        with suppress(URLError, ConnectionError, OSError), urlopen(f"{base_url}/mesure/nue/", timeout=5) as answer:  # noqa: S310
            if answer.status == 200:
                return
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise RuntimeError("le front de mesure ne répond pas")
