"""The import through the screen: file, columns, check, job, report; who may and who may not."""

import stat
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from tests import factories
from tests.conftest import as_owner, as_role
from tests.coordination.factories import signed_in
from tests.coordination.import_helpers import a_network, row, write_csv

from pepites.audit.models import Entry
from pepites.common.identifiers import new_uuid
from pepites.coordination.importing import runs, service, storage
from pepites.coordination.importing.enums import RunState
from pepites.coordination.importing.tasks import import_file
from pepites.coordination.models import ImportRun
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


def client_of(network: Network, role: str = "administration") -> Client:
    with as_owner():
        practice = factories.practice()
        factories.membership(network, practice, role)
    return signed_in(practice)


def send(client: Client, network: Network, content: bytes, name: str = "liste.csv") -> Any:
    url = reverse("coordination:import", args=[network.slug])
    return client.post(url, {"file": SimpleUploadedFile(name, content)})


def a_file(tmp_path: Path, *rows: list[str], headers: list[str] | None = None) -> bytes:
    return write_csv(tmp_path / "envoi.csv", list(rows), headers).read_bytes()


def work(asked: list[dict[str, Any]]) -> None:
    with as_role("pepites_worker"):
        import_file(**asked.pop())


def the_run() -> ImportRun:
    with as_owner():
        return ImportRun.objects.get()


def fields_of(page: Any) -> dict[str, str]:
    return {name: field.initial or "" for name, field in page.context["form"].fields.items()}


@pytest.mark.parametrize("role", ["administration", "coordination"])
def test_from_the_file_to_the_report(tmp_path: Path, asked: list[dict[str, Any]], role: str) -> None:
    network = a_network()
    client = client_of(network, role)
    content = a_file(
        tmp_path, row("WU", "Maria", "31/01/1951"), row("WU", "?", "1960"), row("Wu", "MARIA", "31/01/1951")
    )
    answer = send(client, network, content)
    run = the_run()
    assert answer.status_code == 302
    source = storage.source_path(run.public_id)
    assert stat.S_IMODE(source.stat().st_mode) == 0o600
    page = client.get(answer["Location"])
    assert "Correspondance des colonnes" in page.content.decode()
    check = reverse("coordination:import-check", args=[network.slug, run.public_id])
    assert client.post(check, fields_of(page)).status_code == 302
    assert 'hx-trigger="every 2s"' in client.get(answer["Location"]).content.decode()
    work(asked)
    page = client.get(answer["Location"]).content.decode()
    assert "Ce que donnera" in page
    assert "Le prénom manque" in page
    assert the_run().preview["counts"] == {"cree": 1, "refuse": 1, "doublon": 1}
    with as_owner():
        assert Patient.objects.count() == 0
    start = reverse("coordination:import-start", args=[network.slug, run.public_id])
    client.post(start)
    client.post(start)
    assert len(asked) == 1
    work(asked)
    assert the_run().state == RunState.DONE
    watched = client.get(answer["Location"], HTTP_HX_REQUEST="true")
    assert (watched.status_code, watched["HX-Redirect"]) == (204, answer["Location"])
    assert not source.exists()
    report = client.get(answer["Location"], follow=True).content.decode()
    assert "Le prénom manque" in report
    assert "Doublon possible<" in report
    only = client.get(reverse("coordination:import-report", args=[network.slug, run.public_id]), {"issue": "cree"})
    assert [line["line"] for line in only.context["rows"]] == ["2"]
    text = client.get(reverse("coordination:import-download", args=[network.slug, run.public_id])).content.decode()
    assert text.splitlines()[0] == "line,outcome,column,message"
    assert [line.split(",")[1] for line in text.splitlines()[1:]] == ["cree", "refuse", "doublon"]


def test_columns_can_be_corrected(tmp_path: Path, asked: list[dict[str, Any]]) -> None:
    network = a_network()
    client = client_of(network)
    headers = ["Truc", "Prénom", "Né(e) le", "Machin"]
    answer = send(client, network, a_file(tmp_path, ["WU", "Maria", "31/01/1951", "0694123456"], headers=headers))
    page = client.get(answer["Location"])
    assert "Colonne non trouvée" in page.content.decode()
    check = reverse("coordination:import-check", args=[network.slug, the_run().public_id])
    refused = client.post(check, fields_of(page))
    assert refused.status_code == 422
    twice = client.post(check, fields_of(page) | {"birth_name": "A", "note": "A"})
    assert twice.status_code == 422
    assert "« Nom de naissance » et « Observation »" in twice.content.decode()
    assert client.post(check, fields_of(page) | {"birth_name": "A", "phone": "D"}).status_code == 302
    work(asked)
    assert the_run().preview["counts"] == {"cree": 1}


def test_only_what_was_checked_is_imported(tmp_path: Path, asked: list[dict[str, Any]]) -> None:
    network = a_network()
    client = client_of(network)
    answer = send(client, network, two_lists(tmp_path))
    page = client.get(answer["Location"])
    chosen, run = fields_of(page), the_run()
    check = reverse("coordination:import-check", args=[network.slug, run.public_id])
    start = reverse("coordination:import-start", args=[network.slug, run.public_id])
    client.post(check, chosen)
    work(asked)
    assert client.post(check, chosen | {"sheet": "Sorties"}).status_code == 302
    assert (the_run().state, the_run().preview) == (RunState.UPLOADED, {})
    assert client.post(start).status_code == 409
    assert not asked
    client.post(check, fields_of(client.get(answer["Location"])))
    assert client.post(check, chosen).status_code == 422  # under way: its columns change no more
    assert the_run().mapping["sheet"] == "Sorties"
    work(asked)
    assert the_run().preview["counts"] == {"cree": 2}


def two_lists(tmp_path: Path) -> bytes:
    path = tmp_path / "deux.xlsx"
    titles = ["Nom", "Prénom", "DDN", "Accord"]
    with xlsxwriter.Workbook(path) as book:
        for name, persons in (("Suivis", ["ALBA"]), ("Sorties", ["BRUNO", "CARDOZ"])):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, titles)
            for line, person in enumerate(persons, start=1):
                sheet.write_row(line, 0, [person, "Ana", f"0{line}/02/1950", "oui"])
    return path.read_bytes()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "vide"),
        (b"%PDF-1.4 nothing", "pas un tableau"),
        (b"\xd0\xcf\x11\xe0broken", "protégé ou abîmé"),
        (b"a;b\n1;2\n", "titres"),
    ],
)
def test_what_is_no_list_is_refused_with_what_to_do(content: bytes, said: str) -> None:
    network = a_network()
    answer = send(client_of(network), network, content)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert list(storage.root().iterdir()) == []


def test_outsiders_are_refused_and_journalled(tmp_path: Path, asked: list[dict[str, Any]]) -> None:
    network, other = a_network(), a_network()
    send(client_of(network), network, a_file(tmp_path, row("WU", "Maria", "31/01/1951")))
    run = the_run()
    strangers = (client_of(other), client_of(network, "membre"))
    names = ("import-run", "import-report", "import-download")
    urls = [reverse(f"coordination:{name}", args=[network.slug, run.public_id]) for name in names]
    for client in strangers:
        assert client.get(reverse("coordination:import", args=[network.slug])).status_code == 403
        assert [client.get(url).status_code for url in urls] == [403] * 3
        assert client.post(reverse("coordination:import-start", args=[network.slug, run.public_id])).status_code == 403
    with as_owner():
        assert Entry.objects.filter(code="coordination.import.refused", outcome=4).count() == 10
    elsewhere = reverse("coordination:import-run", args=[other.slug, run.public_id])
    assert strangers[0].get(elsewhere).status_code == 404
    assert asked == []


def test_the_rights_are_read_again_by_the_job(tmp_path: Path, asked: list[dict[str, Any]]) -> None:
    network = a_network()
    client = client_of(network)
    answer = send(client, network, a_file(tmp_path, row("WU", "Maria", "31/01/1951")))
    page = client.get(answer["Location"])
    client.post(reverse("coordination:import-check", args=[network.slug, the_run().public_id]), fields_of(page))
    with as_owner():
        network.memberships.update(ends_at="2020-01-01T00:00:00Z")
    work(asked)
    assert the_run().preview == {}


def test_a_job_cut_short_goes_on_with_the_same_report(
    tmp_path: Path, asked: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "BATCH", 2)
    network = a_network()
    client = client_of(network)
    names = ["ALBA", "BRUNO", "CARDOZ", "DUMESLE"]
    rows = [row(name, "Ana", f"0{n}/03/195{n}") for n, name in enumerate(names, start=1)]
    answer = send(client, network, a_file(tmp_path, *rows, rows[0]))
    run = the_run()
    page = client.get(answer["Location"])
    client.post(reverse("coordination:import-check", args=[network.slug, run.public_id]), fields_of(page))
    work(asked)
    client.post(reverse("coordination:import-start", args=[network.slug, run.public_id]))
    real, calls = storage.add_to_report, []

    def cut(*values: Any) -> None:
        real(*values)
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(storage, "add_to_report", cut)
    job = dict(asked[0])
    with pytest.raises(KeyboardInterrupt):
        work(asked)
    assert (the_run().state, the_run().done) == (RunState.RUNNING, 2)
    work([job])
    assert the_run().counts == {"cree": 4, "doublon": 1}
    text = storage.report_path(run.public_id).read_text("utf-8")
    assert [line.split(",")[:2] for line in text.splitlines()[1:]] == [
        ["2", "cree"], ["3", "cree"], ["4", "cree"], ["5", "cree"], ["6", "doublon"],
    ]  # fmt: skip
    with as_owner():
        assert Patient.objects.count() == 4


def test_old_files_are_swept() -> None:
    public_id = new_uuid()
    storage.keep_source(public_id, [b"x"])
    assert storage.remove_old() == 0
    assert storage.remove_old(older_than=-10) == 1


def test_the_network_is_chosen() -> None:
    network = a_network()
    client = client_of(network)
    assert client.get(reverse("coordination:import-list")).status_code == 302
    with as_owner():
        plain = factories.practice()
    assert "Aucun réseau" in signed_in(plain).get(reverse("coordination:import-list")).content.decode()
