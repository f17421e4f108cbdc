"""Reading an extraction: columns by name, odd lines, limits (annuaire §2)."""

import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conftest import shared_data
from tests.directory import national_files as files

from pepites.common.errors import DomainError
from pepites.directory.national import reading
from pepites.directory.national.columns import COLUMNS, FileKind, kind_of, normalise, read_header
from pepites.directory.national.invented import LABELS
from pepites.directory.national.parsing import Parser
from pepites.directory.national.reading import Lines, Source, sources_of

HEADER = read_header(LABELS, FileKind.ACTIVITY)


def parsed(path: Path, **options: object) -> tuple[Parser, list[dict[str, str]]]:
    lines = Lines(sources_of((path,))[0])
    kind = kind_of(lines.header)
    assert kind is not None
    parser = Parser(
        kind, read_header(lines.header, kind), **({"guiana": False, "local": frozenset()} | options)  # type: ignore[arg-type]
    )  # fmt: skip
    rows = "".join(parser.batches(lines)).split("\n")[:-1]
    return parser, [dict(zip(parser.columns, row.split("|"), strict=True)) for row in rows]


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("Code commune (coord. structure)", "code_commune_coord_structure"),
        ("Indice répétition voie (coord. Structure)", "indice_repetition_voie_coord_structure"),
        ("Nom d’exercice", "nom_d_exercice"),
        ("  Libellé  savoir-faire ", "libelle_savoir_faire"),
    ],
)
def test_a_label_is_normalised(label: str, name: str) -> None:
    assert normalise(label) == name


@given(st.text(max_size=60))
def test_normalising_is_stable_and_plain(label: str) -> None:
    name = normalise(label)
    assert normalise(name) == name == normalise(label.upper().lower() if label.isascii() else label)
    assert name.isascii()
    assert not name or (name[0] != "_" != name[-1] and "__" not in name)


def test_the_published_header_gives_every_column() -> None:
    path = shared_data() / "annuaire" / "entete-ps-libreacces-personne-activite.txt"
    if not path.is_file():
        pytest.skip("les données d'exemple ne sont pas à côté du projet")
    text = path.read_text(encoding="utf-8")
    header = read_header(text.splitlines()[0], FileKind.ACTIVITY)
    assert kind_of(text) is FileKind.ACTIVITY
    assert {key for key, rank in header.places.items() if rank == header.width} == set()


def test_order_and_unknown_columns_do_not_matter() -> None:
    titles = LABELS.removesuffix("|").split("|")
    moved = read_header("|".join(["Colonne nouvelle", *reversed(titles)]) + "|", FileKind.ACTIVITY)
    assert moved.places["national_id"] == 1 + titles[::-1].index("Identification nationale PP")


def test_a_former_label_is_accepted() -> None:
    former = LABELS.replace("Code fonction", "Code rôle").replace("Libellé fonction", "Libellé rôle")
    assert read_header(former, FileKind.ACTIVITY).places == HEADER.places


@pytest.mark.parametrize(
    "label",
    ["Identifiant PP", "Identification nationale PP", "Code profession", "Identifiant technique de la structure"],
)
def test_a_missing_mandatory_column_is_named(label: str) -> None:
    without = "|".join(one for one in LABELS.split("|") if one != label)
    with pytest.raises(DomainError, match=f"Il manque au fichier la colonne « {label} »"):
        read_header(without, FileKind.ACTIVITY)


def test_an_optional_column_may_be_missing(tmp_path: Path) -> None:
    kept = [one for one in files.TITLES if not one.startswith("Téléphone")]
    fields = dict(zip(files.TITLES, files.line().split("|"), strict=False))
    path = files.extraction(tmp_path, ["|".join(fields[one] for one in kept) + "|"], titles="|".join(kept) + "|")
    _, (row,) = parsed(path)
    assert (row["phone"], row["town"]) == ("", "CAYENNE")


@pytest.mark.parametrize(("end", "bom"), [("\n", False), ("\r\n", False), ("\r\n", True), ("\n", True)])
@pytest.mark.parametrize("trailing", ["|", ""])
def test_line_ends_bom_and_trailing_separator(tmp_path: Path, end: str, bom: bool, trailing: str) -> None:
    lines = [files.line(1)[:-1] + trailing, files.line(2, nom="PETIT")[:-1] + trailing]
    path = files.extraction(tmp_path, lines, titles=LABELS[:-1] + trailing, end=end, bom=bom)
    parser, rows = parsed(path)
    assert (parser.rows, parser.bad_count) == (2, 0)
    assert [row["family_name"] for row in rows] == ["DURAND", "PETIT"]


def test_three_files_are_told_apart_by_their_columns() -> None:
    assert kind_of(LABELS) is FileKind.ACTIVITY
    assert kind_of(files.SKILL_TITLES) is FileKind.SKILL
    assert kind_of(files.DIPLOMA_TITLES) is FileKind.DIPLOMA
    assert kind_of("nom;prenom") is None
    for kind, titles in ((FileKind.SKILL, files.SKILL_TITLES), (FileKind.DIPLOMA, files.DIPLOMA_TITLES)):
        header = read_header(titles, kind)
        assert {header.places[one.key] for one in COLUMNS[kind]} <= set(range(header.width))


def test_bad_lines_are_told_with_their_numbers(tmp_path: Path) -> None:
    lines = [files.line(1), "une|ligne|courte|", files.line(2), files.line(3, identification_nationale_pp="")]
    path = files.extraction(tmp_path, lines)
    path.write_bytes(path.read_bytes() + b"8|\xff\xfe|\n")
    parser, rows = parsed(path)
    assert len(rows) == parser.rows == 2
    assert [(bad.number, bad.reason.split()[0]) for bad in parser.bad] == [(3, "4"), (5, "identification"), (6, "ce")]


def test_what_copy_would_misread_is_made_plain(tmp_path: Path) -> None:
    odd = files.line(1, nom="O\\NEIL\t\x01", prenom="A\\.")
    _, (row,) = parsed(files.extraction(tmp_path, [odd]))
    assert (row["family_name"], row["given_name"]) == ("O/NEIL  ", "A/.")


def test_guiana_only_keeps_guiana_and_the_people_of_pepites(tmp_path: Path) -> None:
    away = {"commune": "75056", "code_departement_coord_structure": "75"}
    oyapock = {"commune": "", "code_departement_coord_structure": "9C"}
    lines = [files.line(1), files.line(2, **away), files.line(3, **away), files.line(4, **oyapock)]
    local = frozenset({"8" + files.rpps(3)})
    _, rows = parsed(files.extraction(tmp_path, lines), guiana=True, local=local)
    assert [row["national_id"] for row in rows] == ["8" + files.rpps(number) for number in (1, 3, 4)]


ODD = st.text(st.characters(exclude_characters="|\n", exclude_categories=["Cs"]), max_size=20)


@settings(max_examples=150, deadline=None)
@given(st.lists(ODD, min_size=3, max_size=3))
def test_any_text_gives_a_row_copy_can_read(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    name, town, structure = texts
    path = files.extraction(tmp_path_factory.mktemp("f"), [files.line(1, nom=name, ville=town, structure=structure)])
    parser, rows = parsed(path)
    assert parser.rows + parser.bad_count == 1
    for row in rows:
        assert all("\\" not in value or value == "\\N" for value in row.values())
        assert not any(ord(char) < 32 for value in row.values() for char in value)


def test_a_line_without_end_stops_the_reading(tmp_path: Path) -> None:
    path = files.extraction(tmp_path, [files.line(1), "x" * (reading.MAX_LINE + 1)])
    with pytest.raises(DomainError, match="une ligne de plus de 64 ko"):
        parsed(path)


def test_files_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = tmp_path / "vide.txt"
    empty.touch()
    broken = tmp_path / "abime.zip"
    broken.write_bytes(files.archive(tmp_path, files.extraction(tmp_path, [files.line(1)])).read_bytes()[:-30])
    for path, message in (
        (tmp_path / "rien.txt", "n'existe pas"), (tmp_path, "est un dossier"), (empty, "est vide"),
    ):  # fmt: skip
        with pytest.raises(DomainError, match=message):
            sources_of((path,))
    monkeypatch.setattr(reading, "MAX_FILE", 10)
    with pytest.raises(DomainError, match="dépasse"):
        sources_of((tmp_path / "PS_LibreAcces_Personne_activite_202611250841.txt",))


def test_a_zip_bomb_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bombe.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("a.txt", b"0" * 20_000_000)
    with pytest.raises(DomainError, match="se déplie plus de 200 fois"):
        sources_of((path,))


def test_a_zip_that_lies_on_its_size_is_refused(tmp_path: Path) -> None:
    path = files.extraction(tmp_path, [files.line(1)])
    with pytest.raises(DomainError, match="plus long qu'annoncé"):
        list(Lines(Source(path, path.name, path.stat().st_size - 1)))


def test_the_day_is_read_from_the_name(tmp_path: Path) -> None:
    (dated,) = sources_of((files.extraction(tmp_path, [files.line(1)]),))
    (plain,) = sources_of((files.extraction(tmp_path, [files.line(1)], name="activite.txt"),))
    assert (str(dated.extracted_on), plain.extracted_on) == ("2026-11-25", None)


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    """What is remembered is bounded: persons, structures and words beyond are written again, and told apart later."""
    from pepites.directory.national.parsing import Bounded

    held = Bounded(3)
    assert [held.first(number) for number in (1, 1, 2, 3, 4, 1)] == [True, False, True, True, True, True]
    assert len(held._held) <= 3
