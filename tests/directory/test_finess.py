"""The FINESS extraction: read by rank, applied whole or not at all, nothing suspect passes (annuaire §2)."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from tests import factories
from tests.conftest import as_owner
from tests.coordination.factories import signed_in
from tests.directory import national_files as files

from pepites.audit.models import Entry
from pepites.common.errors import DomainError
from pepites.directory.enums import LoadState, Scope
from pepites.directory.finess import loading
from pepites.directory.finess.columns import FIELDS, KEPT, BadStructure, is_finess, read_line
from pepites.directory.finess.loading import load_structures
from pepites.directory.finess.selectors import finess_label, structure_by_finess
from pepites.directory.models import DirectoryLoad, FinessStructure
from pepites.directory.national.command import run_structures
from pepites.directory.national.sheet import sheet_of

pytestmark = pytest.mark.django_db
FIRST = "finess;etalab;95;2026-11-25"


@pytest.fixture(autouse=True)
def _no_floor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "MIN_ROWS", 0)


def structure(number: int = 1, **values: str) -> str:
    fields = {
        "section": "structureet", "nofinesset": f"9703{number:05d}", "nofinessej": "970300001", "rs": f"CDPS {number}",
        "rslongue": f"CENTRE DE PREVENTION ET DE SOINS {number}", "numvoie": "3", "typvoie": "R", "voie": "DES ROCHES",
        "commune": "302", "departement": "9C", "libdepartement": "GUYANE", "ligneacheminement": "97300 CAYENNE",
        "telephone": "0639980001", "categetab": "124", "libcategetab": "Centre de Santé",
    }  # fmt: skip
    return ";".join((fields | values).get(name, "") for name in FIELDS)


def extraction(
    folder: Path, *lines: str, first: str = FIRST, encoding: str = "utf-8", name: str = "finess.csv"
) -> Path:
    path = folder / name
    path.write_bytes("\n".join([first, *lines, ""]).encode(encoding))
    return path


def load(path: Path, **options: Any) -> DirectoryLoad:
    options = {"scope": Scope.FRANCE, "force": False, "listener": files.Silent()} | options
    with as_owner():
        return load_structures(path, **options)


def counts(one: DirectoryLoad) -> tuple[int, int, int, int]:
    return one.rows, one.added, one.changed, one.gone


def test_a_load_then_only_what_changed(tmp_path: Path) -> None:
    crowd = [structure(number) for number in range(1, 41)]
    assert counts(load(extraction(tmp_path, *crowd))) == (40, 40, 0, 0)
    assert counts(load(extraction(tmp_path, *crowd))) == (40, 0, 0, 0)
    crowd[4] = structure(5, rslongue="CENTRE HOSPITALIER")
    again = load(extraction(tmp_path, *crowd[1:], structure(41)))
    assert counts(again) == (40, 1, 1, 1)
    with as_owner():
        gone = FinessStructure.objects.get(finess="970300001")
        assert (gone.active, gone.missing_since is not None) == (False, True)
        kept = FinessStructure.objects.get(finess="970300005")
        assert (kept.display_name, kept.full_address) == ("CENTRE HOSPITALIER", "3 R DES ROCHES, 97300 CAYENNE")
        assert Entry.objects.filter(code="directory.national.loaded").count() == 3
    assert counts(load(extraction(tmp_path, *crowd, structure(41)))) == (41, 0, 1, 0)  # back again
    assert finess_label() == "FINESS, mise à jour du 25/11/2026"


def test_other_sections_are_left_aside_and_old_files_are_read(tmp_path: Path) -> None:
    lines = [
        structure(1, rslongue="PHARMACIE DE L'ÎLET", compldistrib="Bât. É"),
        "geolocalisation;970300001;1;2;3;2026",
    ]
    assert counts(load(extraction(tmp_path, *lines, encoding="latin-1"))) == (1, 1, 0, 0)
    assert FinessStructure.objects.get().display_name == "PHARMACIE DE L'ÎLET"


def test_the_same_structure_twice_is_one_whatever_the_order(tmp_path: Path) -> None:
    one, other = structure(1, rslongue="A"), structure(1, rslongue="B")
    load(extraction(tmp_path, one, other))
    name = FinessStructure.objects.get().display_name
    load(extraction(tmp_path, other, one))
    assert FinessStructure.objects.get().display_name == name


def test_guiana_alone_is_kept(tmp_path: Path) -> None:
    lines = [structure(1), structure(2, departement="75", nofinesset="750000002")]
    assert counts(load(extraction(tmp_path, *lines), scope=Scope.GUIANA)) == (1, 1, 0, 0)
    load(extraction(tmp_path, *lines))
    assert counts(load(extraction(tmp_path, *lines), scope=Scope.GUIANA)) == (1, 0, 0, 1)


@pytest.mark.parametrize(
    ("lines", "first", "why"),
    [
        (["x"], "nofinesset;rs", "finess;etalab"),
        ([], FIRST, "aucune structure"),
        (["structureet;970300001;9"], FIRST, "1 lignes illisibles"),
        ([structure(1, nofinesset="97030000A")], FIRST, "FINESS illisible"),
        (["x" * 70_000], FIRST, "trop longue"),
    ],
)
def test_what_is_suspect_is_refused_and_registered(tmp_path: Path, lines: list[str], first: str, why: str) -> None:
    load(extraction(tmp_path, structure(1)))
    with pytest.raises(DomainError, match=why):
        load(extraction(tmp_path, *lines, first=first))
    assert FinessStructure.objects.get().active
    last = DirectoryLoad.objects.latest("id")
    assert (last.kind, last.state) == ("finess", LoadState.REFUSED)
    assert why in last.error


def test_an_unusual_count_wants_to_be_forced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    crowd = [structure(number) for number in range(1, 41)]
    load(extraction(tmp_path, *crowd))
    with pytest.raises(DomainError, match="plus de 5 % en moins"):
        load(extraction(tmp_path, *crowd[:37]))
    assert FinessStructure.objects.filter(active=True).count() == 40
    assert counts(load(extraction(tmp_path, *crowd[:37]), force=True)) == (37, 0, 0, 3)
    monkeypatch.setattr(loading, "MIN_ROWS", 50)
    with pytest.raises(DomainError, match="minimum attendu"):
        load(extraction(tmp_path, *crowd))


@given(st.text(max_size=400))
def test_any_line_is_read_or_refused(text: str) -> None:
    for line in (text, f"structureet;{text}", structure(1, rs=text)):
        try:
            found = read_line(line)
        except BadStructure:
            continue
        assert found is None or (len(found) == len(KEPT) and is_finess(found[0]))


def test_the_command_says_what_it_did(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = extraction(tmp_path, structure(1))
    with as_owner():
        assert run_structures(path, force=False, scope="france") == 0
        assert run_structures(tmp_path / "absent.csv", force=False, scope="france") == 1
    said = capsys.readouterr()
    assert "1 lignes ; 1 ajouts" in said.out
    assert "n'existe pas" in said.err


def test_a_number_typed_opens_the_structure_and_a_sheet_says_its_category(tmp_path: Path) -> None:
    load(extraction(tmp_path, structure(1)))
    with as_owner():
        practice = factories.practice()
        files.load(
            files.extraction(tmp_path, [files.line(1, numero_finess_site="970300001", telephone_coord_structure="")]),
            force=True,
        )
    client: Client = signed_in(practice)
    page = client.get("/annuaire/", {"q": "970 300 001"}).content.decode()
    assert "CENTRE DE PREVENTION ET DE SOINS 1" in page
    assert "FINESS, mise à jour du 25/11/2026" in page
    assert structure_by_finess("970300009") is None
    sheet = sheet_of(files.rpps(1))
    assert sheet is not None
    assert ("Catégorie", "Centre de Santé") in sheet.places[0].facts
    assert ("Téléphone", "0639980001") in sheet.places[0].facts
