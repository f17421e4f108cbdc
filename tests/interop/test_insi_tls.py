"""Mutual TLS on a real socket: our certificate is shown, theirs checked against the given authorities only (§3.2)."""

import contextlib
import datetime as dt
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.interop.authority import Authority
from tests.interop.insi_sandbox import SOFTWARE

from pepites.identity.ports import InsiQuery
from pepites.interop.insi import client as wire
from pepites_sandbox.insi.server import Server
from pepites_sandbox.insi.service import State
from pepites_sandbox.serving import tls_context

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
ZOE = InsiQuery("ADRUN", "ZOE", "F", dt.date(1975, 12, 31))


@contextlib.contextmanager
def serving_tls(certificate: str, clients: str) -> Iterator[str]:
    server = Server("127.0.0.1", 0, State(), tls_context(certificate, "", clients, required=True))
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield f"{server.base}/lps"
    finally:
        server.stopping.set()
        server.shutdown()
        server.server_close()


def ask(url: str, certificate: str, authorities: str) -> str:
    made = wire.Settings(url, "qualification", SOFTWARE, timeout=3.0, certificate=certificate, authorities=authorities)
    return wire.InsiClient(made).search(ZOE)[-1].code


def test_mutual_tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "WAITS", (0.0, 0.0))
    igc, other = Authority(tmp_path, "igc"), Authority(tmp_path, "autre")
    theirs, ours, stranger = igc.issue("insi"), igc.issue("pepites"), other.issue("inconnu")
    with serving_tls(theirs, igc.path) as url:
        assert ask(url, ours, igc.path) == "00"
        assert ask(url, ours, other.path) == "certificat"  # a server we do not trust
        assert ask(url, stranger, igc.path) in ("certificat", "reseau")  # they do not know us
        assert ask(url, "", igc.path) in ("certificat", "reseau")
        assert ask(url, str(tmp_path / "absent.pem"), igc.path) == "certificat"
    assert ask(url, ours, igc.path) != "00"  # nobody listens any more
