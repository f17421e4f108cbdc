"""The npm ``oidc-provider`` (OpenID certified), set up like Pro Santé Connect: a stand-in we did not write (§7)."""

import contextlib
import json
import re
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
from tests.interop.psc.stand_ins import BASE, NURSE, RETURN_TO, SECRET, Mutual, browser_for, certificates
from tests.npm import install

from pepites.config.simulators import free_port
from pepites.ui.assets.node import commands
from pepites_sandbox.psc.persons import PERSONS
from pepites_sandbox.psc.server import REALM

HERE = Path(__file__).with_name("oidc_provider")
PATIENCE = 30.0  # seconds


@dataclass
class Certified:
    """The provider at its address."""

    port: int
    mutual: Mutual | None = None

    @property
    def base(self) -> str:
        return f"{'https' if self.mutual else 'http'}://127.0.0.1:{self.port}"

    @property
    def metadata_url(self) -> str:
        return f"{self.base}{REALM}/.well-known/wallet-openid-configuration"

    def misbehave(self, fault: str) -> None:
        self._command(panne=fault)

    def sign_in(self, browser: httpx.Client, url: str, person: str = NURSE) -> str:
        self._command(personne=person)
        for _ in range(10):
            answer = browser.get(url)
            assert answer.status_code in {302, 303}, answer.text
            url = str(httpx.URL(url).join(answer.headers["location"]))
            if url.startswith(BASE):
                return url
        raise AssertionError(f"never sent back: {url}")

    def _command(self, **asked: str) -> None:
        with browser_for(self.mutual) as browser:
            assert browser.post(f"{self.base}/commandes", data=asked).status_code == 204

    def sign_out(self, browser: httpx.Client, url: str) -> str:
        page = browser.get(url)
        fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page.text)) | {"logout": "yes"}
        action = re.search(r'action="([^"]+)"', page.text)
        assert action, page.text
        answer = browser.post(str(httpx.URL(url).join(action[1])), data=fields)
        assert answer.status_code in {302, 303}, answer.text
        return str(answer.headers["location"])


@contextlib.contextmanager
def certified(told: str, *, mutual: bool = False) -> Iterator[Certified]:
    """The provider, for the length of the block; ``told`` is where it says that sessions end."""
    install(HERE)
    with certificates(mutual) as made:
        yield from _running(Certified(free_port(), made), told)


def _running(found: Certified, told: str) -> Iterator[Certified]:
    made = found.mutual
    proof = {"client_secret": SECRET, "token_endpoint_auth_method": "client_secret_post"}
    if made:
        proof = {"token_endpoint_auth_method": "tls_client_auth", "tls_client_auth_subject_dn": made.subject}
    client = {
        "client_id": "pepites", **proof,
        "redirect_uris": [RETURN_TO], "post_logout_redirect_uris": [f"{BASE}/connexion/"],
        "backchannel_logout_uri": told, "backchannel_logout_session_required": True,
    }  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / name for name in ("personnes.json", "client.json")]
        files[0].write_text(json.dumps({one.number: one.claims() for one in PERSONS}), encoding="utf-8")
        files[1].write_text(json.dumps(client), encoding="utf-8")
        command = [*commands()["node"], str(HERE / "provider.mjs"), str(found.port), *map(str, files)]
        command += [made.server, made.authorities] if made else []
        with subprocess.Popen(command, cwd=HERE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as node:
            try:
                _await(found, node)
                yield found
            finally:
                node.kill()


def _await(found: Certified, node: "subprocess.Popen[str]") -> None:
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        with contextlib.suppress(httpx.HTTPError), browser_for(found.mutual) as browser:
            if browser.get(f"{found.base}/etat").text == "op":
                return
        assert node.poll() is None, node.stderr.read() if node.stderr else ""
        time.sleep(0.1)
    raise AssertionError("oidc-provider did not start")
