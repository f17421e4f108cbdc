"""The border: archives made to harm, tables of any encoding, cells of any content."""

import stat
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.coordination.takeover_helpers import archive, note, table

from pepites.coordination.importing.errors import ImportFileError
from pepites.coordination.takeover import archive as archives
from pepites.coordination.takeover.archive import open_archive
from pepites.coordination.takeover.enums import Table
from pepites.coordination.takeover.lines import Line, LineError, count_lines, read_table


def opened(path: Path) -> dict[str, int]:
    with open_archive(path) as found:
        return {"tables": len(found.tables), "lines": count_lines(found.tables), "files": len(found.files)}


def hostile(path: Path, name: str, content: bytes = b"x", mode: int = 0) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("notes.csv", table([note("N1")]))
        info = zipfile.ZipInfo(name)
        info.external_attr = mode << 16
        info.compress_type = zipfile.ZIP_DEFLATED
        target.writestr(info, content)
    return path


@pytest.mark.parametrize(
    ("name", "mode", "said"),
    [
        ("../notes.csv", 0, "chemin interdit"),
        ("pieces/../../etc/passwd", 0, "chemin interdit"),
        ("pieces\\..\\..\\x", 0, "chemin interdit"),
        ("/etc/passwd", 0, "chemin interdit"),
        ("C:\\x", 0, "chemin interdit"),
        ("pieces/a\nb", 0, "chemin interdit"),
        ("pieces/lien", stat.S_IFLNK | 0o777, "lien"),
        ("pieces/tube", stat.S_IFIFO | 0o600, "lien"),
    ],
)
def test_a_path_that_leads_elsewhere_stops_everything(tmp_path: Path, name: str, mode: int, said: str) -> None:
    with pytest.raises(ImportFileError, match=said):
        opened(hostile(tmp_path / "a.zip", name, mode=mode))


def test_a_bomb_is_told_before_it_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ImportFileError, match="suspecte"):
        opened(hostile(tmp_path / "a.zip", "pieces/zeros", b"\0" * 3_000_000))
    path = archive(tmp_path / "b.zip", {"notes": [note("N1")]}, {"1.jpg": b"1", "2.jpg": b"2"})
    monkeypatch.setattr(archives, "MAX_ENTRIES", 2)
    with pytest.raises(ImportFileError, match="plus de 2"):
        opened(path)
    monkeypatch.setattr(archives, "MAX_ENTRIES", 20)
    monkeypatch.setattr(archives, "MAX_UNPACKED", 10)
    with pytest.raises(ImportFileError, match="volumineuse"):
        opened(path)
    monkeypatch.setattr(archives, "MAX_ARCHIVE", 10)
    with pytest.raises(ImportFileError, match="300 Mo"):
        opened(path)


def test_a_size_that_lies_is_a_damaged_file(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.zip", {"notes": [note("N1")]}, {"p.jpg": b"a" * 5000})
    with open_archive(path) as found:
        found.files["pieces/p.jpg"].file_size = 10
        found.files["pieces/p.jpg"].CRC = 1
        with pytest.raises(ImportFileError, match="abîmé"):
            found.read("p.jpg")


def test_files_are_found_by_name_and_never_outside(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.zip", {"notes": [note("N1")]}, {"p.jpg": b"photo"})
    with open_archive(path) as found:
        assert found.read("p.jpg") == found.read("pieces/p.jpg") == found.read("pieces\\p.jpg") == b"photo"
        assert found.read("../p.jpg") is found.read("/etc/passwd") is found.read("") is None


def test_one_folder_around_everything_is_usual(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as target:
        target.writestr("export/notes.csv", table([note("N1")]))
        target.writestr("export/pieces/p.jpg", b"photo")
        target.writestr("__MACOSX/export/._notes.csv", b"")
    assert opened(path) == {"tables": 1, "lines": 1, "files": 2}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "archive ZIP"),
        (b"PK\x03\x04broken", "archive ZIP"),
        (b"id;date;texte\n", "archive ZIP"),
    ],
)
def test_what_is_no_archive_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "a.zip").write_bytes(content)
    with pytest.raises(ImportFileError, match=said):
        opened(tmp_path / "a.zip")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("id;texte\n1;a\n", "colonnes manquantes : date"),
        ("id;id;date;texte\n1;2;3;4\n", "en double : id"),
        ('id;date;texte\n1;2020-01-01;"' + "a" * 10_000_000 + '"\n', "abîmé"),
        ('id;date;texte\n1;2020-01-01;"a\n2;2020-01-01;b\n3;2020-01-01;c\n4;2020-01-01;d"\n', "guillemet"),
        ("", "vide"),
    ],
)
def test_a_table_of_the_wrong_shape_is_refused_whole(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as target:
        target.writestr("notes.csv", content.encode())
    with pytest.raises(ImportFileError, match=said):
        opened(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "cp850"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_usual_encodings_and_separators(tmp_path: Path, encoding: str, separator: str) -> None:
    rows = [
        ["Identifiant", "Écrit le", "Contenu", "Auteur"],
        ["1", "05/04/2023 10:20", "Évolution à surveiller", "Zoé"],
    ]
    path = tmp_path / "notes.csv"
    path.write_bytes("\r\n".join(separator.join(row) for row in rows).encode(encoding))
    (line,) = read_table(Table.NOTES, path)
    assert (line.text(), line.cell("auteur")) == ("Évolution à surveiller", "Zoé")
    assert f"{line.moment():%Y-%m-%d %H:%M %z}" == "2023-04-05 10:20 -0300"


@given(st.dictionaries(st.sampled_from(["id", "date", "texte", "ins", "nom", "prenom", "naissance"]), st.text()))
def test_any_cells_make_a_line_or_a_reason(cells: dict[str, str]) -> None:
    line = Line(Table.NOTES, 2, cells)
    for read in (line.identifier, line.text, line.moment, line.person):
        with suppress(LineError):
            read()
