"""The simulators of the national services: processes of their own, met on the network only (ADR 0008)."""

from __future__ import annotations

import socket
import sys
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

    def address(self, port: int, host: str = HOST) -> str:
        return f"http://{host}:{port}{self.path}"

    def child(self, port: int, *, host: str = HOST, environment: str, log: Path | None = None) -> Child:
        command = [
            sys.executable, "-m", self.module, "--host", host, "--port", str(port), "--environnement", environment,
        ]  # fmt: skip
        return Child(f"le simulateur {self.label}", command, {}, log)


SIMULATORS = (Simulator("insi", "INSi", "pepites_sandbox.insi.server", 8701, "PEPITES_INSI_URL", "/lps"),)


def free_port() -> int:
    """A port of loopback that nobody holds."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
