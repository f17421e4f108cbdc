"""What `doctor` says of Pro Santé Connect: not wired, sound, another's document, nobody, a wrong clock."""

import pytest
from tests.interop.psc.stand_ins import sandbox

from pepites.cli import doctor_psc
from pepites.cli.doctor_findings import Finding
from pepites_sandbox.psc.server import Handler

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


def findings(monkeypatch: pytest.MonkeyPatch, **settings: str) -> dict[str, Finding]:
    for name in ("ENV", "METADATA_URL", "CLIENT_ID", "CA", "CLIENT_SECRET"):
        monkeypatch.delenv(f"PEPITES_PSC_{name}", raising=False)
    for name, value in settings.items():
        monkeypatch.setenv(f"PEPITES_PSC_{name}", value)
    return {one.subject.removeprefix("Pro Santé Connect, "): one for one in doctor_psc.checks_of_psc()}


def test_not_wired_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    [only] = findings(monkeypatch).values()
    assert only.sound
    assert "pas branché" in only.detail
    assert findings(monkeypatch, ENV="bas")["Pro Santé Connect"].sound  # no client yet


def test_a_provider_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    with sandbox() as psc:
        found = findings(monkeypatch, METADATA_URL=psc.metadata_url, CLIENT_ID="pepites")
        assert found["découverte"].sound
        assert found["horloge"].sound
        real = Handler._discovery
        monkeypatch.setattr(Handler, "_discovery", lambda self: real(self) | {"issuer": "http://127.0.0.1:1/ailleurs"})
        wrong = findings(monkeypatch, METADATA_URL=psc.metadata_url, CLIENT_ID="pepites")["découverte"]
        assert not wrong.sound
        assert "n'est pas celui d'un émetteur" in wrong.remedy
        psc.state.fault = "decouverte"
        assert not findings(monkeypatch, METADATA_URL=psc.metadata_url, CLIENT_ID="pepites")["découverte"].sound
    gone = findings(monkeypatch, METADATA_URL=psc.metadata_url, CLIENT_ID="pepites")["découverte"]
    assert not gone.sound
    assert "pare-feu" in gone.remedy


def test_a_clock_that_is_wrong_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Handler, "date_time_string", lambda *_: "Thu, 01 Jan 2026 00:00:00 GMT")
    with sandbox() as psc:
        clock = findings(monkeypatch, METADATA_URL=psc.metadata_url, CLIENT_ID="pepites")["horloge"]
    assert not clock.sound
    assert "NTP" in clock.remedy


def test_settings_that_would_not_start_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    with sandbox() as psc:
        missing = findings(monkeypatch, METADATA_URL=psc.metadata_url, CLIENT_ID="pepites")["réglages"]
        assert not missing.sound
        assert "CLIENT_SECRET" in missing.remedy
        right = findings(monkeypatch, METADATA_URL=psc.metadata_url, CLIENT_ID="pepites", CLIENT_SECRET="s")
        assert right["réglages"].sound
