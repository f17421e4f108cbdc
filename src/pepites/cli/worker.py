"""`pepites worker`: the background jobs alone."""

from __future__ import annotations

import logging

import click

from pepites.cli.prepare import prepare
from pepites.config.engine import var_dir
from pepites.config.supervisor import Child, Supervisor, worker_command


@click.command(short_help="Exécuter les tâches de fond.")
def worker() -> None:
    """Exécuter les tâches de fond, seules (« serve » en lance déjà un)."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    with prepare() as engine:
        jobs = Child("le processus de tâches", worker_command(), {"PEPITES_DB_ROLE": "worker"})
        Supervisor(var_dir(), engine, [jobs]).run()
