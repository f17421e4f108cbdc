"""`pepites import patients`: what it prints, its report, its exit codes."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from tests import factories
from tests.conftest import as_owner, as_role
from tests.coordination.import_helpers import a_network, coordinator, row, write_csv

from pepites.accounts.models import User
from pepites.coordination.importing.command import run
from pepites.networks.models import Network
from pepites.patients.models import Patient

pytestmark = pytest.mark.usefixtures("committed_database")
ROWS = [row("WU", "Maria", "31/01/1951"), row("WU", "?", "1960"), [""] * 11, row("Wu", "MARIA", "31/01/1951")]


def do(file: Path, network: Network, **values: Any) -> int:
    options = {"mapping": None, "as_login": None, "dry_run": False, "report": None} | values
    role = "pepites_worker" if options["as_login"] else "pepites_owner"
    with as_role(role):
        return run(file, network.slug, **options)


def persons() -> int:
    with as_owner():
        return Patient.objects.count()


def test_mapping_summary_and_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    network = a_network()
    report = tmp_path / "rapport.csv"
    assert do(write_csv(tmp_path / "liste.csv", ROWS), network, report=report) == 0
    said = capsys.readouterr().out
    for part in (
        "Nom de naissance",
        "Né(e) le",
        "sûre",
        "Créées (cree) : 1",
        "Refusées (refuse) : 1",
        "Total : 4 lignes",
    ):
        assert part in said
    with report.open(encoding="utf-8", newline="") as source:
        rows = list(csv.reader(source))
    assert rows[0] == ["line", "outcome", "column", "message"]
    assert [line[:3] for line in rows[1:]] == [
        ["2", "cree", ""], ["3", "refuse", "prenom"], ["4", "vide", ""], ["5", "doublon", ""],
    ]  # fmt: skip
    assert "ligne 2" in rows[4][3]
    assert not list(tmp_path.glob("*.partiel"))


def test_dry_run_writes_nothing_and_tells_the_same(tmp_path: Path) -> None:
    network = a_network()
    file, dry, real = write_csv(tmp_path / "a.csv", ROWS), tmp_path / "dry.csv", tmp_path / "real.csv"
    assert do(file, network, dry_run=True, report=dry) == 0
    assert persons() == 0
    assert do(file, network, report=real) == 0
    assert dry.read_text() == real.read_text()


def test_map_corrects_the_columns(tmp_path: Path) -> None:
    network = a_network()
    file = write_csv(tmp_path / "a.csv", [["WU", "Maria", "31/01/1951"]], ["Truc", "Prénom", "Né le"])
    mapping = tmp_path / "map.json"
    assert do(file, network) == 1
    mapping.write_text(json.dumps({"birth_name": "Truc"}))
    assert do(file, network, mapping=mapping) == 0
    assert persons() == 1


def test_as_login_uses_that_account_s_role_in_the_network(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    network, other = a_network(), a_network()
    actor = coordinator(network)
    with as_owner():
        login = User.objects.get(pk=actor.user_id).login
        factories.user(login="sans-role")
    file = write_csv(tmp_path / "a.csv", ROWS)
    assert do(file, network, as_login=login) == 0
    assert persons() == 1
    for name, where, said in (
        (login, other, "n'a pas le droit"),
        ("sans-role", network, "n'a pas le droit"),
        ("personne", network, "n'existe pas"),
    ):
        assert do(file, where, as_login=name) == 1
        assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "vide"), (b"%PDF-1.4", "pas un tableau"), (b"x;y\n1;2\n", "titres"), (b"PK\x03\x04zzz", "abîmé")],
)
def test_bad_files_are_refused_in_french(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, said: str
) -> None:
    file, report = tmp_path / "a.xlsx", tmp_path / "r.csv"
    file.write_bytes(content)
    assert do(file, a_network(), report=report) == 1
    assert said in capsys.readouterr().err
    assert not report.exists()


def test_bad_arguments_are_refused_in_french(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    network = a_network()
    file, mapping = write_csv(tmp_path / "a.csv", ROWS), tmp_path / "map.json"
    with as_owner():
        assert run(file, "inconnu", None, None, False, None) == 1
    assert network.slug in capsys.readouterr().err
    mapping.write_text("[1]")
    assert do(file, network, mapping=mapping) == 1
    assert "correspondance" in capsys.readouterr().err
    assert do(file, network, report=tmp_path / "absent" / "r.csv") == 1
    assert "le dossier n'existe pas" in capsys.readouterr().err
