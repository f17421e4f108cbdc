"""Likely doubles: who is the same, who is only family (§5.4, GUY-4 to GUY-12)."""

import datetime as dt

import pytest

from pepites.identity import frequencies
from pepites.identity.dates import PartialDate, Precision
from pepites.identity.likeness import Verdict, likeness
from pepites.identity.matching.frequency import count, pack, unpack
from pepites.identity.phones import phone_tail
from pepites.identity.traits import IdentityTraits
from pepites.identity.written import Written, blocking_keys, written

frequencies.hold(frequencies.NOT_COUNTED)  # the examples are made when the module is read


def person(
    name: str, given: str, date: str, sex: str = "F", place: str = "97302", phone: str = "0694306918", **more: object
) -> Written:
    interpreted = bool(more.pop("interpreted", False))
    born = PartialDate(
        dt.date.fromisoformat(date), Precision.ANNEE if interpreted else Precision.JOUR, interpreted=interpreted
    )
    traits = IdentityTraits(name, "", given, born, sex, place, **more)  # type: ignore[arg-type]
    return written(traits.checked(), [phone] if phone else [])


BASE = person("GAUTHIER", "MARIE LAURE", "1954-03-12")


@pytest.mark.parametrize(
    "other",
    [
        person("GAUTIER", "MARIE LAURE", "1954-03-12", phone=""),
        person("GAUTHIER", "MARIE", "1954-12-03"),
        person("GAUTHIER", "MARIE", "1954-03-13"),
        person("MARIE", "GAUTHIER", "1954-03-12"),
        person("GAUHTIER", "MARIE", "1954-03-12", phone=""),
        person("GAUTHIER", "MAIRE LAURE", "1954-03-12"),
        person("GAUTHIER-LAMBERT", "MARIE", "1954-03-12", phone=""),
        person("MARTIN", "MARIE", "1954-03-12", used_name="GAUTHIER"),
        person("MARTIN", "MARIE", "1954-03-12"),
        person("GAUTHIER", "MARIE", "1954-12-31", interpreted=True),
        person("GAUTHIER", "LAURE MARIE", "1954-03-12"),
    ],
)
def test_another_spelling_of_the_same_person_is_caught(other: Written) -> None:
    assert blocking_keys(BASE) & blocking_keys(other)
    assert likeness(BASE, other).verdict is Verdict.LIKELY
    assert likeness(other, BASE).score == likeness(BASE, other).score


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("POEKETI", "PUKETI"), ("ECCHANTUS", "EXANTUS"), ("ARAUJO DA SILVA", "ARAUJO-DA-SILLVA"),
        ("CHRISTOPHE", "CHWISTOPHE"),
        ("MAGALHAES", "MAGALLAES"), ("KASTILLO", "CASTILLO"), ("DJOEWAN", "JUWAN"), ("SOUZA", "SOUSA"),
        ("CHOCHO", "CHOCHAU"),
        ("ANJOENI", "AJOENI"), ("LOUNATUS", "LOUANTUS"),
    ],
)  # fmt: skip
def test_spelling_variants_of_guiana(one: str, two: str) -> None:
    a, b = (person(name, "WILHELMINA", "1972-07-10", phone="") for name in (one, two))
    assert likeness(a, b).verdict is Verdict.LIKELY


@pytest.mark.parametrize(
    "other",
    [
        person("GAUTHIER", "PATRICK", "1954-03-12", sex="M"),
        person("GAUTHIER", "SOPHIE", "1954-03-12"),
        person("GAUTHIER", "MARIE LAURE", "1981-06-25"),
        person("GAUTHIER", "JEANNE", "1983-01-30"),
        person("LAMBERT", "MARIE LAURE", "1981-06-25"),
    ],
)
def test_family_and_strangers_are_not_doubles(other: Written) -> None:
    assert likeness(BASE, other).verdict is Verdict.NO


def test_same_strict_traits_are_the_same_person() -> None:
    assert likeness(BASE, person("GAUTHIER", "MARIE", "1954-03-12", phone="")).verdict is Verdict.SAME
    unknown_place = person("GAUTHIER", "MARIE", "1954-03-12", sex="I", place="99999", phone="")
    assert likeness(BASE, unknown_place).verdict is Verdict.SAME


def test_twins_are_never_the_same_and_alike_names_only_raise_a_flag() -> None:
    one, two = person("TCHA", "MAI", "2015-05-07"), person("TCHA", "TOU", "2015-05-07")
    assert likeness(one, two).verdict is Verdict.NO
    alike = likeness(person("CADET", "ELINE", "2015-05-07"), person("CADET", "ELISE", "2015-05-07"))
    assert alike.verdict is not Verdict.SAME
    alike = likeness(person("CADET", "MARCELINE", "2015-05-07"), person("CADET", "MARCELLA", "2015-05-07"))
    assert alike.verdict is not Verdict.SAME
    assert alike.twin_risk


def test_newborn_named_later_is_shown_not_decided() -> None:
    found = likeness(person("CADET", "BB", "2021-10-14"), person("CADET", "KESNER", "2021-10-14"))
    assert (found.verdict, found.twin_risk) == (Verdict.LIKELY, True)


@pytest.mark.parametrize(
    ("one", "two"), [("JEAN-LUC", "JEAN-MARC"), ("MARIE-CLAUDE", "MARIE-LINE"), ("JEAN-PIERRE", "JEAN-PAUL")]
)
def test_twins_whose_compound_names_share_one_word_are_two_persons(one: str, two: str) -> None:
    assert likeness(person("ROBO", one, "2015-03-12"), person("ROBO", two, "2015-03-12")).verdict is Verdict.NO
    joined = person("ROBO", one.replace("-", ""), "2015-03-12")
    assert likeness(person("ROBO", one, "2015-03-12"), joined).verdict is Verdict.LIKELY


@pytest.fixture
def counted() -> None:
    """A region of 4,000 persons, where some names are everywhere."""
    many = (("DA SILVA", "LAYLA", 8), ("DA SILVA", "MARIA", 250), ("PIERRE", "JEAN", 300))
    rows = [(name, given, None) for name, given, times in many for _ in range(times)]
    rows += [(f"NOM{'ABCDEFGHIJ'[i % 10]}{'KLMNPQRSTU'[i // 10 % 10]}{i % 7}", "LUCIE", None) for i in range(3_400)]
    frequencies.hold(unpack(pack(*count(rows)), "essai"))


@pytest.mark.usefixtures("counted")
def test_one_wrong_digit_of_the_date_is_caught_but_for_a_frequent_name() -> None:
    bare = {"sex": "I", "place": "99999", "phone": ""}
    for name, verdict in (("PAPOEANI", Verdict.LIKELY), ("ARAUJO DA SILVA", Verdict.LIKELY), ("DA SILVA", Verdict.NO)):
        one, two = person(name, "LAYLA", "1960-11-05", **bare), person(name, "LAYLA", "1968-11-05", **bare)
        assert blocking_keys(one) & blocking_keys(two)
        assert likeness(one, two).verdict is verdict


def test_a_frequent_name_weighs_the_same_from_both_sides() -> None:
    one, two = person("JOSEF", "MARIE", "1954-03-12", phone=""), person("JOSEPH", "MARIE", "1954-03-13", phone="")
    assert likeness(one, two).score == likeness(two, one).score


@pytest.mark.usefixtures("counted")
def test_interpreted_dates_weigh_little() -> None:
    one = person("PIERRE", "JEAN", "1954-12-31", interpreted=True, phone="", place="99999")
    two = person("PIERRE", "JEAN", "1954-06-02", phone="", place="99999")
    assert likeness(one, two).verdict is Verdict.NO
    assert likeness(one, two).score < likeness(one, one).score


def test_reasons_are_given_in_french() -> None:
    reasons = likeness(BASE, person("GAUTIER", "MARIE", "1954-12-03")).reasons
    assert "jour et mois inversés" in reasons
    assert "même téléphone" in reasons


def test_phone_tail_survives_prefixes() -> None:
    assert phone_tail("0694306918") == phone_tail("+594 694 30 69 18") == "94306918"
    assert phone_tail("15") == ""
