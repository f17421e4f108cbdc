"""Decision classes, vetoes, rivals, shadow mode, INS (§5.3, §5.4, STIC-4 to STIC-7, GUY-11)."""

import datetime as dt

import pytest
from tests.conftest import as_owner
from tests.regional.regional_factories import (
    INS_A,
    INS_B,
    NIA,
    cell,
    domain,
    feed,
    incoming,
    irp,
    open_doors,
    record_of,
    together,
)

from pepites.audit.unit import unit_of_work
from pepites.common.clock import today
from pepites.identity.matching.model import shipped
from pepites.regional import services
from pepites.regional.enums import Decision
from pepites.regional.models import Card, Link, Notification, RegionalPerson, RuleSet
from pepites.regional.records import keys_of
from pepites.regional.values import InsNumber

pytestmark = pytest.mark.django_db


def cards(**where: object) -> list[Card]:
    with as_owner():
        return list(Card.objects.filter(**where).order_by("id"))


def test_shadow_mode_sends_what_the_machine_would_link_to_a_reader() -> None:
    """STIC-6."""
    actor, one, two = cell(), domain("CHC"), domain("CHK")
    first, second = feed(actor, one, "1"), feed(actor, two, "A")
    assert second.outcome == "B"
    assert not together(first, second)
    (card,) = cards()
    assert (card.queue, card.match_class, card.shadow, card.vetoes) == ("candidats", "A", True, [])
    assert card.score == pytest.approx(sum(points for _, points in card.terms), abs=0.11)
    assert card.due_at is not None


@pytest.mark.parametrize(
    ("decided", "confirmed", "linked"), [(999, 999, False), (1000, 994, False), (1000, 995, True), (3000, 3000, True)]
)
def test_the_machine_links_once_measured(decided: int, confirmed: int, linked: bool) -> None:
    """STIC-6: ≥ 1,000 decisions of the cell, ≥ 99.5 % confirmed."""
    open_doors(decided=decided, confirmed=confirmed)
    actor = cell()
    first, second = feed(actor, domain("CHC"), "1"), feed(actor, domain("CHK"), "A")
    assert together(first, second) is linked
    assert second.outcome == ("A" if linked else "B")
    if linked:
        assert second.regional_id == first.regional_id
        with as_owner():
            link = Link.objects.get(origin="auto")
            assert link.rule_version
            assert link.score > shipped().auto
            assert set(Notification.objects.values_list("kind", "domain__code")) == {("lien", "CHC"), ("lien", "CHK")}


def test_decisions_of_the_cell_measure_the_machine() -> None:
    actor, one, two = cell(), domain("CHC"), domain("CHK")
    feed(actor, one, "1")
    feed(actor, two, "A")
    with unit_of_work(actor):
        services.decide_card(actor=actor, card_id=cards()[0].public_id, decision=Decision.LINK)
    with as_owner():
        rules = RuleSet.objects.get()
    assert (rules.decided, rules.confirmed) == (1, 1)


def test_a_stranger_is_nobody() -> None:
    open_doors()
    actor = cell()
    feed(actor, domain("CHC"), "1")
    other = feed(
        actor, domain("CHK"), "A", birth_name="POEKETI", given_names="WENSLEY", sex="M", born=dt.date(1960, 2, 3)
    )
    assert other.outcome == "C"
    assert cards() == []


@pytest.mark.parametrize(
    ("values", "veto"),
    [
        ({"attributes": frozenset({"DOUT"})}, "douteuse"),
        ({"sex": "M"}, "sexe"),
        ({"multiple_birth": True}, "naissance_multiple"),
        ({"given_names": "MARIA ANGE"}, "prenoms"),
        ({"birth_name": "GAUTHIER"}, "noms"),
        ({"birth_name": "KUYURI"}, ""),
    ],
)  # fmt: skip
def test_vetoes_send_to_review(values: dict[str, object], veto: str) -> None:
    """STIC-7, §5.4 point 5: B at best."""
    open_doors()
    actor = cell()
    multiple = bool(values.get("multiple_birth"))
    first = feed(actor, domain("CHC"), "1", phones=("0694123456",), multiple_birth=multiple)
    second = feed(actor, domain("CHK"), "A", phones=("0694123456",), **values)
    if veto:
        assert second.outcome == "B"
        assert not together(first, second)
        assert veto in cards()[0].vetoes
    else:
        assert together(first, second)


def test_a_newborn_is_never_linked_by_the_machine() -> None:
    """STIC-7: younger than 28 days."""
    open_doors()
    actor = cell()
    for days, linked in ((27, False), (28, True)):
        born = today() - dt.timedelta(days=days)
        values = {"born": born, "birth_name": f"NAI{'AB'[days % 2]}", "phones": ("0694123456",)}
        first = feed(actor, domain("CHC"), f"1-{days}", **values)
        second = feed(actor, domain("CHK"), f"A-{days}", **values)
        assert together(first, second) is linked, days


def test_same_domain_is_a_duplicate_for_its_own_worklist() -> None:
    """STIC-7."""
    open_doors()
    actor, one = cell(), domain("CHC")
    first, second = feed(actor, one, "1"), feed(actor, one, "2")
    assert second.outcome == "B"
    assert not together(first, second)
    assert [(card.queue, card.vetoes) for card in cards()] == [("doublons", ["domaine"])]


@pytest.mark.parametrize(("given", "outcome"), [("KALO", "B"), ("ROSALIE", "C")])
def test_twins_are_never_linked_by_the_machine(given: str, outcome: str) -> None:
    """GUY-11: alike given names are a flag for review; another given name is nobody."""
    open_doors()
    actor = cell()
    first = feed(actor, domain("CHC"), "1", given_names="KALI", phones=("0694123456",), mother_name="AFOEBA")
    second = feed(actor, domain("CHK"), "A", given_names=given, phones=("0694123456",), mother_name="AFOEBA")
    assert second.outcome == outcome
    assert not together(first, second)
    if outcome == "B":
        assert cards()[0].twin_risk
        assert "jumeaux" in cards()[0].vetoes


def test_birth_ranks_tell_twins() -> None:
    open_doors()
    actor = cell()
    first = feed(actor, domain("CHC"), "1", birth_rank=1)
    second = feed(actor, domain("CHK"), "A", birth_rank=2)
    assert not together(first, second)
    assert "jumeaux" in cards()[0].vetoes


def test_two_interpreted_dates_are_reviewed() -> None:
    """§5.3, GUY-4."""
    open_doors()
    actor, day = cell(), dt.date(1954, 12, 31)
    first = feed(actor, domain("CHC"), "1", weak=day, phones=("0694123456",))
    second = feed(actor, domain("CHK"), "A", weak=day, phones=("0694123456",))
    assert not together(first, second)
    assert "dates_interpretees" in cards()[0].vetoes


def test_a_rival_within_ten_percent_forbids_the_link() -> None:
    """§5.3: no runner-up within 10 %."""
    open_doors()
    actor = cell()
    one = feed(actor, domain("CHC"), "1", phones=("0694000001",))
    with as_owner():
        RuleSet.objects.update(decided=0)
    two = feed(actor, domain("CHK"), "A", phones=("0694000002",))
    open_doors()
    third = feed(actor, domain("CHO"), "x")
    assert third.outcome == "B"
    assert len({irp(each) for each in (one, two, third)}) == 3
    assert any("plusieurs" in card.vetoes for card in cards())


def test_same_qualified_ins_links_even_in_shadow_mode() -> None:
    """STIC-5: deterministic."""
    actor = cell()
    first, second = feed(actor, domain("CHC"), "1", ins=INS_A), feed(actor, domain("CHK"), "A", ins=INS_A)
    assert second.outcome == "A"
    assert together(first, second)
    with as_owner():
        assert Link.objects.get(origin="ins").score > shipped().auto


def test_same_number_of_another_authority_is_another_number() -> None:
    """INS-1: the key is (oid, matricule)."""
    actor = cell()
    first = feed(actor, domain("CHC"), "1", ins=INS_A)
    second = feed(actor, domain("CHK"), "A", ins=InsNumber(NIA, INS_A.matricule))
    assert not together(first, second)


@pytest.mark.parametrize("values", [{"sex": "M"}, {"given_names": "JEAN PAUL"}, {"born": dt.date(1954, 7, 14)}])
def test_same_ins_on_contrary_traits_is_reviewed(values: dict[str, object]) -> None:
    """Pitfall: some records carry the mother's number."""
    actor = cell()
    first, second = feed(actor, domain("CHC"), "1", ins=INS_A), feed(actor, domain("CHK"), "A", ins=INS_A, **values)
    assert second.outcome == "B"
    assert not together(first, second)
    assert "traits_contraires" in cards()[0].vetoes


def test_different_qualified_ins_are_never_linked_by_the_machine() -> None:
    open_doors()
    actor = cell()
    first, second = feed(actor, domain("CHC"), "1", ins=INS_A), feed(actor, domain("CHK"), "A", ins=INS_B)
    assert not together(first, second)
    assert "ins" in cards()[0].vetoes


def test_a_former_ins_is_no_contradiction() -> None:
    """INS-4, INS-9: an NIA that became an NIR."""
    open_doors()
    actor, nia = cell(), InsNumber(NIA, INS_B.matricule)
    first = feed(actor, domain("CHC"), "1", ins=nia)
    second = feed(actor, domain("CHK"), "A", ins=INS_A, ins_history=(nia,))
    assert together(first, second)


def test_status_is_not_transitive() -> None:
    """STIC-4: a link to a qualified record qualifies nobody; the person shows the best status (STIC-3)."""
    open_doors()
    actor = cell()
    first, second = feed(actor, domain("CHC"), "1", ins=INS_A), feed(actor, domain("CHK"), "A")
    assert together(first, second)
    assert record_of(second).status == "PROV"
    assert record_of(second).ins_matricule == ""
    with as_owner():
        assert RegionalPerson.objects.get(active=True).status == "QUAL"


def test_contradictory_ins_in_one_person_raise_an_alert() -> None:
    """STIC-5: cluster split alert."""
    open_doors()
    actor, one, two = cell(), domain("CHC"), domain("CHK")
    first, second = feed(actor, one, "1", ins=INS_A), feed(actor, two, "A")
    assert together(first, second)
    feed(actor, two, "A", ins=INS_B)
    assert together(first, second), "only a reader separates"
    assert [card.queue for card in cards()] == ["ins"]


def test_new_traits_that_no_longer_fit_raise_a_collision_card() -> None:
    """RNIV-14: the number may now be another person's."""
    open_doors()
    actor, one, two = cell(), domain("CHC"), domain("CHK")
    first, second = feed(actor, one, "1"), feed(actor, two, "A")
    feed(actor, two, "A", birth_name="POEKETI", given_names="WENSLEY", sex="M", born=dt.date(1960, 2, 3))
    assert together(first, second)
    assert [card.queue for card in cards()] == ["collisions"]


def test_a_withdrawn_ins_in_a_linked_person_is_verified() -> None:
    """§2.8, STIC-8 queue « vérifications »."""
    actor, one, two = cell(), domain("CHC"), domain("CHK")
    feed(actor, one, "1", ins=INS_A)
    feed(actor, two, "A", ins=INS_A)
    feed(actor, two, "A", status="VALI")
    assert [card.queue for card in cards()] == ["verifications"]


def test_no_transitive_link_over_a_contradiction() -> None:
    """A person whose other member contradicts the newcomer is not joined (§4 point 6)."""
    open_doors()
    actor = cell()
    first = feed(actor, domain("CHC"), "1", ins=INS_A)
    second = feed(actor, domain("CHK"), "A")
    assert together(first, second)
    third = feed(actor, domain("CHO"), "x", ins=INS_B)
    assert third.outcome == "B"
    assert not together(second, third)


def test_names_found_by_trigrams_when_the_keys_gave_nothing() -> None:
    """§5.4 point 2: another first letter and another year share no key; the second stage finds them."""
    actor = cell()
    first, second = incoming("1"), incoming("A", birth_name="TOUYOURI", born=dt.date(1986, 7, 14))
    assert not set(keys_of(first)) & set(keys_of(second))
    feed(actor, domain("CHC"), "1")
    found = feed(actor, domain("CHK"), "A", birth_name="TOUYOURI", born=dt.date(1986, 7, 14))
    assert found.outcome == "B"
    assert len(cards()) == 1
