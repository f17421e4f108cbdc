"""Birth dates as written in real lists (INS-14, table §1.4)."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pepites.identity.values import DateError, Precision, is_missing_date, parse_birth_date

TODAY = dt.date(2025, 11, 22)
J, M, A, D = Precision.JOUR, Precision.MOIS, Precision.ANNEE, Precision.DECENNIE


@pytest.mark.parametrize(
    ("value", "stored", "precision"),
    [
        ("31/12/1954", "1954-12-31", J), ("6/1/1969", "1969-01-06", J), ("21.05.1947", "1947-05-21", J),
        ("28-10-1967", "1967-10-28", J), ("21 / 5 / 1947", "1947-05-21", J), ("1954-03-12", "1954-03-12", J),
        ("1954-03-12 00:00:00", "1954-03-12", J), ("12/03/1954 00:00", "1954-03-12", J),
        ("12/03/54", "1954-03-12", J),
        ("12 mars 1954", "1954-03-12", J), ("1er août 1954", "1954-08-01", J), ("12-févr.-1954", "1954-02-12", J),
        ("lundi 12 mars 1954", "1954-03-12", J), ("né le 12/03/1954", "1954-03-12", J),
        ("12 de março de 1954", "1954-03-12", J),
        ("March 12, 1954", "1954-03-12", J), ("12031954", "1954-03-12", J), ("19540312", "1954-03-12", J),
        ("120354", "1954-03-12", J), (1031954.0, "1954-03-01", J), (44081.0, "2020-09-07", J),
        ("44081", "2020-09-07", J),
        (44081, "2020-09-07", J), (9132.0, "1924-12-31", J), (dt.date(1954, 3, 12), "1954-03-12", J),
        (dt.datetime(1954, 3, 12, 0, 0), "1954-03-12", J),  # noqa: DTZ001
        ("12/03/1954 (71 ans)", "1954-03-12", J), ("24/12/1948.", "1948-12-24", J),
        ("mars 1954", "1954-03-01", M), ("12-1954", "1954-12-01", M), ("3/1954", "1954-03-01", M),
        ("1954-03", "1954-03-01", M), ("1954/03", "1954-03-01", M), ("\u200e12/03/1954", "1954-03-12", J),
        ("(1954)", "1954-12-31", A), ("1954 (vers)", "1954-12-31", D),
        ("mars-54", "1954-03-01", M), ("00/03/1954", "1954-03-01", M), ("??/03/1954", "1954-03-01", M),
        ("1954", "1954-12-31", A), (1954.0, "1954-12-31", A), (1954, "1954-12-31", A),
        ("née en 1954", "1954-12-31", A),
        ("00/00/1954", "1954-12-31", A), ("XX/XX/1954", "1954-12-31", A), ("12/??/1954", "1954-01-12", A),
        ("fin 1954", "1954-12-31", A), ("2025", "2025-12-31", A),
        ("vers 1954", "1954-12-31", D), ("Vers  1954", "1954-12-31", D), ("env. 1954", "1954-12-31", D),
        ("~1954", "1954-12-31", D),
        ("1954 ?", "1954-12-31", D), ("1954 (présumé)", "1954-12-31", D), ("née vers 1954", "1954-12-31", D),
        ("années 50", "1950-12-31", D), ("dans les années 1950", "1950-12-31", D), ("195?", "1950-12-31", D),
        ("1954 ou 1955", "1954-12-31", D), ("entre 1950 et 1955", "1950-12-31", D),
        ("vers les années 50", "1950-12-31", D),
    ],
)  # fmt: skip
def test_reads(value: object, stored: str, precision: Precision) -> None:
    date = parse_birth_date(value, TODAY)
    assert (date.stored.isoformat(), date.precision) == (stored, precision)
    assert date.interpreted is (precision is not J)


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("", "manque"), ("?", "manque"), ("NC", "manque"), ("néant", "manque"), (None, "lisible"),
        ("31/02/1951", "31/02/1951"),
        ("29/02/1953", "n'existe pas"), ("12/25/1954", "mois 25"), ("12/03/2030", "futur"),
        ("23/11/2025", "futur"), ("2031", "futur"),
        ("12/03/1880", "120 ans"), ("1899", "120 ans"), ("abc", "lisible"), ("70 ans", "lisible"),
        ("12/03/195", "lisible"),
        ("1234567890", "lisible"), (dt.date(2026, 1, 1), "futur"), ("12/03", "lisible"), (-5.0, "lisible"),
        ("99999", "futur"),
    ],
)  # fmt: skip
def test_refuses_with_a_reason(value: object, says: str) -> None:
    with pytest.raises(DateError, match=says):
        parse_birth_date(value, TODAY)


def test_a_vague_full_date_keeps_its_day_and_is_marked_interpreted() -> None:
    date = parse_birth_date("12/03/1954 ?", TODAY)
    assert (date.stored, date.precision, date.interpreted) == (dt.date(1954, 3, 12), J, True)


def test_two_digit_year_is_the_last_such_year_gone_by_and_says_when_it_guessed() -> None:
    assert parse_birth_date("12/03/30", TODAY).stored.year == 1930
    recent = parse_birth_date("12/03/23", TODAY)
    assert (recent.stored.year, recent.century_guessed) == (2023, True)
    for written in (TODAY + dt.timedelta(days=1), TODAY + dt.timedelta(days=30)):
        still_to_come = parse_birth_date(f"{written:%d/%m/%y}", TODAY)
        assert (still_to_come.stored.year, still_to_come.century_guessed) == (written.year - 100, True)
    assert parse_birth_date(f"{TODAY:%d/%m/%y}", TODAY).stored == TODAY


@pytest.mark.parametrize("value", ["", None, "NC", "?", "néant", "non renseigné", " - "])
def test_missing(value: object) -> None:
    assert is_missing_date(value)


MONTHS = ("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre")
MONTHS += ("octobre", "novembre", "décembre")
STYLES = (
    lambda d: f"{d:%d/%m/%Y}",
    lambda d: f"{d.day}/{d.month}/{d.year}",
    lambda d: f"{d:%d.%m.%Y}",
    lambda d: f"{d:%d-%m-%Y}",
    lambda d: f" {d:%d %m %Y} ",
    lambda d: d.isoformat(),
    lambda d: f"{d.isoformat()}T00:00:00",
    lambda d: f"{d:%d%m%Y}",
    lambda d: f"{d.day} {MONTHS[d.month - 1]} {d.year}",
    lambda d: f"{d.day}-{MONTHS[d.month - 1][:4].upper()}-{d.year}",
    lambda d: float((d - dt.date(1899, 12, 30)).days),
    lambda d: str((d - dt.date(1899, 12, 30)).days),
    lambda d: d,
)


@given(st.dates(dt.date(1927, 5, 19), TODAY), st.sampled_from(STYLES))
def test_every_full_style_gives_the_day_back(day: dt.date, style) -> None:  # type: ignore[no-untyped-def]
    date = parse_birth_date(style(day), TODAY)
    assert (date.stored, date.precision, date.interpreted) == (day, J, False)


@given(st.text(max_size=25))
def test_never_fails_otherwise_than_by_date_error(text: str) -> None:
    try:
        date = parse_birth_date(text, TODAY)
    except DateError:
        return
    assert dt.date(1905, 1, 1) <= date.stored <= dt.date(2025, 12, 31)
