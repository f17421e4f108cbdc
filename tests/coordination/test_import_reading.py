"""A network's list from bytes to rows: encodings, separators, sheets, headers, cells; then the shared samples."""

import collections
import csv
import datetime as dt
import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import odfdo
import pytest
import xlsxwriter

from pepites.coordination.importing import reader
from pepites.coordination.importing.cells import Consent, read_consent, read_phone
from pepites.coordination.importing.errors import ImportFileError, MappingError
from pepites.coordination.importing.full_names import split_full_name
from pepites.coordination.importing.headers import Field, match_header
from pepites.coordination.importing.plan import ImportPlan, parse_file
from pepites.coordination.importing.rows import Empty, ParsedRow, RowRefusal, RowResult
from pepites.identity.likeness import Verdict, likeness
from pepites.identity.sexes import read_sex
from pepites.identity.traits import IdentityTraits
from pepites.identity.written import Written, blocking_keys, written

TODAY = dt.date(2025, 11, 22)
SAMPLES = Path(__file__).parents[2].parent / "shared" / "data" / "file-active"
HEADER = ["N° dossier", "Civilité", "Nom de naissance", "Prénom(s)", "Né(e) le", "Lieu de naiss.", "Tél.", "Accord"]
PERSON = ["A1", "Mme", "Théonéphore", "Zoé", "28-10-1967", "Rémire-Montjoly", "0694 22 13 67", "oui"]


def plan_of(path: Path, override: dict[str, object] | None = None) -> ImportPlan:
    return parse_file(path, override, TODAY)


def outcome(result: RowResult) -> str:
    if isinstance(result, ParsedRow):
        return f"{result.birth_name} {result.given_names} {result.birth.stored}"
    return "vide" if isinstance(result, Empty) else f"refuse:{result.column}"


def read(path: Path, override: dict[str, object] | None = None) -> dict[int, str]:
    return {line: outcome(result) for line, result in plan_of(path, override).rows}


def write_csv(path: Path, rows: Iterable[list[Any]], encoding: str = "utf-8", separator: str = ";") -> Path:
    text = io.StringIO()
    csv.writer(text, delimiter=separator, lineterminator="\r\n").writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def write_xlsx(path: Path, sheets: dict[str, dict[int, list[Any]]], *, column: int = 0) -> Path:
    """`sheets`: name → line as shown → cells."""
    with xlsxwriter.Workbook(str(path)) as book:
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        for name, lines in sheets.items():
            sheet = book.add_worksheet(name)
            for line, cells in lines.items():
                for i, cell in enumerate(cells, start=column):
                    if isinstance(cell, dt.date):
                        sheet.write_datetime(line - 1, i, dt.datetime(cell.year, cell.month, cell.day), day)  # noqa: DTZ001
                    else:
                        sheet.write(line - 1, i, cell)
    return path


EXPECTED = "THEONEPHORE ZOE 1967-10-28"


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "cp1252", "latin-1", "utf-16", "utf-16-le", "cp850", "mac_roman"]
)
def test_every_usual_encoding_and_separator(tmp_path: Path, encoding: str, separator: str) -> None:
    path = write_csv(tmp_path / "liste.csv", [HEADER, PERSON], encoding, separator)
    ((_, row),) = plan_of(path).rows
    assert isinstance(row, ParsedRow)
    assert outcome(row) == EXPECTED
    assert (row.birth_name_typed, row.given_names_typed) == ("Théonéphore", "Zoé")
    assert (row.sex, row.birth_place, row.phone, row.consent) == ("F", "97309", "0694221367", Consent.YES)
    assert row.local_id == "A1"


def test_lines_are_those_a_spreadsheet_shows(tmp_path: Path) -> None:
    quoted = [*PERSON[:5], 'Cayenne\r\n"bourg"', *PERSON[6:]]
    path = write_csv(tmp_path / "l.csv", [["Liste"], [], HEADER, [], PERSON, quoted, [""] * 8, PERSON, [], []])
    assert read(path) == {4: "vide", 5: EXPECTED, 6: EXPECTED, 7: "vide", 8: EXPECTED}


def test_excel_separator_line_is_not_shown(tmp_path: Path) -> None:
    path = tmp_path / "l.csv"
    path.write_text("sep=,\n" + ",".join(HEADER) + "\n" + ",".join(PERSON) + "\n", encoding="utf-8-sig")
    assert read(path) == {2: EXPECTED}


def test_text_spoiled_by_a_wrong_decoding_is_put_right(tmp_path: Path) -> None:
    text = ";".join(HEADER) + "\n" + ";".join(PERSON) + "\n"
    path = tmp_path / "l.csv"
    path.write_bytes(text.encode().decode("cp1252", errors="ignore").encode())
    assert read(path) == {2: EXPECTED}


def test_spreadsheet_with_titles_empty_lines_and_a_margin(tmp_path: Path) -> None:
    rows = {
        3: ["Liste MAIA"],
        5: HEADER,
        7: PERSON,
        8: [*PERSON[:4], dt.date(1967, 10, 28), *PERSON[5:]],
        9: [*PERSON[:4], 24773, *PERSON[5:]],
    }
    path = write_xlsx(tmp_path / "l.xlsx", {"Notice": {1: ["Nom", "Rôle"]}, "Liste": rows}, column=2)
    assert plan_of(path).sheet.name == "Liste"
    assert read(path) == {6: "vide", 7: EXPECTED, 8: EXPECTED, 9: EXPECTED}


def test_opendocument(tmp_path: Path) -> None:
    document = odfdo.Document("ods")
    document.body.clear()
    document.body.append(odfdo.Table("Notice"))
    table = odfdo.Table("Liste")
    for cells in (["Titre"], [], HEADER, [*PERSON[:4], dt.date(1967, 10, 28), *PERSON[5:]], [], PERSON):
        row = odfdo.Row()
        row.set_values(cells)
        table.append_row(row)
    document.body.append(table)
    document.save(tmp_path / "l.ods")
    assert read(tmp_path / "l.ods") == {4: EXPECTED, 5: "vide", 6: EXPECTED}


def test_two_lists_in_one_workbook_are_told(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "l.xlsx", {"2023": {1: HEADER, 2: PERSON}, "2024": {1: HEADER, 2: PERSON, 3: PERSON}})
    assert plan_of(path).other_sheets == ("2024",)
    assert len(read(path, {"sheet": "2024"})) == 2


def test_mapping_is_shown_and_can_be_corrected(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "l.csv", [["Alpha", "Prénom", "Né le", "Zeta"], ["DUPONT", "Jean", "1/2/1950", "oui"]])
    with pytest.raises(MappingError, match="le nom de naissance") as caught:
        plan_of(path)
    assert "Alpha" in caught.value.headers
    assert read(path, {"birth_name": "alpha", "consent": "D"}) == {2: "DUPONT JEAN 1950-02-01"}
    with pytest.raises(MappingError, match="Champ inconnu"):
        plan_of(path, {"nimporte": "A"})
    with pytest.raises(MappingError, match="introuvable"):
        plan_of(path, {"birth_name": "Absente"})


def test_a_file_without_headers_can_be_mapped_by_letters(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "l.csv", [["DUPONT", "Jean", "1/2/1950"], ["MARTIN", "Luc", "2/2/1950"]])
    with pytest.raises(MappingError, match="titres"):
        plan_of(path)
    override: dict[str, object] = {"header_line": 0, "birth_name": "A", "given_names": "B", "birth_date": "C"}
    assert read(path, override) == {1: "DUPONT JEAN 1950-02-01", 2: "MARTIN LUC 1950-02-02"}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "vide"), (b"<html><table></table></html>", "page web"), (b"PK\x03\x04abcd", "abîmé"),
        (b"%PDF-1.4", "tableau"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "ne s'ouvre pas"), (b"un texte\nsans colonnes\n", "titres"),
    ],
)  # fmt: skip
def test_files_that_are_no_list_get_a_clear_answer(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "l.xlsx"
    path.write_bytes(content)
    with pytest.raises(ImportFileError, match=says):
        plan_of(path)


def test_a_workbook_broken_inside_gets_a_clear_answer(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "bon.xlsx") as book:
        book.add_worksheet().write_row(0, 0, HEADER)
    with zipfile.ZipFile(tmp_path / "bon.xlsx") as good, zipfile.ZipFile(tmp_path / "l.xlsx", "w") as broken:
        for info in good.infolist():
            content = good.read(info)
            broken.writestr(info.filename, content[:200] if "sheet1" in info.filename else content)
    with pytest.raises(ImportFileError, match="ne s'ouvre pas"):
        plan_of(tmp_path / "l.xlsx")


@pytest.mark.parametrize("closing", ["", 'suite"'])
def test_an_open_quote_never_swallows_the_persons_below(tmp_path: Path, closing: str) -> None:
    path = tmp_path / "l.csv"
    lines = ["Nom;Prénom;DDN;Observation", 'A;B;1950;"une note', "C;D;1951;", "E;F;1952;" + closing, "G;H;1953;"]
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(ImportFileError, match=r"Ligne 2.*guillemet"):
        list(plan_of(path).rows)


def test_a_note_on_several_lines_is_one_line_of_the_list(tmp_path: Path) -> None:
    path = tmp_path / "l.csv"
    path.write_text('Nom;Prénom;DDN;Observation\nA;B;1950;"une; note\nsur deux; lignes"\nC;D;1951;\n', encoding="utf-8")
    assert read(path) == {2: "A B 1950-12-31", 3: "C D 1951-12-31"}


def test_a_stray_nul_is_no_utf_16(tmp_path: Path) -> None:
    path = tmp_path / "l.csv"
    path.write_bytes("Nom;Pré\0nom;DDN\nA;B;1950\n".encode())
    assert read(path) == {2: "A B 1950-12-31"}


def test_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ImportFileError, match="introuvable"):
        plan_of(tmp_path / "absent.csv")
    path = write_csv(tmp_path / "l.csv", [HEADER, *[PERSON] * 100])
    monkeypatch.setattr(reader, "MAX_LINES", 50)
    with pytest.raises(ImportFileError, match="lignes"):
        list(plan_of(path).rows)
    monkeypatch.setattr(reader, "MAX_COLUMNS", 5)
    with pytest.raises(ImportFileError, match="colonnes"):
        plan_of(path)
    monkeypatch.setattr(reader, "MAX_BYTES", 50)
    with pytest.raises(ImportFileError, match="50 Mo"):
        plan_of(path)


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("NOM", Field.ANY_NAME), ("Nom (naissance)", Field.BIRTH_NAME), ("Nom de jeune fille", Field.MAIDEN_NAME),
        ("Nom d’épouse", Field.USE_NAME), ("Prénom usuel", Field.GIVEN_NAMES), ("Nom / Prénom", Field.FULL_NAME),
        ("Date de\nnaissance (jj/mm/aaaa)", Field.BIRTH_DATE), ("D.D.N.", Field.BIRTH_DATE),
        ("Né(e) le", Field.BIRTH_DATE),
        ("Date naisance", Field.BIRTH_DATE), ("H/F", Field.SEX), ("Civ.", Field.CIVILITY),
        ("Ville naissance", Field.BIRTH_PLACE),
        ("Ville", Field.ADDRESS_COMMUNE), ("Tel. portable", Field.PHONE), ("Tél. parents", Field.PHONE),
        ("Consentement (O/N)", Field.CONSENT), ("N° INS", Field.INS), ("Commentaires", Field.NOTE),
        ("Nom de la mère", Field.MOTHER_NAME), ("Date d'entrée", None), ("Date de naissance de la mère", None),
        ("Nom du médecin traitant", None), ("Prénom du père", None), ("Tél. médecin", None), ("N° sécu", None),
        ("Âge", None),
        ("Prenon", Field.GIVEN_NAMES), ("Nom de naisance", Field.BIRTH_NAME), ("Nm de naissance", Field.BIRTH_NAME),
        ("Date de Nce", Field.BIRTH_DATE), ("Date & lieu de naissance", Field.BIRTH_DATE),
        ("Date de naissance / âge", Field.BIRTH_DATE), ("Lieu de Nce", Field.BIRTH_PLACE),
        ("Contact tél.", Field.PHONE), ("Dossier n°", Field.LOCAL_ID), ("Nom complet", Field.FULL_NAME),
        ("Identité du bénéficiaire", Field.FULL_NAME), ("Fille", None), ("DDN mère", None),
        ("Accord de la famille", Field.CONSENT), ("Autorisation de partage", Field.CONSENT),
        ("Non-opposition", Field.CONSENT), ("Refus de partage", Field.OPPOSITION), ("Accord MDPH", None),
        ("Refus de soins", None), ("Consentement vaccination", None), ("Motif de refus", None),
        ("Droit à l'image", None), ("Date du consentement", None), ("Référent", None), ("", None), ("GIR", None),
    ],
)  # fmt: skip
def test_headers_by_meaning(header: str, field: Field | None) -> None:
    found = match_header(header)
    assert (found[0] if found else None) == field


@pytest.mark.parametrize(
    ("text", "mother", "expected"),
    [
        ("DUPONT Jean", "", ("DUPONT", "Jean")), ("DUPONT, Jean Paul", "", ("DUPONT", "Jean Paul")),
        ("Jean DUPONT", "", ("DUPONT", "Jean")),
        ("DA SILVA Ana Maria", "", ("DA SILVA", "Ana Maria")),
        ("OLIVEIRA DA SILVA WANDERSON", "", ("OLIVEIRA DA SILVA", "WANDERSON")),
        ("DUPONT JEAN PAUL", "DUPONT MARIE", ("DUPONT", "JEAN PAUL")),
        ("HO-A-CHUCK LAURENT", "", ("HO-A-CHUCK", "LAURENT")),
        ("D'ALMEIDA José", "", ("D'ALMEIDA", "José")), ("LAMTITIN BB", "", ("LAMTITIN", "BB")),
        ("BB LAMTITIN", "", ("LAMTITIN", "BB")),
        ("Ana Maria da Silva", "", ("da Silva", "Ana Maria")), ("DUPONT", "", ("DUPONT", "")),
    ],
)  # fmt: skip
def test_name_and_given_name_in_one_cell(text: str, mother: str, expected: tuple[str, str]) -> None:
    assert split_full_name(text, mother=mother) == expected


@pytest.mark.parametrize(
    "text",
    [
        "BELFORT épouse DURAND Marie", "BELFORT Marie épouse DURAND", "Marie BELFORT ép. DURAND",
        "BELFORT Marie (ép. DURAND)", "BELFORT (ép. DURAND) Marie", "BELFORT, Marie épse DURAND",
        "DURAND née BELFORT Marie", "DURAND Marie née BELFORT", "Mme DURAND Marie (née BELFORT)",
        "BELFORT MARIE EPOUSE DURAND", "BELFORT EPOUSE DURAND MARIE", "DURAND MARIE NEE BELFORT",
        "DURAND née BELFORT, Marie", "BELFORT vve DURAND Marie",
    ],
)  # fmt: skip
def test_married_name_anywhere_in_the_full_name_cell(tmp_path: Path, text: str) -> None:
    row = one_row(tmp_path, {"Nom et prénom": text, "DDN": "1950"})
    assert isinstance(row, ParsedRow)
    assert (row.birth_name, row.given_names, row.use_name) == ("BELFORT", "MARIE", "DURAND")


def test_the_name_of_something_else_is_no_name_in_use(tmp_path: Path) -> None:
    row = one_row(tmp_path, {"Nom de naissance": "DUPONT", "Prénom": "Zoé", "DDN": "1950", "Nom du village": "Loka"})
    assert isinstance(row, ParsedRow)
    assert (row.birth_name, row.use_name) == ("DUPONT", "")


def test_header_given_first_turns_the_reading_round(tmp_path: Path) -> None:
    path = write_csv(
        tmp_path / "l.csv", [["Prénom et nom", "DDN"], ["Jean Dupont", "1/2/1950"], ["Mme Zoé MARTIN", "1950"]]
    )
    assert read(path) == {2: "DUPONT JEAN 1950-02-01", 3: "MARTIN ZOE 1950-12-31"}
    rows = dict(plan_of(path).rows)
    assert isinstance(rows[3], ParsedRow)
    assert rows[3].sex == "F"


def one_row(tmp_path: Path, cells: dict[str, object]) -> RowResult:
    path = write_csv(tmp_path / "l.csv", [list(cells), list(cells.values())])
    ((_, row),) = plan_of(path).rows
    return row


def test_plain_name_and_maiden_name(tmp_path: Path) -> None:
    path = write_csv(
        tmp_path / "l.csv",
        [
            ["Nom", "Nom de jeune fille", "Prénom", "DDN"],
            ["MARTIN", "DUPONT", "Zoé", "1950"],
            ["DURAND", "", "Luc", "1950"],
        ],
    )
    rows = [row for _, row in plan_of(path).rows]
    assert [(r.birth_name, r.use_name) for r in rows if isinstance(r, ParsedRow)] == [
        ("DUPONT", "MARTIN"),
        ("DURAND", ""),
    ]


@pytest.mark.parametrize(
    "typed", ["MARTIN née DUPONT", "DUPONT ép. MARTIN", "MARTIN (née DUPONT)", "DUPONT épouse MARTIN"]
)
def test_married_name_in_the_name_cell(tmp_path: Path, typed: str) -> None:
    row = one_row(tmp_path, {"Nom": typed, "Prénom": "Zoé", "DDN": "1950"})
    assert isinstance(row, ParsedRow)
    assert (row.birth_name, row.use_name) == ("DUPONT", "MARTIN")


@pytest.mark.parametrize(
    ("name", "given", "date", "column"),
    [
        ("", "Jean", "1950", "nom"), ("NC", "Jean", "1950", "nom"), ("DUP0NT", "Jean", "1950", "nom"),
        ("?", "?", "?", "nom"),
        ("DUPONT", "", "1950", "prenom"), ("DUPONT", "?", "1950", "prenom"), ("DUPONT", "J3an", "1950", "prenom"),
        ("DUPONT", "Jean", "", "date"), ("DUPONT", "Jean", "31/02/1950", "date"),
        ("DUPONT", "Jean", "1/1/2040", "date"),
        ("TOTAL", "160", "", "total"), ("Total général : 12", "", "", "total"), ("Sous-total Mana", "", "", "total"),
        ("Nom", "Prénom", "DDN", "entete"), ("* dossiers clos en 2023 : voir l'archive", "", "", "note"),
    ],
)  # fmt: skip
def test_refusals_name_the_column(tmp_path: Path, name: str, given: str, date: str, column: str) -> None:
    row = one_row(tmp_path, {"Nom": name, "Prénom": given, "DDN": date})
    assert isinstance(row, RowRefusal)
    assert row.column == column
    assert row.message.endswith(".")


def test_optional_cells_never_refuse(tmp_path: Path) -> None:
    row = one_row(
        tmp_path,
        {
            "Nom": "DUPONT",
            "Prénom": "Zoé",
            "DDN": "vers 1950",
            "Sexe": "?",
            "Lieu de naissance": "97300",
            "Tél": "NC",
            "INS": "123",
        },
    )
    assert isinstance(row, ParsedRow)
    assert (row.sex, row.birth_place, row.phone, row.ins) == ("I", "99999", "", "")
    assert len(row.warnings) == 2
    assert "code postal" in row.warnings[0]


def test_date_in_three_columns_and_place_beside_the_date(tmp_path: Path) -> None:
    row = one_row(
        tmp_path, {"Nom": "A", "Prénom": "B", "Jour naissance": 12, "Mois naissance": "", "Année naissance": 1950}
    )
    assert isinstance(row, ParsedRow)
    assert row.birth.stored == dt.date(1950, 1, 12)
    row = one_row(tmp_path, {"Nom": "A", "Prénom": "B", "Date et lieu de naissance": "12/03/1950 à Cayenne"})
    assert isinstance(row, ParsedRow)
    assert (row.birth.stored, row.birth_place) == (dt.date(1950, 3, 12), "97302")


@pytest.mark.parametrize(
    ("cell", "consent"),
    [
        ("oui", "yes"), ("X", "yes"), ("O", "yes"), ("ok", "yes"), (1.0, "yes"), (True, "yes"), ("Vrai", "yes"),
        ("accord oral", "yes"),
        ("12/03/2023", "yes"), ("non", "no"), ("N", "no"), ("refus", "no"), (0.0, "no"), ("pas d’accord", "no"),
        ("", "unknown"),
        (None, "unknown"), ("?", "unknown"), ("non recueilli", "unknown"), ("à demander", "unknown"),
        ("blabla", "unknown"), ("oui / non", "unknown"), ("OUI/NON", "unknown"), ("non concerné", "unknown"),
        ("pas opposé", "unknown"), ("n'a pas refusé", "unknown"), ("aucun refus", "unknown"),
        ("oui sauf le social", "unknown"), ("oui mais pas au médecin", "unknown"), ("retiré le 3/2/2025", "no"),
    ],
)  # fmt: skip
def test_consent_words(cell: object, consent: str) -> None:
    assert read_consent(cell) == consent


def test_opposition_column_is_the_contrary_of_consent(tmp_path: Path) -> None:
    row = one_row(tmp_path, {"Nom": "A", "Prénom": "B", "DDN": "1950", "Opposition": "oui"})
    assert isinstance(row, ParsedRow)
    assert row.consent is Consent.NO


@pytest.mark.parametrize(
    ("cell", "phone"),
    [
        ("06.94.30.69.18", "0694306918"), (694306918.0, "0694306918"), ("+594 (0)694 30 69 18", "0694306918"),
        ("00594694306918", "0694306918"), ("0694306918/0594123456", "0694306918"),
        ("+55 96 99123-4567", "+5596991234567"),
        ("06 94 30 69 18 (fille)", "0694306918"), ("NC", ""), ("néant", ""), ("06.94", ""), ("0000000000", ""),
        (None, ""),
    ],
)  # fmt: skip
def test_phones(cell: object, phone: str) -> None:
    assert read_phone(cell) == phone


@pytest.mark.parametrize(
    ("texts", "sex"),
    [
        (("Mme",), "F"),
        (("G",), "M"),
        (("garçon",), "M"),
        (("2",), "F"),
        (("M.",), "M"),
        (("?", "Mlle"), "F"),
        (("",), "I"),
        (("Dr",), "I"),
        (("M/F",), "I"),
        (("F / M", "Mme"), "F"),
        (("Mr et Mme",), "I"),
    ],
)
def test_sex_words(texts: tuple[str, ...], sex: str) -> None:
    assert read_sex(*texts) == sex


def classify_in_memory(rows: Iterable[tuple[int, RowResult]]) -> Iterator[tuple[int, str]]:
    """What an import into an empty base would answer, by keys and likeness within the file."""
    seen: dict[str, list[Written]] = collections.defaultdict(list)
    for line, row in rows:
        if not isinstance(row, ParsedRow):
            yield line, outcome(row)
            continue
        traits = IdentityTraits(
            row.birth_name, row.first_given_name, row.given_names, row.birth, row.sex, row.birth_place,
            used_name=row.use_name, mother_name=row.mother_name,
        ).checked()  # fmt: skip
        line_of = written(traits, [row.phone] if row.phone else [], commune=row.commune_code)
        keys = blocking_keys(line_of)
        near = {id(other): other for key in keys for other in seen[key]}
        double = any(likeness(line_of, other).verdict is not Verdict.NO for other in near.values())
        for key in keys:
            seen[key].append(line_of)
        yield line, "doublon" if double else "cree"


@pytest.mark.parametrize("name", ["file-active-maia.csv", "file-active-perinat.xlsx"])
def test_shared_samples_agree_on_every_line(name: str) -> None:
    if not SAMPLES.is_dir():
        pytest.skip("les exemples partagés (shared/data/file-active) ne sont pas à côté du projet")
    expected = json.loads((SAMPLES / "attendu.json").read_text(encoding="utf-8"))[name]
    assert {str(line): out for line, out in classify_in_memory(plan_of(SAMPLES / name).rows)} == expected
