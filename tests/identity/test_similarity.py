"""Likely doubles: who is the same, who is only family (§5.4, GUY-4 to GUY-12)."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pepites.identity.similarity import (
    MatchTraits,
    Verdict,
    blocking_keys,
    likely_same,
    phone_tail,
    worth_comparing,
)


def person(
    name: str, given: str, date: str, sex: str = "F", place: str = "97302", phone: str = "0694306918", **more: object
) -> MatchTraits:
    return MatchTraits(name, given, dt.date.fromisoformat(date), sex=sex, birth_place=place, phone=phone, **more)  # type: ignore[arg-type]


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
        person("MARTIN", "MARIE", "1954-03-12", use_name="GAUTHIER"),
        person("MARTIN", "MARIE", "1954-03-12"),
        person("GAUTHIER", "MARIE", "1954-12-31", interpreted=True),
        person("GAUTHIER", "LAURE MARIE", "1954-03-12"),
    ],
)
def test_another_spelling_of_the_same_person_is_caught(other: MatchTraits) -> None:
    assert blocking_keys(BASE) & blocking_keys(other)
    assert likely_same(BASE, other).verdict is Verdict.LIKELY
    assert likely_same(other, BASE).score == likely_same(BASE, other).score


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
    assert likely_same(a, b).verdict is Verdict.LIKELY


@pytest.mark.parametrize(
    "other",
    [
        person("GAUTHIER", "PATRICK", "1954-03-12", sex="M"),
        person("GAUTHIER", "SOPHIE", "1954-03-12"),
        person("GAUTHIER", "MARIE LAURE", "1981-06-25"),
        person("GAUTHIER", "JEANNE", "1983-01-30"),
        person("LAMBERT", "MARIE LAURE", "1954-03-12", phone=""),
        person("LAMBERT", "MARIE LAURE", "1981-06-25"),
    ],
)
def test_family_and_strangers_are_not_doubles(other: MatchTraits) -> None:
    assert likely_same(BASE, other).verdict is Verdict.NO


def test_same_strict_traits_are_the_same_person() -> None:
    assert likely_same(BASE, person("GAUTHIER", "MARIE", "1954-03-12", phone="")).verdict is Verdict.SAME
    unknown_place = person("GAUTHIER", "MARIE", "1954-03-12", sex="I", place="99999", phone="")
    assert likely_same(BASE, unknown_place).verdict is Verdict.SAME


def test_twins_are_never_the_same_and_alike_names_only_raise_a_flag() -> None:
    one, two = person("TCHA", "MAI", "2015-05-07"), person("TCHA", "TOU", "2015-05-07")
    assert likely_same(one, two).verdict is Verdict.NO
    alike = likely_same(person("CADET", "ELINE", "2015-05-07"), person("CADET", "ELISE", "2015-05-07"))
    assert alike.verdict is not Verdict.SAME
    alike = likely_same(person("CADET", "MARCELINE", "2015-05-07"), person("CADET", "MARCELLA", "2015-05-07"))
    assert alike.verdict is not Verdict.SAME
    assert alike.twin_risk


def test_newborn_named_later_is_shown_not_decided() -> None:
    found = likely_same(person("CADET", "BB", "2021-10-14"), person("CADET", "KESNER", "2021-10-14"))
    assert (found.verdict, found.twin_risk) == (Verdict.LIKELY, True)


@pytest.mark.parametrize(
    ("one", "two"), [("JEAN-LUC", "JEAN-MARC"), ("MARIE-CLAUDE", "MARIE-LINE"), ("JEAN-PIERRE", "JEAN-PAUL")]
)
def test_twins_whose_compound_names_share_one_word_are_two_persons(one: str, two: str) -> None:
    assert likely_same(person("ROBO", one, "2015-03-12"), person("ROBO", two, "2015-03-12")).verdict is Verdict.NO
    joined = person("ROBO", one.replace("-", ""), "2015-03-12")
    assert likely_same(person("ROBO", one, "2015-03-12"), joined).verdict is Verdict.LIKELY


def test_one_wrong_digit_of_the_date_is_caught_but_for_a_frequent_name() -> None:
    bare = {"sex": "I", "place": "99999", "phone": ""}
    for name, verdict in (("PAPOEANI", Verdict.LIKELY), ("ARAUJO DA SILVA", Verdict.LIKELY), ("DA SILVA", Verdict.NO)):
        one, two = person(name, "LAYLA", "1960-11-05", **bare), person(name, "LAYLA", "1968-11-05", **bare)
        assert blocking_keys(one) & blocking_keys(two)
        assert worth_comparing(one, two)
        assert likely_same(one, two).verdict is verdict


def test_a_frequent_name_weighs_the_same_from_both_sides() -> None:
    one, two = person("JOSEF", "MARIE", "1954-03-12", phone=""), person("JOSEPH", "MARIE", "1954-03-13", phone="")
    assert likely_same(one, two).score == likely_same(two, one).score


def test_interpreted_dates_weigh_little() -> None:
    one = person("PIERRE", "JEAN", "1954-12-31", interpreted=True, phone="", place="99999")
    two = person("PIERRE", "JEAN", "1954-06-02", phone="", place="99999")
    assert likely_same(one, two).verdict is Verdict.NO
    assert likely_same(one, two).score < likely_same(one, one).score


def test_same_ins_is_at_least_likely() -> None:
    one, two = BASE, person("AUTRE", "NOM", "1990-01-02")
    number = "285079730200175"
    found = likely_same(
        MatchTraits(one.birth_name, one.given_names, one.birth_date, ins=number),
        MatchTraits(two.birth_name, two.given_names, two.birth_date, ins=number),
    )
    assert found.verdict is Verdict.LIKELY


def test_reasons_are_given_in_french() -> None:
    reasons = likely_same(BASE, person("GAUTIER", "MARIE", "1954-12-03")).reasons
    assert "jour et mois inversés" in reasons
    assert "même téléphone" in reasons


def test_phone_tail_survives_prefixes() -> None:
    assert phone_tail("0694306918") == phone_tail("+594 694 30 69 18") == "94306918"
    assert phone_tail("15") == ""


_SOME_NAMES = st.sampled_from(["WU", "SILVA", "DA COSTA", "GIRMILOT", "GIRMILO", "ROBO", "ROBAU"])
_TRAITS = st.builds(
    MatchTraits,
    birth_name=_SOME_NAMES,
    given_names=st.sampled_from(["JEAN", "JAN", "MARIA", "MARIA ANA", "BB"]),
    birth_date=st.sampled_from(
        [
            dt.date(y, m, d)
            for y in (1951, 1952, 1954, 1961)
            for m in (1, 3, 11, 12)
            for d in (1, 3, 12, 13, 31)
            if not (m == 11 and d == 31)
        ]
    ),
    interpreted=st.booleans(),
    sex=st.sampled_from("MFI"),
    birth_place=st.sampled_from(["97302", "97304", "99999"]),
    phone=st.sampled_from(["", "0694123456", "0694654321"]),
    mother_name=st.sampled_from(["", "WU"]),
    ins=st.sampled_from(["", "123456789012345"]),
)


@given(_TRAITS, _TRAITS)
@settings(max_examples=2000, deadline=None)
def test_sifting_never_refuses_a_pair_that_would_be_kept(a: MatchTraits, b: MatchTraits) -> None:
    if likely_same(a, b).verdict is not Verdict.NO:
        assert worth_comparing(a, b)
