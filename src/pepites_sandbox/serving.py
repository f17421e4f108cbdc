"""What every simulator shares: a server that stops when told to, its TLS, the choice of a fault on its page."""

from __future__ import annotations

import argparse
import signal
import ssl
import sys
import threading
from collections.abc import Mapping
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class SandboxServer(ThreadingHTTPServer):
    """A simulator; ``stopping`` ends what waits on purpose."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(
        self, host: str, port: int, handler: type[BaseHTTPRequestHandler], tls: ssl.SSLContext | None = None
    ) -> None:
        self.stopping = threading.Event()
        super().__init__((host, port), handler)
        if tls is not None:  # the handshake is for the request's own thread: a slow client holds nobody else up
            self.socket = tls.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    @property
    def base(self) -> str:
        """Its address, without a path."""
        scheme = "https" if isinstance(self.socket, ssl.SSLSocket) else "http"
        return f"{scheme}://{self.server_address[0]!s}:{self.server_address[1]}"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that leaves in the middle is no event."""


def tls_context(certificate: str, key: str, authorities: str, *, required: bool) -> ssl.SSLContext:
    """TLS 1.2 at least, with a client's certificate asked for, signed by these authorities; raises ``OSError``.

    ``required``: nothing is answered to who shows none. Otherwise each address decides, as browsers show none.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key or None)
    context.load_verify_locations(authorities)
    context.verify_mode = ssl.CERT_REQUIRED if required else ssl.CERT_OPTIONAL
    return context


def tls_arguments(parser: argparse.ArgumentParser) -> None:
    """What to type to have the simulator served over TLS."""
    parser.add_argument("--certificat", default="", help="certificat du simulateur (PEM) : il répond alors en TLS")
    parser.add_argument("--cle", default="", help="clé de ce certificat, si elle est dans un autre fichier")
    parser.add_argument("--autorites", default="", help="autorités des certificats des clients (PEM)")


def tls_asked(chosen: argparse.Namespace, *, required: bool) -> ssl.SSLContext | None:
    """The TLS typed, None for plain HTTP; raises ``ValueError`` or ``OSError``."""
    if not chosen.certificat:
        return None
    if not chosen.autorites:
        raise ValueError("Donnez aussi --autorites : c'est par elles que les clients sont reconnus.")
    return tls_context(chosen.certificat, chosen.cle, chosen.autorites, required=required)


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
