"""Birth places: INS-16 to INS-21."""

import datetime as dt

import pytest

from pepites.terminology.cog import CogTable, cog_table

FACTS = CogTable()
ROWS = (
    ("97302", "Cayenne", "973", None, None, None),
    ("97310", "Roura", "973", None, None, None),
    ("08385", "Saint-Laurent", "08", None, None, None),
    ("22311", "Saint-Laurent", "22", None, None, None),
    ("49018", "Baugé-en-Anjou", "49", "2013-01-01", None, None),
    ("49129", "Fougeré", "49", "1943-01-01", "2013-01-01", "49018"),
    ("93066", "Saint-Denis", "93", None, None, None),
    ("97411", "Saint-Denis", "974", None, None, None),
)
TABLE = CogTable(ROWS)


@pytest.mark.parametrize("table", [FACTS, TABLE, cog_table()], ids=["faits", "table", "installée"])
@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("97302", "97302"), ("cayenne", "97302"), ("CAYENNE (973)", "97302"), ("Cayenne - Guyane", "97302"),
        ("97310", "97310"),
        ("St Laurent du Maroni", "97311"), ("Saint-Laurent", "97311"), ("SLM", "97311"), ("Rémire", "97309"),
        ("saul", "97352"),
        ("St Georges de l'Oyapock", "97308"), ("papaïchton", "97362"), ("Brésil", "99416"), ("bresil", "99416"),
        ("Surinam", "99437"),
        ("Port-au-Prince, Haïti", "99410"), ("Haïti (Jacmel)", "99410"), ("Guyana", "99428"),
        ("République Dominicaine", "99408"),
        ("Fort de France", "97209"), ("99437", "99437"), ("Paris 14e", "75056"),
    ],
)  # fmt: skip
def test_finds_one_place(table: CogTable, text: str, code: str) -> None:
    place = table.one(text)
    assert place is not None
    assert place.code == code


@pytest.mark.parametrize("text", ["", "Guyane", "France", "99100", "99999", "973", "97300", "??", "n'importe où"])
def test_never_guesses(text: str) -> None:
    assert TABLE.one(text) is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Algérie", "99352"), ("Portugal", "99139"), ("Allemagne", "99109"), ("cote d'ivoire", "99326"),
        ("RDC", "99312"), ("Royaume Uni", "99132"), ("Montserrat (Antilles)", "99425"), ("Philippines", "99220"),
        ("Togo", "99345"), ("Congo", "99324"), ("99352", "99352"),
    ],
)  # fmt: skip
def test_ins_20_every_country_is_known(text: str, code: str) -> None:
    place = cog_table().one(text)
    assert place is not None
    assert (place.code, place.is_country) == (code, True)


def test_a_country_that_bears_the_name_of_a_commune_is_not_guessed() -> None:
    assert {"99435", "31232"} <= {place.code for place in cog_table().find("Grenade")}
    assert cog_table().one("Grenade") is None


@pytest.mark.parametrize(("typed", "code"), [("por", "99139"), ("alg", "99352")])
def test_ins_21_countries_come_before_the_communes_of_the_mainland(typed: str, code: str) -> None:
    assert code in [place.code for place in cog_table().suggest(typed)][:3]


def test_an_ambiguous_name_gives_several_places_and_no_choice() -> None:
    assert {p.code for p in TABLE.find("Saint Denis")} == {"93066", "97411"}
    assert TABLE.one("Saint-Denis") is None


def test_a_postal_code_is_not_taken_for_a_place_code() -> None:
    trap = TABLE.postal_trap("97351")
    assert trap is not None
    assert trap.name == "Matoury"
    assert TABLE.postal_trap("97310") is None


def test_former_communes_are_found_with_their_dates() -> None:
    former = TABLE.get("49129")
    assert former is not None
    assert former.valid_on(dt.date(1954, 3, 12))
    assert not former.valid_on(dt.date(2020, 1, 1))
    assert TABLE.one("Fougeré") == former


def test_suggestions_begin_with_guiana_and_common_countries() -> None:
    assert len(TABLE.suggest("", limit=40)) == 32
    assert TABLE.suggest("saint-l", limit=3)[0].code == "97311"
    assert "99437" in [p.code for p in TABLE.suggest("suri")]
    assert TABLE.suggest("9731", limit=5)[0].code.startswith("9731")
    assert len(TABLE.suggest("sa", limit=4)) == 4
