"""`pepites sandbox`: the simulators of the national services, each on its port."""

from __future__ import annotations

import signal
import threading

import click

from pepites.config.simulators import HOST, SIMULATORS
from pepites.config.supervisor import check_port

_TICK = 0.2


@click.command(short_help="Lancer les simulateurs des services nationaux.")
@click.option("--host", default=HOST, show_default=True, metavar="ADRESSE", help="Adresse d'écoute.")
@click.option(
    "--environnement", type=click.Choice(["qualification", "demonstration"]), default="qualification",
    show_default=True, help="Ce que les simulateurs disent être.",
)  # fmt: skip
def sandbox(host: str, environnement: str) -> None:
    """Lancer les simulateurs des services nationaux (INSi, Pro Santé Connect, Annuaire Santé), chacun sur son port,
    jusqu'à l'arrêt."""
    children = []
    for one in SIMULATORS:
        check_port(host, one.port)
        children.append(one.child(one.port, host=host, environment=environnement))
    stopping = threading.Event()
    for signum in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(signum, lambda *_: stopping.set())
    click.echo("Réglages qui y mènent :")
    for one in SIMULATORS:
        click.echo(f"{one.setting}={one.address(one.port, host)}")
        for name, value in one.more:
            click.echo(f"{name}={value}")
    click.echo(f"PEPITES_INSI_ENVIRONMENT={environnement}")
    try:
        while not stopping.is_set():
            for child in children:
                child.watch()
            stopping.wait(_TICK)
    finally:
        for child in children:
            if child.process is not None:
                child.process.terminate()
                child.process.wait(5)
