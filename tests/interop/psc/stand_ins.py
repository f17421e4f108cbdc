"""Pro Santé Connect's stand-ins on real loopback sockets, behind one interface, so that one contract drives each."""

import contextlib
import queue
import re
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol
from urllib.parse import parse_qsl, urlsplit

import httpx
from tests.interop.authority import Authority

from pepites.accounts.ports import AskedSignIn, VerifiedIdentity
from pepites.interop.outgoing import Peer
from pepites.interop.psc.client import Client, ProSanteConnect
from pepites.interop.psc.directory import Published
from pepites_sandbox.psc.server import REALM, Server, demo_client
from pepites_sandbox.psc.state import State
from pepites_sandbox.serving import tls_context

SECRET = "secret-d-essai-de-trente-deux-octets"
BASE = "http://127.0.0.1:9"
RETURN_TO = f"{BASE}/connexion/psc/retour/"
NURSE = "899900000011"


class Mutual:
    """The certificates of a provider that wants one of its clients: PEM files, with their keys."""

    def __init__(self, folder: Path) -> None:
        igc, elsewhere = Authority(folder, "igc"), Authority(folder, "ailleurs")
        self.authorities, self.server, self.ours = igc.path, igc.issue("psc"), igc.issue("pepites")
        self.neighbour, self.stranger = igc.issue("voisin"), elsewhere.issue("inconnu")
        self.subject = "CN=pepites"


@contextlib.contextmanager
def certificates(wanted: bool) -> Iterator[Mutual | None]:
    with TemporaryDirectory() as folder:
        yield Mutual(Path(folder)) if wanted else None


def browser_for(mutual: Mutual | None) -> httpx.Client:
    """A browser: it trusts the provider, and shows no certificate."""
    return httpx.Client(verify=ssl.create_default_context(cafile=mutual.authorities) if mutual else True)


class StandIn(Protocol):
    """A provider to sign in at; ``mutual`` when it knows its client by a certificate."""

    metadata_url: str
    mutual: Mutual | None

    def misbehave(self, fault: str) -> None:
        """The fault of the next answers; « aucune » for none."""
        ...

    def sign_in(self, browser: httpx.Client, url: str, person: str = NURSE) -> str:
        """Walk the pages as ``person``; the address the browser is sent back to."""
        ...

    def sign_out(self, browser: httpx.Client, url: str) -> str:
        """Walk the logout pages; the address the browser is sent back to."""
        ...


class Listener:
    """Where a stand-in tells that a session is over; keeps the tokens it was sent."""

    def __init__(self) -> None:
        self.tokens: queue.Queue[str] = queue.Queue()
        kept = self.tokens

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                kept.put(dict(parse_qsl(body))["logout_token"])
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: object) -> None:
                """Nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}/oidc/backchannel-logout"


def relying_party(
    stand_in: StandIn, timeout: float = 3.0, secret: str = SECRET, certificate: str | None = None, auth: str = ""
) -> ProSanteConnect:
    """Our client, proved as the stand-in wants it: by its secret, or by its certificate."""
    mutual = stand_in.mutual
    auth = auth or ("tls_client_auth" if mutual else "client_secret_post")
    client = Client("pepites", secret, auth, "openid scope_all", "eidas1", ("eidas1", "eidas2", "eidas3"))
    peer = Peer(timeout)
    if mutual:
        shown = mutual.ours if certificate is None else certificate
        peer = Peer(timeout, certificate=shown, authorities=mutual.authorities)
    return ProSanteConnect(client, Published(stand_in.metadata_url, peer))


def walk(stand_in: StandIn, party: ProSanteConnect, person: str = NURSE, **asked: bool) -> VerifiedIdentity:
    """The whole flow, from the first redirection to the verified identity."""
    with browser_for(stand_in.mutual) as browser:
        begun = party.begin(return_to=RETURN_TO, **asked)
        return finish(party, begun, stand_in.sign_in(browser, begun.url, person))


def finish(party: ProSanteConnect, begun: AskedSignIn, back: str) -> VerifiedIdentity:
    said = dict(parse_qsl(urlsplit(back).query))
    assert said.get("state") == begun.state
    return party.finish(code=said["code"], asked=begun, return_to=RETURN_TO)


@dataclass
class Sandbox:
    """Our own stand-in."""

    server: Server
    mutual: Mutual | None = None

    @property
    def metadata_url(self) -> str:
        return f"{self.base}{REALM}/.well-known/wallet-openid-configuration"

    @property
    def base(self) -> str:
        return self.server.base

    @property
    def state(self) -> State:
        return self.server.state

    def misbehave(self, fault: str) -> None:
        with browser_for(self.mutual) as browser:
            answer = browser.post(f"{self.base}/commandes", data={"panne": fault})
        assert answer.status_code == 303, answer.status_code

    def sign_in(self, browser: httpx.Client, url: str, person: str = NURSE) -> str:
        page = browser.get(url)
        if page.status_code == 302:
            return str(page.headers["location"])
        assert page.status_code == 200, page.text
        found = re.search(r'name="demande" value="([^"]+)"', page.text)
        assert found, page.text
        asked = found[1]
        code = browser.post(f"{self.base}/auth/identification", data={"demande": asked, "numero": person})
        assert re.search(r'class="code">\d\d<', code.text), code.text
        done = browser.post(f"{self.base}/auth/validation", data={"demande": asked, "choix": "oui"})
        assert done.status_code == 302, done.text
        return str(done.headers["location"])

    def sign_out(self, browser: httpx.Client, url: str) -> str:
        answer = browser.get(url)
        assert answer.status_code == 302, answer.text
        return str(answer.headers["location"])


@contextlib.contextmanager
def sandbox(told: str = "", *, mutual: bool = False) -> Iterator[Sandbox]:
    """Our stand-in; ``told`` is where it says that sessions end, ``mutual`` has it know its client by a certificate."""
    with certificates(mutual) as made:
        client = replace(demo_client([BASE], SECRET, made.subject if made else ""), backchannel_logout_uri=told)
        tls = tls_context(made.server, "", made.authorities, required=False) if made else None
        server = Server("127.0.0.1", 0, State({"pepites": client}), tls)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield Sandbox(server, made)
        finally:
            server.stopping.set()
            server.shutdown()
            server.server_close()
            thread.join(5)
