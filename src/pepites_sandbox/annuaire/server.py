"""The stand-in on the network: `python -m pepites_sandbox.annuaire.server --port 8703`. Key, quota, real errors."""

from __future__ import annotations

import argparse
import json
import sys
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from pepites_sandbox.annuaire.data import BY_REFERENCE, BY_TYPE
from pepites_sandbox.annuaire.search import Pages, Wrong
from pepites_sandbox.serving import SandboxServer, fault_choices, serve_until_told

PATH = "/fhir/v2"
KEY = "cle-de-demonstration"
QUOTA = 17  # calls a second
MAX_QUERY, MAX_BODY = 8 * 1024, 64 * 1024
FAULTS = {
    "aucune": "fonctionne",
    "panne": "erreur 500",
    "quota": "quota dépassé (429)",
    "lent": "répond après quinze secondes",
    "malforme": "répond un JSON coupé",
    "page": "répond une page HTML",
    "lien": "donne un lien suivant vers un autre site",
    "cle": "refuse la clé (401)",
}


@dataclass
class State:
    """Fault, quota, pages under way."""

    fault: str = "aucune"
    pages: Pages = field(default_factory=Pages)
    calls: list[float] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def within_quota(self) -> bool:
        """Count one call of this second."""
        moment = time.monotonic()
        with self.lock:
            self.calls = [one for one in self.calls if moment - one < 1.0]
            self.calls.append(moment)
            return len(self.calls) <= QUOTA


def outcome(text: str) -> bytes:
    """An OperationOutcome."""
    issue = {"severity": "error", "code": "processing", "diagnostics": text}
    return json.dumps({"resourceType": "OperationOutcome", "issue": [issue]}, ensure_ascii=False).encode()


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: Server
    protocol_version = "HTTP/1.1"
    timeout = 20

    def do_GET(self) -> None:
        said = urlsplit(self.path)
        if said.path == "/":
            self._send(200, control(self.server.state), "text/html; charset=utf-8")
        elif said.path in {"/etat", "/favicon.ico"}:
            self._send(200, b"annuaire", "text/plain")
        elif len(said.query) > MAX_QUERY:
            self._send(414, outcome("URI too long"))
        else:
            self._answer(said.path, parse_qsl(said.query))

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length") or ""
        if not length.isdigit() or int(length) > MAX_BODY:
            self.close_connection = True
            self._send(413, outcome("too long"))
            return
        asked = parse_qsl(self.rfile.read(int(length)).decode("utf-8", "replace"))
        path = urlsplit(self.path).path
        if path == "/commandes" and dict(asked).get("panne") in FAULTS:
            self.server.state.fault = dict(asked)["panne"]
            self.send_response(303)
            self.send_header("Location", "/")
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif path.endswith("/_search"):
            self._answer(path.removesuffix("/_search"), asked)
        else:
            self._send(405, outcome("Method not allowed"))

    def _answer(self, path: str, asked: list[tuple[str, str]]) -> None:
        state = self.server.state
        if state.fault == "cle" or self.headers.get("ESANTE-API-KEY") != KEY:
            self._send(401, outcome("Unauthorized"))
        elif state.fault == "quota" or not state.within_quota():
            self._send(429, outcome("Too many requests"))
        elif state.fault == "panne":
            self._send(500, outcome("Internal error"))
        elif state.fault == "page":
            self._send(200, b"<html>portail</html>", "text/html")
        elif state.fault == "lent" and self.server.stopping.wait(15):
            return
        else:
            self._found(path.removeprefix(PATH).strip("/"), asked)

    def _found(self, path: str, asked: list[tuple[str, str]]) -> None:
        state, base = self.server.state, f"{self.server.base}{PATH}"
        if path == "_page":
            page = state.pages.next(dict(asked).get("id", ""), base)
            self._json(page) if page else self._send(410, outcome("HAPI-0418: Search ID does not exist"))
        elif path in BY_REFERENCE:
            self._json(BY_REFERENCE[path])
        elif path in BY_TYPE:
            try:
                self._json(state.pages.first(path, asked, base))
            except Wrong as wrong:
                self._send(400, outcome(str(wrong)))
        else:
            kinds = ", ".join(BY_TYPE)
            status = 404 if path.split("/")[0] in BY_TYPE else 400
            self._send(
                status, outcome(f"HAPI-0302: Unknown resource type '{path}' - Server knows how to handle: [{kinds}]")
            )

    def _json(self, value: dict[str, Any]) -> None:
        if self.server.state.fault == "lien" and value.get("resourceType") == "Bundle":
            value = value | {"link": [{"relation": "next", "url": "http://ailleurs.invalid/fhir/v2/_page?id=x"}]}
        body = json.dumps(value, ensure_ascii=False).encode()
        self._send(200, body[: len(body) // 2] if self.server.state.fault == "malforme" else body)

    def _send(self, status: int, body: bytes, content_type: str = "application/fhir+json; charset=utf-8") -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Nothing: names are in the addresses."""


def control(state: State) -> bytes:
    """The page that chooses a fault."""
    faults = fault_choices(FAULTS, state.fault)
    return (
        '<!doctype html><html lang="fr"><meta charset="utf-8"><title>Simulateur Annuaire Santé</title>'
        "<h1>Simulateur Annuaire Santé (FHIR v2)</h1><p>Toutes ces personnes sont inventées.</p>"
        f'<form method="post" action="/commandes"><h2>Panne</h2>{faults}<p><button>Appliquer</button></p></form></html>'
    ).encode()


class Server(SandboxServer):
    """The stand-in and its state."""

    def __init__(self, host: str, port: int, state: State) -> None:
        self.state = state
        super().__init__(host, port, Handler)


def main(arguments: list[str] | None = None) -> int:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(description="Simulateur de l'API FHIR de l'Annuaire Santé")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8703)
    parser.add_argument("--environnement", choices=["qualification", "demonstration"], default="qualification")
    chosen = parser.parse_args(arguments)
    server = Server(chosen.host, chosen.port, State())
    return serve_until_told(server, f"Simulateur Annuaire Santé : {server.base}{PATH}")


if __name__ == "__main__":
    sys.exit(main())
