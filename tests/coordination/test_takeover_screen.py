"""The takeover through the screen: archive, check, job, report, the person's history; who may and who may not."""

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from tests import factories
from tests.conftest import as_owner, as_role
from tests.coordination.factories import signed_in
from tests.coordination.import_helpers import a_network, coordinator
from tests.coordination.takeover_helpers import TOOL, archive, followed, message, note
from tests.documents.test_files import jpeg

from pepites.audit.models import Entry
from pepites.coordination.importing import storage
from pepites.coordination.importing.enums import RunState
from pepites.coordination.models import HistoryEntry, HistoryRun
from pepites.coordination.takeover import runs, service
from pepites.coordination.takeover.command import run as run_command
from pepites.coordination.takeover.tasks import take_over_archive
from pepites.directory.models import PractitionerRole
from pepites.networks.models import Network
from pepites.patients.models import Patient

pytestmark = pytest.mark.usefixtures("committed_database")


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, settings: Any) -> None:
    settings.PEPITES_VAR = tmp_path


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Jobs asked for, kept instead of queued."""
    found: list[dict[str, Any]] = []

    class Job:
        def defer(self, **values: Any) -> None:
            found.append(values)

    monkeypatch.setattr(runs.jobs, "configure_task", lambda name: Job())
    return found


def place(network: Network, role: str = "coordination") -> PractitionerRole:
    with as_owner():
        practice = factories.practice()
        factories.membership(network, practice, role)
    return practice


def send(client: Client, network: Network, content: bytes, tool: str = TOOL) -> Any:
    url = reverse("coordination:takeover", args=[network.slug])
    return client.post(url, {"tool": tool, "file": SimpleUploadedFile("reprise.zip", content)})


def work(asked: list[dict[str, Any]]) -> None:
    with as_role("pepites_worker"):
        take_over_archive(**asked.pop())


def the_run() -> HistoryRun:
    with as_owner():
        return HistoryRun.objects.get()


def an_archive(tmp_path: Path, reader: PractitionerRole) -> bytes:
    conversation = {"id": "C1", "dossier": "D1", "titre": "Retour", "participants": str(reader.professional.rpps)}
    return archive(
        tmp_path / "a.zip",
        {
            "conversations": [conversation],
            "messages": [message("M1", texte="<script>alert(1)</script>"), message("M2", texte="=HYPERLINK()")],
            "notes": [note("N1"), note("N2", dossier="=D9")],
            "documents": [{"id": "F1", "fichier": "p.jpg", "note": "N1", "titre": "Plaie"}],
        },
        {"p.jpg": jpeg((60, 40))},
    ).read_bytes()


def test_from_the_archive_to_the_history(tmp_path: Path, asked: list[dict[str, Any]]) -> None:
    network = a_network()
    practice = place(network)
    person = followed(tmp_path, coordinator(network), network)["D1"]
    client = signed_in(practice)
    answer = send(client, network, an_archive(tmp_path, practice))
    assert answer.status_code == 302
    page = client.get(answer["Location"]).content.decode()
    assert 'hx-trigger="every 2s"' in page
    work(asked)
    page = client.get(answer["Location"]).content.decode()
    assert "Ce que donnera la reprise" in page
    assert "Aucune personne suivie" in page
    start = reverse("coordination:takeover-start", args=[network.slug, the_run().public_id])
    assert [client.post(start).status_code for _ in range(2)] == [302, 302]
    assert len(asked) == 1
    work(asked)
    assert the_run().state == RunState.DONE
    watched = client.get(answer["Location"], HTTP_HX_REQUEST="true")
    assert (watched.status_code, watched["HX-Redirect"]) == (204, answer["Location"])
    text = client.get(
        reverse("coordination:takeover-report", args=[network.slug, the_run().public_id])
    ).content.decode()
    assert [line.split(",")[:3] for line in text.splitlines()] == [
        ["fichier", "ligne", "issue"], ["notes.csv", "3", "sans_personne"],
    ]  # fmt: skip
    _read(client, person)
    # The same archive again, from the screen: nothing more.
    client.post(reverse("coordination:takeover-check", args=[network.slug, the_run().public_id]))
    work(asked)
    client.post(start)
    work(asked)
    assert the_run().counts["messages"] == {"deja_repris": 2}
    with as_owner():
        assert HistoryEntry.objects.count() == 4


def _read(client: Client, person: int) -> None:
    with as_owner():
        patient = Patient.objects.get(pk=person)
    assert "historique repris" in client.get(reverse("coordination:file", args=[patient.public_id])).content.decode()
    history = reverse("coordination:history", args=[patient.public_id])
    page = client.get(history)
    assert [told.text for told in page.context["rows"]] == ["Texte N1"]
    piece = page.context["rows"][0].pieces[0]
    assert piece.name == "Plaie"
    file = client.get(reverse("coordination:history-file", args=[piece.url_id]))
    assert (file["Content-Type"], file["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
    (thread,) = page.context["threads"]
    talk = client.get(history, {"conversation": thread["public_id"]})
    assert [told.text for told in talk.context["rows"]] == ["<script>alert(1)</script>", "=HYPERLINK()"]
    assert "<script>alert(1)" not in talk.content.decode()
    with as_owner():
        codes = set(Entry.objects.filter(subject_ids__contains=[person]).values_list("code", flat=True))
    assert {"coordination.history.read", "coordination.history.opened"} <= codes


def test_what_cannot_be_read_is_refused_and_nothing_typed_is_lost() -> None:
    network = a_network()
    client = signed_in(place(network, "administration"))
    answer = send(client, network, b"not an archive")
    assert answer.status_code == 422
    assert "archive ZIP" in answer.content.decode()
    assert TOOL in answer.content.decode()
    assert list(storage.root().iterdir()) == []
    assert send(client, network, b"", tool=" ").status_code == 422


def test_outsiders_are_refused(tmp_path: Path, asked: list[dict[str, Any]]) -> None:
    network, other = a_network(), a_network()
    practice = place(network)
    person = followed(tmp_path, coordinator(network), network)["D1"]
    send(signed_in(practice), network, an_archive(tmp_path, practice))
    asked.clear()
    run = the_run()
    names = [
        ("get", "takeover-run"),
        ("get", "takeover-report"),
        ("post", "takeover-check"),
        ("post", "takeover-start"),
    ]
    with as_owner():
        history = reverse("coordination:history", args=[Patient.objects.get(pk=person).public_id])
    for client in (signed_in(place(other)), signed_in(place(network, "membre"))):
        assert client.get(reverse("coordination:takeover", args=[network.slug])).status_code == 403
        urls = [(verb, reverse(f"coordination:{name}", args=[network.slug, run.public_id])) for verb, name in names]
        assert [getattr(client, verb)(url).status_code for verb, url in urls] == [403] * 4
        assert client.get(history).status_code in (403, 404)
    elsewhere = reverse("coordination:takeover-run", args=[other.slug, run.public_id])
    assert signed_in(place(other)).get(elsewhere).status_code == 404
    assert asked == []


def test_a_job_cut_and_run_again_ends_well(
    tmp_path: Path, asked: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "BATCH", 2)
    network = a_network()
    client = signed_in(place(network))
    followed(tmp_path, coordinator(network), network)
    rows = [note(f"N{n}") for n in range(5)]
    send(client, network, archive(tmp_path / "a.zip", {"notes": rows}).read_bytes())
    work(asked)
    client.post(reverse("coordination:takeover-start", args=[network.slug, the_run().public_id]))
    job, calls = dict(asked[0]), []
    real = service._write

    def cut(*values: Any) -> set[str]:
        calls.append(values)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(*values)

    monkeypatch.setattr(service, "_write", cut)
    with pytest.raises(KeyboardInterrupt):
        work(asked)
    asked.append(job)
    work(asked)
    assert (the_run().state, the_run().counts) == (RunState.DONE, {"notes": {"deja_repris": 2, "repris": 3}})


def test_the_command_takes_over_and_tells(tmp_path: Path, capsys: pytest.CaptureFixture[str], settings: Any) -> None:
    network = a_network()
    followed(tmp_path, coordinator(network), network)
    path = archive(tmp_path / "a.zip", {"notes": [note("N1"), note("N2", dossier="D9")]})
    report = tmp_path / "laissees.csv"
    with as_owner():
        assert run_command(path, network.slug, TOOL, None, True, report) == 0
        assert "Vérification" in capsys.readouterr().out
        assert run_command(path, network.slug, TOOL, None, False, report) == 0
        assert "reprises 1, sans personne 1" in capsys.readouterr().out
        assert run_command(tmp_path / "absent.zip", network.slug, TOOL, None, False, None) == 1
        assert "introuvable" in capsys.readouterr().err
        assert run_command(path, "inconnu", TOOL, None, False, None) == 1
    assert report.read_text("utf-8").splitlines()[1].startswith("notes.csv,3,sans_personne,")


def test_the_command_wants_the_name_of_the_tool() -> None:
    from pepites.cli.importing import import_group

    answer = CliRunner().invoke(import_group, ["history", "a.zip", "--network", "maia", "--tool", " "])
    assert answer.exit_code == 2
    assert "de 1 à 40 caractères" in answer.output
