"""The stand-in on the network, on loopback: `python -m pepites_sandbox.psc.server --port 8702`.

The addresses are those of the Keycloak realm of Pro Santé Connect; the browser's page has its own path, as its host.
Plain HTTP, or TLS (`--certificat`, `--autorites`): a client may then be registered by its certificate, which it shows
at the addresses kept for that (RFC 8705 §5), as browsers have none to show.
"""

from __future__ import annotations

import argparse
import json
import ssl
import sys
from http.cookies import CookieError, SimpleCookie
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from cryptography.x509 import load_der_x509_certificate

from pepites_sandbox.psc import endpoints, pages, sign_in
from pepites_sandbox.psc.answers import Answer, as_json, error
from pepites_sandbox.psc.notices import Ended, tell
from pepites_sandbox.psc.state import FAULTS, RegisteredClient, State
from pepites_sandbox.psc.tokens import published_keys
from pepites_sandbox.serving import SandboxServer, serve_until_told, tls_arguments, tls_asked

MAX_BODY, MAX_QUERY = 64 * 1024, 8 * 1024
REALM = "/auth/realms/esante-wallet"
PROTOCOL = f"{REALM}/protocol/openid-connect"
MUTUAL = "/mtls"  # before the path of an address where the certificate is looked at


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: Server
    protocol_version = "HTTP/1.1"
    timeout = 20

    def do_GET(self) -> None:
        said = urlsplit(self.path)
        if len(said.query) > MAX_QUERY:
            self._send(Answer(414))
            return
        self._send(self._got(said.path, dict(parse_qsl(said.query))))

    def _got(self, path: str, asked: dict[str, str]) -> Answer:
        state, issuer = self.server.state, self.server.issuer
        if path == "/":
            return Answer(200, pages.control(state))
        if path == "/favicon.ico":
            return Answer(204)
        if path == "/etat":
            return Answer(200, b"psc", "text/plain")
        if path == f"{REALM}/.well-known/wallet-openid-configuration":
            return error("server_error", 500) if state.fault == "decouverte" else as_json(self._discovery())
        if path == f"{PROTOCOL}/certs":
            return as_json(published_keys(state))
        if path == "/auth":
            return sign_in.authorize(state, asked, self._cookie())
        if path == f"{PROTOCOL}/userinfo":
            return endpoints.user(state, issuer, self.headers.get("Authorization", ""))
        if path == f"{PROTOCOL}/logout":
            answer, ended = sign_in.log_out(state, asked)
            if ended is not None:
                tell(state, issuer, ended)
            return answer
        return Answer(404, b"", "text/plain")

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length") or ""
        if not length.isdigit() or int(length) > MAX_BODY:
            self.close_connection = True
            self._send(Answer(413 if length.isdigit() else 411, b"", "text/plain"))
            return
        body = self.rfile.read(int(length)).decode("utf-8", "replace")
        self._send(self._posted(urlsplit(self.path).path, dict(parse_qsl(body))))

    def _posted(self, path: str, form: dict[str, str]) -> Answer:
        state, proof = self.server.state, endpoints.Proof(self.headers.get("Authorization", ""))
        if path.startswith(f"{MUTUAL}/"):
            path, proof = path.removeprefix(MUTUAL), endpoints.Proof(subject=self._subject())
        if path == "/auth/identification":
            return sign_in.identify(state, form)
        if path == "/auth/validation":
            return sign_in.validate(state, form, self._cookie())
        if path == f"{PROTOCOL}/token":
            return endpoints.token(state, self.server.issuer, form, proof)
        if path == f"{PROTOCOL}/token/introspect":
            return endpoints.introspect(state, form, proof)
        if path == f"{PROTOCOL}/ext/ciba/auth":
            return endpoints.start_ciba(state, form, proof)
        return self._commanded(form) if path == "/commandes" else Answer(404, b"", "text/plain")

    def _commanded(self, form: dict[str, str]) -> Answer:
        state = self.server.state
        if "fermer" in form:
            for session in list(state.sessions.values()):
                state.end(session.sid)
                tell(state, self.server.issuer, Ended(session.sid, session.number, tuple(session.clients)))
        elif form.get("ciba") in state.ciba and form.get("reponse") in {"accepte", "refuse"}:
            state.ciba[form["ciba"]].state = form["reponse"]
        elif form.get("panne") in FAULTS:
            state.fault = form["panne"]
        else:
            return Answer(422, pages.refused("Commande inconnue."))
        return Answer(303, headers={"Location": "/"})

    def _subject(self) -> str:
        """The subject of the client's certificate, which the handshake has verified; empty when it showed none."""
        shown = self.connection.getpeercert(binary_form=True) if isinstance(self.connection, ssl.SSLSocket) else None
        return load_der_x509_certificate(shown).subject.rfc4514_string() if shown else ""

    def _cookie(self) -> str:
        try:
            found = SimpleCookie(self.headers.get("Cookie", "")).get(sign_in.COOKIE)
        except CookieError:
            return ""
        return found.value if found else ""

    def _discovery(self) -> dict[str, object]:
        base = self.server.base
        methods = ["client_secret_post", "client_secret_basic"]
        served: dict[str, str] = {}
        if base.startswith("https:"):
            methods.append("tls_client_auth")
            paths = {"token_endpoint": "token", "backchannel_authentication_endpoint": "ext/ciba/auth"}
            served = {name: f"{base}{MUTUAL}{PROTOCOL}/{path}" for name, path in paths.items()}
        return {
            "issuer": self.server.issuer,
            "authorization_endpoint": f"{base}/auth",
            "token_endpoint": f"{base}{PROTOCOL}/token",
            "userinfo_endpoint": f"{base}{PROTOCOL}/userinfo",
            "end_session_endpoint": f"{base}{PROTOCOL}/logout",
            "jwks_uri": f"{base}{PROTOCOL}/certs",
            "introspection_endpoint": f"{base}{PROTOCOL}/token/introspect",
            "backchannel_authentication_endpoint": f"{base}{PROTOCOL}/ext/ciba/auth",
            "backchannel_token_delivery_modes_supported": ["poll"],
            "backchannel_logout_supported": True,
            "backchannel_logout_session_supported": True,
            "grant_types_supported": ["authorization_code", "refresh_token", endpoints.CIBA_GRANT],
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "scopes_supported": ["openid", "scope_all"],
            "acr_values_supported": ["eidas1"],
            "id_token_signing_alg_values_supported": ["RS256", "HS256"],
            "code_challenge_methods_supported": ["plain", "S256"],
            "token_endpoint_auth_methods_supported": methods,
            **({"mtls_endpoint_aliases": served} if served else {}),
        }

    def _send(self, answer: Answer) -> None:
        if answer.delay and self.server.stopping.wait(answer.delay):
            return
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, *args: object) -> None:
        """Nothing: codes and tokens are in the addresses."""


class Server(SandboxServer):
    """The stand-in and its state."""

    def __init__(self, host: str, port: int, state: State, tls: ssl.SSLContext | None = None) -> None:
        self.state = state
        super().__init__(host, port, Handler, tls)
        self.issuer = f"{self.base}{REALM}"


def demo_client(bases: list[str], secret: str, subject: str = "") -> RegisteredClient:
    """Pépites, served at any of these addresses; the first one is told of the ends of sessions."""
    bases = [base.rstrip("/") for base in bases]
    return RegisteredClient(
        "pepites",
        secret,
        tuple(f"{base}/connexion/psc/retour/" for base in bases),
        tuple(f"{base}/connexion/" for base in bases),
        f"{bases[0]}/oidc/backchannel-logout",
        subject,
    )


def clients_from(path: Path) -> list[RegisteredClient]:
    """Clients of a JSON file: a list of objects with the names of ``RegisteredClient``; raises ``ValueError``."""
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        return [
            RegisteredClient(
                str(row["client_id"]), str(row.get("client_secret", "")), tuple(row["redirect_uris"]),
                tuple(row.get("post_logout_redirect_uris", ())), str(row.get("backchannel_logout_uri", "")),
                str(row.get("certificate_subject", "")),
            )
            for row in rows
        ]  # fmt: skip
    except (OSError, TypeError, KeyError, AttributeError) as problem:
        raise ValueError(f"Fichier des clients illisible : {type(problem).__name__}.") from None


def main(arguments: list[str] | None = None) -> int:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(description="Simulateur de Pro Santé Connect")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8702)
    parser.add_argument("--environnement", choices=["qualification", "demonstration"], default="qualification")
    parser.add_argument("--clients", type=Path, help="clients, en JSON")
    served = ["http://127.0.0.1:8000", "http://localhost:8000"]
    parser.add_argument("--client-demo", nargs="+", default=served, help="adresses de Pépites")
    parser.add_argument("--client-secret", default="secret-de-demonstration", help="secret du client « pepites »")
    parser.add_argument("--client-sujet", default="", help="sujet du certificat de « pepites », à la place du secret")
    tls_arguments(parser)
    chosen = parser.parse_args(arguments)
    try:
        known = [demo_client(chosen.client_demo, chosen.client_secret, chosen.client_sujet)]
        known += clients_from(chosen.clients) if chosen.clients else []
        state = State({one.client_id: one for one in known}, environment=chosen.environnement)
        server = Server(chosen.host, chosen.port, state, tls_asked(chosen, required=False))
    except (ValueError, OSError) as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    return serve_until_told(server, f"Simulateur Pro Santé Connect : {server.issuer}")


if __name__ == "__main__":
    sys.exit(main())
