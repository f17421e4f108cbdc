"""Verdicts: contradictions, twins, newborns, INS, and terms that add up (§5.3, §5.4, GUY-11, GUY-12)."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.identity.matching.records import RECORDS

from pepites.identity.matching.canonical import RawRecord, canonical
from pepites.identity.matching.comparisons import COMPARISONS
from pepites.identity.matching.model import INDEX, shipped
from pepites.identity.matching.score import LinkClass, Veto, judge, judge_levels, terms, twin_pattern
from pepites.identity.normalisation import ins_key

LEVELS = st.tuples(*(st.integers(-1, len(one.levels) - 1) for one in COMPARISONS))
PLAIN = RawRecord(
    birth_name="KALIWEMPI", given_name="SIDONIE", sex="F", birth_date="1984-07-19", birth_place="97311",
    commune="97311",
    phone="0694127845", mother_given="AKAMA",
)  # fmt: skip
OWN_INS, OTHER_INS = (body + ins_key(body) for body in ("2840797311001", "2840797311452"))


def _against(**changes: str) -> tuple[LinkClass, tuple[Veto, ...]]:
    found = judge(shipped(), canonical(PLAIN), canonical(replace(PLAIN, **changes)))
    return found.link_class, found.vetoes


def test_dates_far_apart_are_compared_by_a_wide_model_only() -> None:
    """A model that learnt on a file without families; the shipped one never looks (``NEAR``)."""
    one, other = canonical(PLAIN), canonical(replace(PLAIN, birth_date="1951-02-03"))
    left_out, compared = (judge(replace(shipped(), wide=wide), one, other) for wide in (False, True))
    assert set(left_out.levels) == {-1}
    assert compared.levels[INDEX["dob"]] == 0
    assert Veto.DATES in compared.vetoes
    assert compared.link_class != "A"


@given(LEVELS)
def test_the_terms_add_up_to_the_score(levels: tuple[int, ...]) -> None:
    model = shipped()
    found = judge_levels(model, levels)
    bonus = model.ins[levels[INDEX["ins"]] + 1] if Veto.INS_SHARED in found.vetoes else 0.0
    assert abs(sum(term.weight for term in terms(model, levels)) - bonus - found.score) < 1e-6


@given(RECORDS, RECORDS)
def test_the_order_of_the_two_records_does_not_matter(one: RawRecord, two: RawRecord) -> None:
    left, right = canonical(one), canonical(two)
    model = shipped()
    assert judge(model, left, right) == judge(model, right, left)


@given(RECORDS)
def test_any_text_is_compared_without_failing(one: RawRecord) -> None:
    found = judge(shipped(), canonical(one), canonical(one))
    assert 0 <= shipped().probability(found.score) <= 1


def test_the_same_record_is_linked_by_itself() -> None:
    assert _against() == (LinkClass.AUTO, ())


@pytest.mark.parametrize("slip", ["SIDOINE", "SIDONNIE", "SIDNIE"])
def test_a_slip_in_a_given_name_may_still_be_linked(slip: str) -> None:
    assert Veto.TWIN not in _against(given_name=slip)[1]


@pytest.mark.parametrize(
    ("one", "other"), [("BAO", "BNO"), ("PAO", "PAT"), ("ERIC", "RIC"), ("EMMA", "MMA"), ("JOSIANE", "JOEYANE")]
)
def test_a_slip_in_a_short_name_or_a_sound_off_is_seen_but_left_to_a_human(one: str, other: str) -> None:
    """GUY-10: the shorter the name, the less a letter leaves of it; a longer one is heard otherwise (GUY-5)."""
    left, right = (canonical(replace(PLAIN, given_name=name)) for name in (one, other))
    found = judge(shipped(), left, right)
    assert found.link_class is LinkClass.REVIEW
    assert found.score > shipped().link


@pytest.mark.parametrize(("one", "other"), [("BAO", "LIA"), ("ERIC", "GUY"), ("JOSIANE", "JOCELYN")])
def test_other_given_names_as_short_are_other_persons(one: str, other: str) -> None:
    left, right = (canonical(replace(PLAIN, given_name=name)) for name in (one, other))
    assert judge(shipped(), left, right).score < shipped().link


@pytest.mark.parametrize("other", ["ODILE", "SIDONIA", "LIDONIE", "CELESTINE"])
def test_twins_are_never_linked_by_themselves(other: str) -> None:
    link, vetoes = _against(given_name=other)
    assert link is not LinkClass.AUTO
    assert Veto.TWIN in vetoes


def test_twins_who_carry_each_other_s_name_are_left_to_a_human() -> None:
    """Christine Mégane Lidoly and Mégane Christine: each first name is the other's second one (GUY-11)."""
    one, two = (
        canonical(replace(PLAIN, given_name=given, other_given=other))
        for given, other in (("CHRISTINE", "MEGANE LIDOLY"), ("MEGANE", "CHRISTINE"))
    )
    assert judge(shipped(), one, two).link_class is not LinkClass.AUTO
    same = canonical(replace(PLAIN, given_name="MEGANE", other_given="CHRISTINE LIDOLY"))
    assert judge(shipped(), one, same).link_class is LinkClass.AUTO, "one person, names in another order"


def test_an_initial_is_no_other_name() -> None:
    """GUY-6: middle names are cut to their first letter; another letter is another name."""
    whole = canonical(replace(PLAIN, other_given="CARLOTA"))
    cut, wrong = (judge(shipped(), whole, canonical(replace(PLAIN, other_given=other))).score for other in ("C.", "M."))
    assert cut > wrong
    alone = judge(shipped(), canonical(PLAIN), canonical(replace(PLAIN, given_name="S.")))
    assert alone.link_class != "A", "an initial alone is nobody's name"


def test_a_newborn_without_a_name_is_never_linked_by_itself() -> None:
    link, vetoes = _against(given_name="BB FILLE")
    assert link is not LinkClass.AUTO
    assert Veto.NEWBORN in vetoes


def test_different_sexes_are_left_to_a_human() -> None:
    link, vetoes = _against(sex="M")
    assert link is not LinkClass.AUTO
    assert Veto.SEX in vetoes


def test_the_same_ins_links_and_a_different_one_forbids() -> None:
    ins, other = OWN_INS, OTHER_INS
    one = canonical(replace(PLAIN, ins=ins, phone="", mother_given="", birth_name="KALI WEMPI"))
    assert one.ins is not None
    assert judge(shipped(), one, canonical(replace(PLAIN, ins=ins))).link_class is LinkClass.AUTO
    two = canonical(replace(PLAIN, ins=other))
    assert two.ins is not None
    found = judge(shipped(), one, two)
    assert (found.link_class, Veto.INS in found.vetoes) == (LinkClass.NONE, True)


def test_an_ins_shared_against_the_traits_goes_to_review() -> None:
    ins = OWN_INS
    mother = canonical(replace(PLAIN, ins=ins))
    child = canonical(RawRecord(birth_name="KALIWEMPI", given_name="JOHAN", sex="M", birth_date="2015-03-02", ins=ins))
    found = judge(shipped(), mother, child)
    assert (found.link_class, Veto.INS_SHARED in found.vetoes) == (LinkClass.REVIEW, True)


def test_names_written_the_other_way_round_are_not_twins() -> None:
    link, vetoes = _against(birth_name="SIDONIE", given_name="KALIWEMPI")
    assert Veto.TWIN not in vetoes
    assert link is not LinkClass.NONE


@given(LEVELS)
def test_nothing_contradicted_is_automatic(levels: tuple[int, ...]) -> None:
    found = judge_levels(shipped(), levels)
    if found.link_class is LinkClass.AUTO:
        assert not found.vetoes
        assert found.score >= shipped().auto
        assert not twin_pattern(levels) or found.score > shipped().auto
