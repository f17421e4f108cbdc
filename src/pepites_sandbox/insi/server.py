"""The simulator on the network, on loopback: `python -m pepites_sandbox.insi.server --port 8701`.

Plain HTTP, or mutual TLS as the teleservice asks (`--certificat`, `--autorites`).
"""

from __future__ import annotations

import argparse
import socket
import ssl
import sys
from html import escape
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs

from pepites_sandbox.insi.persons import GUIANA, QUALIFICATION
from pepites_sandbox.insi.service import FAULTS, MAGIC, Answer, State, handle
from pepites_sandbox.serving import SandboxServer, fault_choices, serve_until_told, tls_arguments, tls_asked

MAX_BODY = 64 * 1024
PATH = "/lps"


class Handler(BaseHTTPRequestHandler):
    """SOAP on ``/lps``, the control page on ``/``."""

    server: Server
    protocol_version = "HTTP/1.1"
    timeout = 20

    def do_POST(self) -> None:
        try:
            length = int(self.headers.get("Content-Length") or "")
        except ValueError:
            self._send(Answer(411, b"", "text/plain"))
            return
        if not 0 <= length <= MAX_BODY:
            self.close_connection = True
            self._send(Answer(413, b"", "text/plain"))
            return
        body = self.rfile.read(length)
        if self.path == PATH:
            self._send(handle(body, self.server.state))
        elif self.path == "/commandes":
            self._command(body)
        else:
            self._send(Answer(404, b"", "text/plain"))

    def do_GET(self) -> None:
        if self.path == "/":
            self._send(Answer(200, page(self.server.state).encode(), "text/html; charset=utf-8"))
        elif self.path == "/etat":
            self._send(Answer(200, b"insi", "text/plain"))
        else:
            self._send(Answer(404, b"", "text/plain"))

    def _command(self, body: bytes) -> None:
        asked = parse_qs(body.decode("utf-8", "replace"))
        fault = asked.get("panne", ["aucun"])[0]
        if fault not in FAULTS:
            self._send(Answer(422, b"Panne inconnue", "text/plain; charset=utf-8"))
            return
        with self.server.state.lock:
            self.server.state.fault = fault
            self.server.state.quirks = asked.get("travers", ["0"])[0] == "1"
        self.send_response(303)
        self.send_header("Location", "/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _send(self, answer: Answer) -> None:
        if answer.delay and self.server.stopping.wait(answer.delay):
            return
        body = answer.body
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if answer.cut:
            self.wfile.write(body[: len(body) // 2])
            self.wfile.flush()
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Nothing: even invented traits stay out of logs, to keep the habit."""


class Server(SandboxServer):
    """The simulator and its state."""

    def __init__(self, host: str, port: int, state: State, tls: ssl.SSLContext | None = None) -> None:
        self.state = state
        super().__init__(host, port, Handler, tls)


def page(state: State) -> str:
    """The control page: choose a fault, see who is known."""
    faults = fault_choices(FAULTS, state.fault)
    people = "".join(
        f"<tr><td>{escape(one.family)}</td><td>{escape(one.names)}</td><td>{one.sex}</td><td>{one.born}</td>"
        f"<td>{one.place}</td></tr>"
        for one in (*GUIANA, *QUALIFICATION)
    )
    return (
        '<!doctype html><html lang="fr"><meta charset="utf-8"><title>Simulateur INSi</title>'
        "<h1>Simulateur INSi</h1><p>Toutes ces personnes sont inventées. Environnement : "
        f"{state.environment}. Appels reçus : {state.calls}.</p>"
        f'<form method="post" action="/commandes"><h2>Panne</h2>{faults}'
        f'<p><label><input type="checkbox" name="travers" value="1"{" checked" if state.quirks else ""}> '
        "Travers de la plateforme de qualification : erreur technique au lieu de « aucune identité »</label></p>"
        "<p><button>Appliquer</button></p></form>"
        f"<h2>Noms magiques</h2><p>Un nom de naissance provoque la panne à lui seul : {', '.join(sorted(MAGIC))}.</p>"
        "<h2>Personnes connues</h2><table><tr><th>Nom de naissance<th>Prénoms<th>Sexe<th>Naissance<th>Lieu</tr>"
        f"{people}</table></html>"
    )


def main(arguments: list[str] | None = None) -> int:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(prog="pepites_sandbox.insi", description="Simulateur du téléservice INSi")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8701)
    parser.add_argument("--environnement", choices=("qualification", "demonstration"), default="qualification")
    parser.add_argument("--travers", action="store_true", help="travers de la plateforme de qualification")
    tls_arguments(parser)
    asked = parser.parse_args(arguments)
    try:
        state = State(quirks=asked.travers, environment=asked.environnement)
        server = Server(asked.host, asked.port, state, tls_asked(asked, required=True))
    except (ValueError, OSError) as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    return serve_until_told(server, f"Simulateur INSi : {server.base}")


if __name__ == "__main__":
    sys.exit(main())
