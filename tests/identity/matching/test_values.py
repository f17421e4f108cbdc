"""Values of a file as structures write them: the same person whatever the form of a date, a sex or a place."""

import csv
import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pepites.identity.linkage import reading, values
from pepites.identity.linkage.base import opened
from pepites.identity.matching.standard import address_words, read_date


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("1987-03-12", "1987-03-12"), ("1987-03-12 00:00:00", "1987-03-12"), ("12/03/1987", "1987-03-12"),
        ("19870312", "1987-03-12"), ("12 mars 1987", "1987-03-12"), ("mars 1987", "1987-03-01"), ("1987", "1987-12-31"),
        ("1899-01-02", "1899-01-02"), ("0000-00-00", ""), ("hier", ""), ("1987-13-45", ""),
    ],
)  # fmt: skip
def test_dates_as_they_are_written(text: str, iso: str) -> None:
    """Table §1.4: what is not known of a date takes the conventional day."""
    assert values.date(text) == iso


@pytest.mark.parametrize(
    ("text", "kept"), [("M", "M"), ("Masculin", "M"), ("1", "M"), ("2", "F"), ("Mme", "F"), ("I", "I"), ("?", "?")]
)
def test_sexes_as_they_are_written(text: str, kept: str) -> None:
    assert values.sex(text) == kept


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("97302", "97302"), ("2a004", "2A004"), ("Cayenne", "97302"), ("ST LAURENT DU MARONI", "97311"),
        ("Saint-Laurent-du-Maroni", "97311"), ("Haïti", "99410"), ("97300", "97300"), ("Inconnue", ""), ("NC", ""),
        ("Village  Prospérité", "VILLAGE PROSPERITE"),
    ],
)  # fmt: skip
def test_places_as_they_are_written(text: str, kept: str) -> None:
    assert values.place(text) == kept


@settings(deadline=None)  # the first place asked for reads every commune
@given(st.text(max_size=30))
@example("2024-W01-1")
def test_any_text_is_read_without_failing_and_once(text: str) -> None:
    for form in (values.date, values.sex, values.place):
        kept = form(text.strip())
        assert form(kept) == kept
    read = values.date(text.strip())
    assert not read or read_date(read) is not None
    assert len(set(address_words(text))) == len(address_words(text))


def test_a_file_is_read_in_one_form(tmp_path: Path) -> None:
    source = tmp_path / "fiches.csv"
    with source.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["record_id", "birth_date", "sex", "birth_place", "commune"])
        writer.writerow(["A", "12/03/1987", "Féminin", "Haïti", "St Georges de l'Oyapock"])
        writer.writerow(["B", "1987-03-12", "F", "99410", "97308"])
        writer.writerow(["C", "", "", "", ""])
    with opened(threads=1) as base, tempfile.TemporaryDirectory() as folder:
        header = reading.read(base, source, Path(folder))
        found = base.rows("SELECT birth_date, sex, birth_place, commune FROM rows ORDER BY id")
        assert base.value("SELECT birth_date FROM given WHERE record_id = 'A'") == "12/03/1987", "given back as it was"
    assert found == [("1987-03-12", "F", "99410", "97308")] * 2 + [("", "", "", "")]
    assert header == ["record_id", "birth_date", "sex", "birth_place", "commune"]
