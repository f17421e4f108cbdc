"""`pepites demo`: a fictional territory, served."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import click
import psycopg

from pepites.cli.serve import address_options, run_all
from pepites.config.engine import database_urls, var_dir
from pepites.config.modes import demo_refusal, production_setting
from pepites.config.simulators import SIMULATORS, free_port
from pepites.config.supervisor import Child


def _base_reference() -> str:
    """Which base this is: the note that the territory is built must not outlive it."""
    with psycopg.connect(database_urls(var_dir()).web) as connection:
        row = connection.execute("SELECT datname || '/' || oid FROM pg_database WHERE datname = current_database()")
        found = row.fetchone()
    return str(found[0]) if found else ""


def _set_up_django() -> None:
    os.environ["PEPITES_DB_ROLE"] = "owner"  # networks and accounts are made by the owner only
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pepites.config.settings")
    import django

    django.setup()


def build_if_absent(note: Path) -> None:
    """Build the demonstration territory unless this base already has it; says how far it is."""
    if note.exists() and note.read_text(encoding="utf-8") == _base_reference():
        return
    _set_up_django()
    from django.db import connections
    from rich.console import Console

    from pepites.demo.build import build_demo

    console = Console(stderr=True)
    console.print("Construction du territoire de démonstration…")
    build_demo(lambda step, *_: console.print(f"  {step}"))
    connections.close_all()
    note.write_text(_base_reference(), encoding="utf-8")


def print_accounts() -> None:
    """Print the demonstration accounts, as the sign-in page lists them."""
    from pepites.demo.staff import demo_accounts

    click.echo("Comptes de démonstration (personnes inventées) :")
    for account in demo_accounts():
        click.echo(f"  {account}")


@dataclass(frozen=True)
class Plugged:
    """A simulator of this demonstration: its process, and the page that commands it."""

    label: str
    page: str
    child: Child


def plug_simulators(var: Path, base: str = "http://127.0.0.1:8000") -> list[Plugged]:
    """Choose a free port for each simulator and tell the settings; an address already given is left alone.

    ``base`` is where Pépites is served: Pro Santé Connect sends people back there, and nowhere else.
    """
    plugged = []
    for one in SIMULATORS:
        if os.environ.get(one.setting):
            continue
        port = free_port()
        os.environ[one.setting] = one.address(port)
        for name, value in one.more:
            os.environ.setdefault(name, value)
        options = ["--client-demo", base, base.replace("127.0.0.1", "localhost")] if one.name == "psc" else []
        log = var / f"simulateur-{one.name}.log"
        child = one.child(port, environment="demonstration", log=log, options=options)
        plugged.append(Plugged(one.label, f"http://127.0.0.1:{port}/", child))
    return plugged


@click.command(short_help="Servir un territoire de démonstration.")
@address_options
def demo(host: str, port: int, workers: int) -> None:
    """Construire au besoin un territoire de démonstration, le servir et afficher ses comptes."""
    if production_setting():
        raise click.ClickException(demo_refusal())
    os.environ["PEPITES_DEMO"] = "1"
    os.environ.setdefault("PEPITES_ACCESS_LOG", "0")
    var = var_dir()
    note = var / "demonstration"
    simulators = plug_simulators(var, f"http://127.0.0.1:{port}")

    def announce() -> None:
        print_accounts()
        for one in simulators:
            click.echo(f"Simulateur {one.label}, ses personnes et ses pannes : {one.page}")

    run_all(
        host, port, workers, log_dir=var, before=lambda: build_if_absent(note), announce=announce,
        beside=[one.child for one in simulators],
    )  # fmt: skip
