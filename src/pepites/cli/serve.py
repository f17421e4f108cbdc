"""`pepites serve`: engine, front and worker under one supervisor."""

from __future__ import annotations

import http.client
import logging
import os
import secrets
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from pepites.cli import hl7
from pepites.cli.prepare import prepare, require_folder
from pepites.config.engine import var_dir
from pepites.config.supervisor import Child, ServeLock, Supervisor, check_port, granian_command, worker_command

_INSTANCE = "PEPITES_INSTANCE"


def answers(host: str, port: int, instance: str) -> bool:
    """Whether our own front, not a stranger on the same port, serves a page at `host:port`."""
    target = "127.0.0.1" if host in {"", "0.0.0.0"} else "::1" if host == "::" else host  # noqa: S104
    connection = http.client.HTTPConnection(target, port, timeout=5)
    try:
        connection.request("GET", "/etat")
        state = connection.getresponse()
        ours = state.read().decode("ascii", "replace") == instance
        if not ours:
            return False
        page = _page(connection, "/")
        if 300 <= page.status < 400:
            page = _page(connection, page.headers.get("Location", "/"))
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return page.status < 500


def _page(connection: http.client.HTTPConnection, path: str) -> http.client.HTTPResponse:
    connection.request("GET", path, headers={"Host": "127.0.0.1"})
    response = connection.getresponse()
    response.read()
    return response


def address(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def children(host: str, port: int, workers: int, instance: str, log_dir: Path | None) -> list[Child]:
    """The front, the worker, and the HL7 v2 listener when it is on, each with the rights of its own database role."""
    logs = (log_dir / "web.log", log_dir / "taches.log") if log_dir else (None, None)
    # The front faces the network: the other roles' addresses are not for it.
    withheld = {"PEPITES_DATABASE_ADMIN_URL": "", "PEPITES_DATABASE_WORKER_URL": ""}
    web = {"PEPITES_DB_ROLE": "web", _INSTANCE: instance, **withheld}
    listeners = [hl7.listener()] if hl7.wanted() else []
    return [
        Child("le front", granian_command(host, port, workers=workers), web, logs[0]),
        Child("le processus de tâches", worker_command(), {"PEPITES_DB_ROLE": "worker"}, logs[1]),
        *listeners,
    ]


def run_all(
    host: str,
    port: int,
    workers: int,
    *,
    log_dir: Path | None = None,
    before: Callable[[], None] = lambda: None,
    announce: Callable[[], None] = lambda: None,
    beside: Sequence[Child] = (),
) -> None:
    """Prepare the instance, do `before`, serve until told to stop; `announce` comes just before the « Prêt » line.

    `beside` are other processes to keep alive meanwhile: the simulators of a demonstration.
    """
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    var = var_dir()
    require_folder(var)
    instance = secrets.token_hex(8)
    with ServeLock(var):
        check_port(host, port)
        with prepare() as engine:
            before()
            check_port(host, port)

            def on_ready() -> None:
                announce()
                click.echo(f"Prêt : {address(host, port)}")

            served = children(host, port, workers, instance, log_dir)
            supervisor = Supervisor(var, engine, [*beside, *served])
            supervisor.run(lambda: answers(host, port, instance), on_ready)


def address_options(command: Callable[..., None]) -> Callable[..., None]:
    """Where to listen, and with how many front processes."""
    for option in (
        click.option(
            "--workers",
            type=click.IntRange(1, 64),
            default=1,
            show_default=True,
            metavar="NOMBRE",
            help="Processus du front.",
        ),
        click.option(
            "--port", type=click.IntRange(1, 65535), default=8000, show_default=True, metavar="PORT", help="Port."
        ),
        click.option("--host", default="127.0.0.1", show_default=True, metavar="ADRESSE", help="Adresse d'écoute."),
    ):
        command = option(command)
    return command


@click.command(short_help="Servir l'application.")
@address_options
def serve(host: str, port: int, workers: int) -> None:
    """Servir l'application : base embarquée, front et tâches, sous un seul superviseur."""
    os.environ.pop("PEPITES_DB_ROLE", None)
    run_all(host, port, workers)
