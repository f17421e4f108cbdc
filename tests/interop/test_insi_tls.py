"""Mutual TLS on a real socket: our certificate is shown, theirs checked against the given authorities only (§3.2)."""

import contextlib
import datetime as dt
import ipaddress
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.interop.insi_sandbox import SOFTWARE

from pepites.identity.ports import InsiQuery
from pepites.interop.insi import client as wire
from pepites_sandbox.insi.server import Server
from pepites_sandbox.insi.service import State

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
ZOE = InsiQuery("ADRUN", "ZOE", "F", dt.date(1975, 12, 31))


class Authority:
    """A small authority that signs for the length of a test."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self.key = folder, ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.path = self._write(name, self._sign(self.name, self.key, ca=True), None)

    def _sign(self, subject: x509.Name, key: Any, *, ca: bool) -> x509.Certificate:
        now = dt.datetime.now(dt.UTC)  # noqa: TID251
        return (
            x509.CertificateBuilder().subject_name(subject).issuer_name(self.name).public_key(key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(now - dt.timedelta(days=1))
            .not_valid_after(now + dt.timedelta(days=2))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(
                x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
            )
            .sign(self.key, hashes.SHA256())
        )  # fmt: skip

    def _write(self, name: str, made: x509.Certificate, key: Any) -> str:
        path = self.folder / f"{name}.pem"
        content = made.public_bytes(serialization.Encoding.PEM)
        if key is not None:
            content += key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        path.write_bytes(content)
        return str(path)

    def issue(self, name: str) -> str:
        key = ec.generate_private_key(ec.SECP256R1())
        return self._write(
            name, self._sign(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]), key, ca=False), key
        )


@contextlib.contextmanager
def serving_tls(certificate: str, clients: str) -> Iterator[str]:
    server = Server("127.0.0.1", 0, State())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.load_verify_locations(clients)
    context.verify_mode = ssl.CERT_REQUIRED
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield f"https://127.0.0.1:{server.server_address[1]}/lps"
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
