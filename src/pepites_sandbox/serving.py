"""What every simulator shares: a server that stops when told to, and the choice of a fault on its page."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Mapping
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class SandboxServer(ThreadingHTTPServer):
    """A simulator; ``stopping`` ends what waits on purpose."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, host: str, port: int, handler: type[BaseHTTPRequestHandler]) -> None:
        self.stopping = threading.Event()
        super().__init__((host, port), handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that leaves in the middle is no event."""


def serve_until_told(server: SandboxServer, sentence: str) -> int:
    """Say where it answers, then serve until SIGTERM, SIGINT or SIGHUP; the process's exit code."""

    def stop(*_: object) -> None:
        server.stopping.set()
        threading.Thread(target=server.shutdown, daemon=True).start()

    for signum in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(signum, stop)
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()
    server.serve_forever(poll_interval=0.1)
    server.server_close()
    return 0


def fault_choices(faults: Mapping[str, str], chosen: str) -> str:
    """Radio buttons, one for each fault."""
    return "".join(
        f'<p><label><input type="radio" name="panne" value="{name}"{" checked" if name == chosen else ""}> '
        f"<strong>{name}</strong> : {escape(text)}</label></p>"
        for name, text in faults.items()
    )
