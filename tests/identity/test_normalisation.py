"""INS-6, INS-10, INS-11, INS-16: strict traits."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pepites.common.text import fold, sort_key
from pepites.identity.values import (
    TraitError,
    first_given_name,
    first_name_consistent,
    ins_key,
    is_place_code,
    strict_birth_name,
    strict_given_name,
    strict_ins,
)


@pytest.mark.parametrize(
    ("raw", "strict"),
    [
        ("  Aïmawale ", "AIMAWALE"),
        ("d’Almeida", "D'ALMEIDA"),
        ("Lœtitia–Æva", "LOETITIA-AEVA"),
        ("Müller   Ǻberg", "MULLER ABERG"),
        ("straße", "STRASSE"),
        ("Łukasz Đinh Øre ıs", "LUKASZ DINH ORE IS"),
        ("MARTIN--DUPONT", "MARTIN--DUPONT"),
        ("'T HART".replace(" ", ""), "'THART"),
        ("e\u0301tienne", "ETIENNE"),
        ("DA\u00a0SILVA", "DA SILVA"),
        ("\ufeffBEL\u00adFORT\u200e", "BELFORT"),
        ("Kaꞌliꞌna", "KA'LI'NA"),
    ],
)
def test_birth_name_takes_its_strict_form(raw: str, strict: str) -> None:
    assert strict_birth_name(raw) == strict


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("", "vide"), ("--", "vide"), ("'", "vide"), ("DUP0NT", "caractere"), ("DUPONT/MARTIN", "caractere"),
        ("A_B", "caractere"), ("A!", "caractere"), ("-DUPONT", "debut"), ("D''ALMEIDA", "apostrophe"),
        ("D' ALMEIDA", "apostrophe"), ("A---B", "tirets"), ("A" * 101, "longueur"), ("Иванов", "caractere"),
    ],
)  # fmt: skip
def test_birth_name_refuses_what_breaks_a_rule(raw: str, code: str) -> None:
    with pytest.raises(TraitError) as caught:
        strict_birth_name(raw)
    assert caught.value.code == code


@pytest.mark.parametrize("raw", ["DUPONT\x07", "\u2066DUPONT", "DU\x7fPONT"])
def test_a_character_that_cannot_be_seen_is_said_to_be_there(raw: str) -> None:
    with pytest.raises(TraitError, match="caractère invisible"):
        strict_birth_name(raw)


@pytest.mark.parametrize(
    ("raw", "code"), [("ANNE--MARIE", "tirets"), ("ANNE-", "fin"), ("ANNE'", "fin"), ("A.", "caractere")]
)
def test_given_name_has_rules_of_its_own(raw: str, code: str) -> None:
    with pytest.raises(TraitError) as caught:
        strict_given_name(raw)
    assert caught.value.code == code


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=40))
def test_strict_form_is_stable_and_clean(raw: str) -> None:
    for strict in (strict_birth_name, strict_given_name):
        try:
            name = strict(raw)
        except TraitError:
            continue
        assert strict(name) == name
        assert re.fullmatch(r"[A-Z'][A-Z' -]*", name)
        assert "  " not in name


@given(st.text(max_size=40))
def test_folding_twice_changes_nothing(raw: str) -> None:
    assert fold(fold(raw)) == fold(raw)


def test_sort_key_ignores_accents_case_and_hyphens() -> None:
    assert sort_key("Éloïse-Ann D’Or") == "eloise ann d or"


@pytest.mark.parametrize(
    ("first", "accepted"),
    [
        ("JEAN", True), ("JEAN CHRISTOPHE", True), ("JEAN-CHRISTOPHE", True), ("JEAN-CHRISTOPHE-PIERRE", True),
        ("JEAN CHRISTOPHE-PIERRE", True), ("CHRISTOPHE", False), ("PIERRE", False), ("JEA", False), ("", False),
    ],
)  # fmt: skip
def test_first_given_name_is_a_prefix_of_the_list(first: str, *, accepted: bool) -> None:
    assert first_name_consistent(first, "JEAN CHRISTOPHE PIERRE") is accepted


def test_first_given_name_keeps_a_composed_name() -> None:
    assert first_given_name("MAKENSON-JEAN-CLAUDE LEO") == "MAKENSON-JEAN-CLAUDE"


@pytest.mark.parametrize(
    ("code", "good"),
    [
        ("97302", True), ("2A004", True), ("20004", True), ("99416", True), ("98735", True), ("01001", True),
        ("973", False), ("97900", False), ("96001", False), ("00123", False), ("2C004", False), ("Cayenne", False),
    ],
)  # fmt: skip
def test_place_code_shape(code: str, *, good: bool) -> None:
    assert is_place_code(code) is good


VECTORS = [
    ("2360663220836", "56"),
    ("1090763220834", "89"),
    ("2751263220749", "74"),
    ("1100863220830", "60"),
    ("1810163220751", "40"),
    ("2790351215189", "89"),
    ("297022A020778", "78"),
    ("180032B020401", "23"),
    ("253072A073004", "43"),
    ("253072B073004", "70"),
    ("2850797302001", "75"),
    ("1850999416123", "53"),
    ("2850999410456", "44"),
    ("1802097302001", "93"),
]


@pytest.mark.parametrize(("matricule", "key"), VECTORS)
def test_ins_key_vectors(matricule: str, key: str) -> None:
    assert ins_key(matricule) == key
    spaced = f"{matricule[0]} {matricule[1:3]} {matricule[3:5]} {matricule[5:].lower()} {key}"
    assert strict_ins(spaced) == matricule + key


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("285079730200176", "cle"),
        ("2850797302001", "longueur"),
        ("985079730200175", "caractere"),
        ("2850797302001ZZ", "caractere"),
    ],
)
def test_a_wrong_matricule_is_blocked(raw: str, code: str) -> None:
    with pytest.raises(TraitError) as caught:
        strict_ins(raw)
    assert caught.value.code == code
