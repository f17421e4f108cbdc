"""One box finds people by anything, typing errors included (annuaire §1 and §2)."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tests import factories
from tests.conftest import as_owner
from tests.directory import national_files as files

from pepites.directory.national import search
from pepites.directory.national.search import search_national
from pepites.directory.national.sheet import national_by_rpps, sheet_of

pytestmark = pytest.mark.django_db

LINES = [
    files.line(1, nom="MARTIN", prenom="Hélène"),
    files.line(
        2, nom="MARTIN", prenom="Paul", code="10", profession="Médecin", specialite="Cardiologie", ville="KOUROU"
    ),
    files.line(
        3, nom="MARTINEZ-D'ALBE", prenom="Zoé", code="50", profession="Sage-Femme", ville="SAINT LAURENT DU MARONI"
    ),
    files.line(
        4, nom="PETIT", prenom="Martin", technique="F2", structure="PHARMACIE DES PALMISTES", code="21",
        profession="Pharmacien",
    ),
    files.line(
        5, nom="NEGRO", prenom="Ana", code="", profession="", code_fonction="309", fonction="Gestionnaire de cas"
    ),
    files.line(6, nom="ORTIZ", prenom="Luis", ville="MARTINIQUE"),
]  # fmt: skip


@pytest.fixture(autouse=True)
def _loaded(tmp_path: Path, settings: Any) -> None:
    settings.PEPITES_ANNUAIRE_MIN_ROWS = 0
    with as_owner():
        files.load(files.extraction(tmp_path, LINES))


def found(text: str) -> list[str]:
    return [one.name for one in search_national(text).rows]


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("martin hélène", ["Hélène MARTIN"]),
        ("HELENE martin", ["Hélène MARTIN"]),
        ("Martin  Héléne,", ["Hélène MARTIN"]),
        ("hel", ["Hélène MARTIN"]),
        ("martin infirmier cayenne", ["Hélène MARTIN"]),
        ("cardiologie", ["Paul MARTIN"]),
        ("médecin kourou mart", ["Paul MARTIN"]),
        ("sage-femme st laurent", []),
        ("sage femme saint laurent du maroni", ["Zoé MARTINEZ-D'ALBE"]),
        ("dalbe", ["Zoé MARTINEZ-D'ALBE"]),
        ("d'albe", ["Zoé MARTINEZ-D'ALBE"]),
        ("pharmacie palmistes", ["Martin PETIT"]),
        ("gestionnaire de cas", ["Ana NEGRO"]),
        ("martin kourou cayenne", []),
        ("autre fonction", []),
        ("", []),
        ("'; DROP TABLE x; --", []),
        ("de la", []),
    ],
)
def test_what_is_typed_finds(typed: str, names: list[str]) -> None:
    assert found(typed) == names


def test_the_very_word_comes_before_those_it_begins() -> None:
    assert found("martin") == [
        "Hélène MARTIN", "Paul MARTIN", "Martin PETIT", "Zoé MARTINEZ-D'ALBE", "Luis ORTIZ"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "name", "corrected"),
    [
        ("helenne", "Hélène MARTIN", ("helenne", "helene")),
        ("infirmeir cayene", "Hélène MARTIN", ("infirmeir", "infirmier")),
        ("martinz zoe", "Zoé MARTINEZ-D'ALBE", ("martinz", "martin")),
        ("cardiolgie", "Paul MARTIN", ("cardiolgie", "cardiologie")),
    ],
)
def test_a_word_nobody_has_is_read_as_its_neighbours(typed: str, name: str, corrected: tuple[str, str]) -> None:
    results = search_national(typed)
    assert name in [one.name for one in results.rows]
    assert corrected in results.corrected


def test_a_known_word_is_not_corrected() -> None:
    assert search_national("martin").corrected == ()


@pytest.mark.parametrize("typed", ["{0}", "8{0}", " {0} "])
def test_a_rpps_number_is_enough(typed: str) -> None:
    number = files.rpps(2)
    (one,) = search_national(typed.format(number)).rows
    assert (one.name, one.rpps, one.skill, one.town, one.active) == (
        "Paul MARTIN",
        number,
        "Cardiologie",
        "KOUROU",
        True,
    )
    person = national_by_rpps(number)
    assert person is not None
    assert (person.pk, person.display_name) == (int(f"8{number}"), "Paul MARTIN")
    assert national_by_rpps("10000000000") is None
    assert national_by_rpps("x") is None


@pytest.mark.parametrize("typed", ["martin", "martin infirmier cayenne", "helenne infirmeir", files.rpps(1), "zzzz"])
def test_three_queries_at_most(typed: str, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(3):
        search_national(typed)


def test_frequent_words_are_found_among_the_first_lines_or_beyond(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "FREQUENT", 0)
    for first in (1000, 1):
        monkeypatch.setattr(search, "FIRST", first)
        assert found("martin kourou") == ["Paul MARTIN"]


def test_more_is_told() -> None:
    results = search_national("martin", limit=2)
    assert (len(results.rows), results.more) == (2, True)


def test_one_who_left_is_found_last_and_said_so(tmp_path: Path) -> None:
    with as_owner():
        files.load(files.extraction(tmp_path, LINES[1:], name="b_20261126.txt"), force=True)
    rows = search_national("martin").rows
    assert [one.active for one in rows] == [True] * 4 + [False]
    assert rows[-1].name == "Hélène MARTIN"


def test_the_sheet_tells_every_place() -> None:
    sheet = sheet_of(files.rpps(2))
    assert sheet is not None
    assert (sheet.name, sheet.professions, sheet.skills) == (
        "Paul MARTIN",
        "Médecin",
        ("Cardiologie (spécialité ordinale)",),
    )
    assert [(place.name, place.activities) for place in sheet.places] == [
        ("CENTRE HOSPITALIER", ("Médecin, Cardiologie, Salarié",))
    ]
    assert sheet_of("10000000000") is None


@pytest.fixture
def reader() -> Client:
    with as_owner():
        practice = factories.practice()
        user = factories.user(professional=practice.professional)
    client = Client()
    client.force_login(user, backend="pepites.accounts.backends.LocalBackend")
    session = client.session
    session["strong"], session["auth_method"], session["practice_id"] = True, "local+totp", practice.pk
    session.save()
    return client


def test_the_page_finds_corrects_and_cites_the_rpps(reader: Client) -> None:
    page = reader.get("/annuaire/", {"q": "helenne"}).content.decode()
    assert "RPPS, mise à jour du 25/11/2026" in page
    assert f"/annuaire/{files.rpps(1)}/" in page
    assert "n'est pas dans l'annuaire" in page.replace("&#x27;", "'")
    assert "MARTIN" not in page.partition("<title>")[2].partition("</title>")[0]


def test_the_page_says_when_nobody_corresponds_and_shows_what_was_typed_as_text(reader: Client) -> None:
    page = reader.get("/annuaire/", {"q": '"><script>alert(1)</script>\0'}).content.decode()
    assert "Personne ne correspond" in page
    assert "<script>alert" not in page


def test_the_empty_page_shows_the_last_loads(reader: Client) -> None:
    page = reader.get("/annuaire/").content.decode()
    assert "Derniers chargements" in page
    assert "6 lignes" in page


def test_the_sheet_page(reader: Client) -> None:
    page = reader.get(f"/annuaire/{files.rpps(2)}/").content.decode()
    assert "Cardiologie" in page
    assert "RPPS, mise à jour du" in page
    assert reader.get("/annuaire/10000000000/").status_code == 404
    assert reader.get("/annuaire/x/").status_code == 404
