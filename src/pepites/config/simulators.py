"""The simulators of the national services: processes of their own, met on the network only (ADR 0008)."""

from __future__ import annotations

import socket
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pepites.config.supervisor import Child

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Simulator:
    """One service: its module, its usual port, and the setting of Pépites that leads to it."""

    name: str
    label: str
    module: str
    port: int
    setting: str
    path: str
    more: tuple[tuple[str, str], ...] = ()  # other settings that lead to it

    def address(self, port: int, host: str = HOST) -> str:
        return f"http://{host}:{port}{self.path}"

    def child(
        self, port: int, *, host: str = HOST, environment: str, log: Path | None = None, options: Sequence[str] = ()
    ) -> Child:
        command = [
            sys.executable, "-m", self.module, "--host", host, "--port", str(port), "--environnement", environment,
            *options,
        ]  # fmt: skip
        return Child(f"le simulateur {self.label}", command, {}, log)


_DISCOVERY = "/auth/realms/esante-wallet/.well-known/wallet-openid-configuration"
_PSC = (
    ("PEPITES_PSC_ENV", "local"),
    ("PEPITES_PSC_CLIENT_ID", "pepites"),
    ("PEPITES_PSC_CLIENT_SECRET", "secret-de-demonstration"),
)
SIMULATORS = (
    Simulator("insi", "INSi", "pepites_sandbox.insi.server", 8701, "PEPITES_INSI_URL", "/lps"),
    Simulator(
        "psc", "Pro Santé Connect", "pepites_sandbox.psc.server", 8702, "PEPITES_PSC_METADATA_URL", _DISCOVERY, _PSC
    ),
    Simulator(
        "annuaire",
        "Annuaire Santé",
        "pepites_sandbox.annuaire.server",
        8703,
        "PEPITES_ANNUAIRE_API_URL",
        "/fhir/v2",
        (("PEPITES_ANNUAIRE_API_KEY", "cle-de-demonstration"),),
    ),
)


def free_port() -> int:
    """A port of loopback that nobody holds."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
