"""`pepites sandbox`, the demonstration's simulators, and what `doctor` says of INSi."""

import datetime as dt
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.cli.serving import environment, wait_until

from pepites.cli import doctor_insi
from pepites.cli.demo import plug_simulators
from pepites.cli.doctor_findings import Finding
from pepites.config.simulators import SIMULATORS, free_port

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


def state(port: int) -> str:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/etat", timeout=2) as answer:
            return str(answer.read().decode())
    except OSError:
        return ""


@pytest.mark.slow
def test_the_command_serves_until_it_is_told_to_stop(tmp_path: Path) -> None:
    port, other, third = free_port(), free_port(), free_port()
    code = (
        "import dataclasses, pepites.config.simulators as s, pepites.cli.sandbox as c;"
        f"ports = ({port}, {other}, {third});"
        "c.SIMULATORS = tuple(dataclasses.replace(one, port=p) for one, p in zip(s.SIMULATORS, ports));"
        "from pepites.cli.main import run; raise SystemExit(run(['sandbox']))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], env=environment(tmp_path), stdout=subprocess.PIPE, text=True
    )
    try:
        wait_until(lambda: (state(port), state(other)) == ("insi", "psc"), 20, "les simulateurs ne répondent pas")
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=10)
        assert f"PEPITES_INSI_URL=http://127.0.0.1:{port}/lps" in said
        assert "PEPITES_INSI_ENVIRONMENT=qualification" in said
        assert f"PEPITES_PSC_METADATA_URL=http://127.0.0.1:{other}/auth/realms/" in said
        assert "PEPITES_PSC_CLIENT_ID=pepites" in said
        assert process.returncode == 0
        time.sleep(0.2)
        assert (state(port), state(other)) == ("", "")
    finally:
        process.kill()


def test_a_demonstration_plugs_a_simulator_unless_an_address_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for one in SIMULATORS:
        monkeypatch.setenv(one.setting, "")  # put back as it was
        for name, _ in one.more:
            monkeypatch.delenv(name, raising=False)
    insi, psc, annuaire = plug_simulators(tmp_path, "http://127.0.0.1:8123")
    assert os.environ["PEPITES_INSI_URL"] == f"{insi.page}lps"
    assert os.environ["PEPITES_PSC_METADATA_URL"].startswith(f"{psc.page}auth/realms/esante-wallet/")
    assert os.environ["PEPITES_PSC_CLIENT_ID"] == "pepites"
    assert "http://127.0.0.1:8123" in psc.child.command
    assert all("demonstration" in one.child.command for one in (insi, psc, annuaire))
    assert plug_simulators(tmp_path) == []


def findings(monkeypatch: pytest.MonkeyPatch, **settings: str) -> dict[str, Finding]:
    for name in ("URL", "ENVIRONMENT", "CERT", "KEY", "CA", "IDAM"):
        monkeypatch.delenv(f"PEPITES_INSI_{name}", raising=False)
    monkeypatch.delenv("PEPITES_DEMO", raising=False)
    monkeypatch.delenv("PEPITES_PUBLIC_URL", raising=False)
    monkeypatch.setenv("PEPITES_ENV", "local")
    for name, value in settings.items():
        monkeypatch.setenv(name if name.startswith("PEPITES") else f"PEPITES_INSI_{name}", value)
    return {one.subject: one for one in doctor_insi.checks_of_insi()}


def certificate(folder: Path, days: int) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "essai")])
    now = dt.datetime.now(dt.UTC)  # noqa: TID251
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(7).not_valid_before(now - dt.timedelta(days=900)).not_valid_after(now + dt.timedelta(days=days))
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    path = folder / f"{days}.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    path.chmod(0o600)
    return path


def test_doctor_asks_nothing_when_insi_is_not_connected(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [(one.sound, "pas branché" in one.detail) for one in findings(monkeypatch).values()] == [(True, True)]


def test_doctor_sees_who_answers_and_the_end_of_the_certificates(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        url = f"https://127.0.0.1:{listening.getsockname()[1]}/lps"
        good, soon, gone = (str(certificate(tmp_path, days)) for days in (400, 20, -3))
        found = findings(monkeypatch, URL=url, CERT=good, CA=good)
        assert all(one.sound for one in found.values()), found
        for late in (soon, gone):
            assert not findings(monkeypatch, URL=url, CERT=late, CA=good)["INSi, certificat"].sound
        (tmp_path / "400.pem").chmod(0o644)
        found = findings(monkeypatch, URL=url, CERT=good, CA=str(tmp_path / "absent.pem"))
        assert not found["INSi, clé privée"].sound
        assert not found["INSi, autorités"].sound
        assert not findings(monkeypatch, URL=url)["INSi, certificat"].sound
    assert not findings(monkeypatch, URL=url, CERT=good, CA=good)["INSi, connexion"].sound


def test_doctor_refuses_plain_http_outside_and_another_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not findings(monkeypatch, URL="http://192.0.2.7/lps")["INSi, adresse"].sound
    found = findings(monkeypatch, URL="http://127.0.0.1:9/lps", ENVIRONMENT="demonstration", PEPITES_ENV="production")
    assert not found["INSi, environnement"].sound
    found = findings(monkeypatch, URL="http://127.0.0.1:9/lps", PEPITES_ENV="production")
    assert found["INSi, environnement"].detail == "production"
    assert not found["INSi, numéro d'autorisation"].sound
