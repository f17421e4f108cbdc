"""`pepites hl7`: the HL7 v2 listener alone."""

from __future__ import annotations

import logging
import os
import sys

import click

from pepites.cli.prepare import prepare, ready
from pepites.config.engine import var_dir
from pepites.config.supervisor import Child, Supervisor, check_port

OFF = "L'écoute HL7 v2 est éteinte : donnez son port par PEPITES_HL7_PORT."


def listener() -> Child:
    """The listener, with the rights of the web role: it faces the network."""
    withheld = {"PEPITES_DATABASE_ADMIN_URL": "", "PEPITES_DATABASE_WORKER_URL": ""}
    return Child(
        "l'écoute HL7 v2", [sys.executable, "-m", "pepites.config.hl7"], {"PEPITES_DB_ROLE": "web", **withheld}
    )


def wanted() -> bool:
    """Whether an administrator turned it on."""
    return os.environ.get("PEPITES_HL7_PORT", "0").strip() not in {"", "0"}


@click.command(short_help="Écouter les messages HL7 v2.")
def hl7() -> None:
    """Écouter les messages HL7 v2 (MLLP), seuls ; « serve » les écoute aussi quand PEPITES_HL7_PORT est donné."""
    if not wanted():
        raise click.ClickException(OFF)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    with ready("web"):
        from django.conf import settings

        from pepites.interop.hl7v2.service import configured_tls

        configured_tls()
        host, port = settings.PEPITES_HL7_HOST, settings.PEPITES_HL7_PORT
    check_port(host, port)
    with prepare() as engine:
        Supervisor(var_dir(), engine, [listener()]).run()
