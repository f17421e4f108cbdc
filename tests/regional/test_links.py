"""Links and separations by the cell: four eyes, « deux personnes », identifiers, notices, accesses (STIC-8, STIC-9)."""

import datetime as dt
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction
from tests.conftest import as_owner
from tests.identity import identity_factories as known
from tests.regional.regional_factories import INS_A, cell, domain, feed, irp, open_doors, record_of, together

from pepites.audit.unit import unit_of_work
from pepites.common.actor import Actor
from pepites.common.errors import Conflict, DomainError, Refused
from pepites.regional import selectors, services
from pepites.regional.enums import CardState, Decision
from pepites.regional.models import Card, Link, NonLink, Notification, RegionalPerson, RuleSet
from pepites.regional.values import Received, UnlinkDone

pytestmark = pytest.mark.django_db


def link(actor: Actor, one: Received, two: Received, reason: str = "vus ensemble") -> CardState:
    with unit_of_work(actor):
        return services.link_records(
            actor=actor, record_public_id=one.record_public_id, other_public_id=two.record_public_id, reason=reason
        )


def unlink(actor: Actor, one: Received, reason: str = "erreur") -> UnlinkDone:
    with unit_of_work(actor):
        return services.unlink_record(actor=actor, record_public_id=one.record_public_id, reason=reason)


def strangers(actor: Actor, **values: object) -> tuple[Received, Received]:
    """Two identities that the machine would not bring together."""
    first = feed(actor, domain("CHC"), "1", **values)
    second = feed(actor, domain("CHK"), "A", birth_name="POEKETI", given_names="ROSA", born=dt.date(1960, 2, 3))
    return first, second


def only_card() -> UUID:
    with as_owner():
        return Card.objects.get(closed_at=None).public_id


def test_link_by_the_cell_keeps_the_older_identifier() -> None:
    actor = cell()
    first, second = strangers(actor)
    assert link(actor, first, second) == CardState.LINKED
    assert irp(second) == first.regional_id
    with as_owner():
        made = Link.objects.get(origin="manuel")
        assert (made.reason, made.author_id) == ("vus ensemble", actor.practice_id)
        gone = RegionalPerson.objects.get(irp=second.regional_id)
        assert not gone.active
        assert gone.merged_into.irp == first.regional_id
        notices = set(Notification.objects.values_list("domain__code", "irp", "former_irp"))
    assert notices == {("CHC", first.regional_id, ""), ("CHK", first.regional_id, second.regional_id)}


def test_the_qualified_identifier_stays_though_younger() -> None:
    reader, other = cell(), cell()
    first, _ = strangers(reader)
    second = feed(reader, domain("CHO"), "x", ins=INS_A, given_names="PAULE", born=dt.date(1970, 1, 2))
    assert link(reader, first, second) == CardState.SECOND
    assert link(other, first, second) == CardState.LINKED
    assert irp(first) == second.regional_id


def test_two_readers_and_two_accounts_when_one_is_qualified() -> None:
    """STIC-8: four eyes."""
    first_reader, second_reader = cell(), cell()
    first, second = strangers(first_reader, ins=INS_A)
    assert link(first_reader, first, second) == CardState.SECOND
    assert not together(first, second)
    with pytest.raises(Conflict, match="autre lecteur doit donner le second"):
        link(first_reader, first, second)
    assert link(second_reader, first, second) == CardState.LINKED
    assert together(first, second)


def test_two_readers_who_disagree_escalate() -> None:
    one, two = cell(), cell()
    first, second = strangers(one, ins=INS_A)
    link(one, first, second)
    with unit_of_work(two):
        state = services.decide_card(actor=two, card_id=only_card(), decision=Decision.DISTINCT, reason="frères")
    assert state == CardState.ESCALATED
    assert not together(first, second)
    with as_owner():
        assert "vus ensemble" in Card.objects.get().note


def test_the_same_account_cannot_be_both_readers_whatever_the_service_says() -> None:
    actor = cell()
    first, second = strangers(actor, ins=INS_A)
    link(actor, first, second)
    with as_owner(), pytest.raises(IntegrityError, match="regional_four_eyes"), transaction.atomic():
        Card.objects.update(second_user_id=actor.user_id)


def test_distinct_holds_for_ever_until_lifted() -> None:
    """STIC-2, §4 point 6: human decisions constrain every later match."""
    actor, one, two = cell(), domain("CHC"), domain("CHK")
    first, second = feed(actor, one, "1"), feed(actor, two, "A")
    with unit_of_work(actor):
        with pytest.raises(DomainError, match="pourquoi"):
            services.decide_card(actor=actor, card_id=only_card(), decision=Decision.DISTINCT)
        services.decide_card(actor=actor, card_id=only_card(), decision=Decision.DISTINCT, reason="cousines")
    open_doors()
    feed(actor, two, "A", phones=("0694123456",))
    feed(actor, one, "1", phones=("0694123456",))
    assert not together(first, second)
    with as_owner():
        assert not Card.objects.filter(closed_at=None).exists(), "the pair is not proposed again"
        kept = NonLink.objects.get().public_id
    with pytest.raises(Conflict, match="deux personnes"):
        link(actor, first, second)
    with unit_of_work(actor):
        services.lift_non_link(actor=actor, non_link_public_id=kept, reason="erreur de lecture")
    assert link(actor, first, second) == CardState.LINKED


def test_no_link_joins_a_separated_pair_through_a_third() -> None:
    """No transitive link across a NonLink."""
    open_doors()
    actor = cell()
    first, second = strangers(actor)
    link(actor, first, second)
    unlink(actor, second)
    third = feed(actor, domain("CHO"), "x")
    assert together(first, third)
    with pytest.raises(Conflict, match="deux personnes"):
        link(actor, third, second)
    assert not together(first, second)


def test_unlink_keeps_one_identifier_and_gives_a_new_one() -> None:
    """STIC-9."""
    actor = cell()
    first, second = strangers(actor)
    link(actor, first, second)
    with pytest.raises(DomainError, match="pourquoi"):
        unlink(actor, second, reason=" ")
    done = unlink(actor, second)
    assert irp(first) == first.regional_id == done.rest_regional_id
    assert irp(second) == done.record_regional_id
    assert irp(second) not in {first.regional_id, second.regional_id}, "never used again"
    with as_owner():
        assert NonLink.objects.get().reason == "erreur"
        told = set(Notification.objects.filter(kind="separation").values_list("domain__code", "former_irp"))
    assert told == {("CHC", ""), ("CHK", first.regional_id)}
    with pytest.raises(Conflict, match="seule"):
        unlink(actor, second)


def test_unlink_leaves_the_identifier_to_the_qualified_part() -> None:
    one, two = cell(), cell()
    first, second = strangers(one, ins=INS_A)
    link(one, first, second)
    link(two, first, second)
    kept = irp(first)
    unlink(one, first)
    assert irp(first) == kept


def test_unlink_leaves_the_identifier_to_the_larger_part() -> None:
    open_doors()
    actor = cell()
    young = feed(actor, domain("CHC"), "1", birth_name="POEKETI", given_names="ROSA", born=dt.date(1960, 2, 3))
    two, three = feed(actor, domain("CHK"), "A"), feed(actor, domain("CHO"), "x")
    link(actor, young, two)
    kept = irp(young)
    unlink(actor, young)
    assert irp(two) == irp(three) == kept != irp(young)


def test_pepites_is_told_by_its_own_file() -> None:
    actor = cell()
    patient = known.person(known.actor())
    other = feed(actor, domain("CHC"), "1")
    with as_owner():
        card = Card.objects.get().public_id
    with unit_of_work(actor):
        services.decide_card(actor=actor, card_id=card, decision=Decision.LINK)
    assert irp(other) == patient.regional_id
    with as_owner():
        assert set(Notification.objects.values_list("domain__code", flat=True)) == {"CHC"}


def test_unlink_lists_the_accesses_made_through_the_link() -> None:
    """STIC-9."""
    actor = cell()
    first, second = strangers(actor)
    link(actor, first, second)
    with as_owner():
        source = record_of(first).domain
    with unit_of_work(actor):
        selectors.cross_references(actor=actor, source=source, local_id="1", targets=())
    done = unlink(actor, second)
    assert [one["code"] for one in done.accesses] == ["regional.query.crossref"]
    assert done.accesses[0]["who"]


def test_undoing_an_act_takes_back_everything_it_moved() -> None:
    open_doors()
    actor = cell()
    one, two = feed(actor, domain("CHC"), "1"), feed(actor, domain("CHK"), "A")
    three = feed(actor, domain("CHO"), "x", birth_name="POEKETI", given_names="ROSA", born=dt.date(1960, 2, 3))
    four = feed(actor, domain("CHY"), "y", birth_name="POEKETI", given_names="ROSA", born=dt.date(1960, 2, 3))
    assert together(one, two)
    assert together(three, four)
    link(actor, one, three)
    assert together(one, four)
    with as_owner():
        made = Link.objects.filter(origin="manuel", active=True).first().public_id
    with unit_of_work(actor):
        services.undo_link(actor=actor, link_public_id=made, reason="erreur")
    assert together(one, two)
    assert together(three, four)
    assert not together(one, three)


def test_only_the_cell_links_and_separates(actor_outside: Actor) -> None:
    actor = cell()
    first, second = strangers(actor)
    for act in (lambda: link(actor_outside, first, second), lambda: unlink(actor_outside, first)):
        with pytest.raises(Refused):
            act()
    for statement in (
        "SELECT * FROM regional_unlink(ARRAY[gen_random_uuid()], 'GF', 'x')",
        "SELECT regional_card_of_pair(gen_random_uuid(), gen_random_uuid(), gen_random_uuid())",
        "SELECT regional_decide_card(gen_random_uuid(), 'lier', '', '')",
        "SELECT regional_lock_card(gen_random_uuid())",
        "SELECT regional_lift_non_link(gen_random_uuid(), 'x')",
        "SELECT * FROM regional_accesses(ARRAY['GF'], now())",
    ):
        with pytest.raises(Exception, match="role_missing"), unit_of_work(actor_outside):  # noqa: SIM117
            with connection.cursor() as cursor:
                cursor.execute(statement)


def test_a_lock_is_held_then_taken_over() -> None:
    """STIC-8: lock per card."""
    one, two = cell(), cell()
    first, second = feed(one, domain("CHC"), "1"), feed(one, domain("CHK"), "A")
    with unit_of_work(one):
        services.lock_card(actor=one, card_id=only_card())
    with pytest.raises(Conflict, match="autre lecteur"), unit_of_work(two):
        services.lock_card(actor=two, card_id=only_card())
    with pytest.raises(Conflict, match="autre lecteur"), unit_of_work(two):
        services.decide_card(actor=two, card_id=only_card(), decision=Decision.LINK)
    with as_owner():
        Card.objects.update(locked_until=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    with unit_of_work(two):
        services.lock_card(actor=two, card_id=only_card())
        services.decide_card(actor=two, card_id=only_card(), decision=Decision.LINK)
    assert together(first, second)
    with pytest.raises(Conflict), unit_of_work(two):
        services.decide_card(actor=two, card_id=_closed(), decision=Decision.LINK)


def _closed() -> UUID:
    with as_owner():
        return Card.objects.exclude(closed_at=None).get().public_id


@pytest.mark.parametrize(("decision", "state"), [(Decision.ASK, "complement"), (Decision.ESCALATE, "escalade")])
def test_a_card_that_waits_stays_in_the_worklist(decision: Decision, state: str) -> None:
    actor = cell()
    feed(actor, domain("CHC"), "1")
    feed(actor, domain("CHK"), "A")
    with unit_of_work(actor):
        assert services.decide_card(actor=actor, card_id=only_card(), decision=decision, reason="à demander") == state
    with as_owner():
        assert Card.objects.get(closed_at=None).note == "à demander"
        assert RuleSet.objects.get().decided == 0


def test_a_separation_is_asked_then_made() -> None:
    """STIC-8, queue « séparations demandées »."""
    actor = cell()
    first, second = strangers(actor)
    link(actor, first, second)
    with unit_of_work(actor):
        assert services.request_unlink(actor=actor, record_public_id=second.record_public_id, reason="pas elle")
        assert not services.request_unlink(actor=actor, record_public_id=second.record_public_id, reason="pas elle")
        services.decide_card(actor=actor, card_id=only_card(), decision=Decision.DISTINCT, reason="vérifié")
    assert not together(first, second)


def test_merge_in_a_domain_asks_the_cell_when_the_absorbed_was_linked() -> None:
    actor = cell()
    first, second = strangers(actor)
    link(actor, first, second)
    with as_owner():
        where = record_of(first).domain
    third = feed(actor, where, "2", birth_name="AUTRE", given_names="LEON", sex="M", born=dt.date(1999, 9, 9))
    with unit_of_work(actor):
        services.merge_local_ids(actor=actor, domain=where, survivor="2", absorbed="1")
    assert not together(third, second), "the domain decides for its own numbers only"
    with as_owner():
        card = Card.objects.get(closed_at=None)
        assert {card.one_id, card.two_id} == {record_of(third).pk, record_of(second).pk}


def test_what_a_reader_separated_from_the_absorbed_stays_separated_from_the_survivor() -> None:
    actor = cell()
    first, second = strangers(actor)
    link(actor, first, second)
    unlink(actor, second)
    with as_owner():
        where = record_of(first).domain
    third = feed(actor, where, "2", birth_name="AUTRE", given_names="LEON", sex="M", born=dt.date(1999, 9, 9))
    with unit_of_work(actor):
        services.merge_local_ids(actor=actor, domain=where, survivor="2", absorbed="1")
    with pytest.raises(Conflict, match="deux personnes"):
        link(actor, third, second)


def test_what_held_only_through_the_record_that_left_is_looked_at_again() -> None:
    """A–B and B–C were linked; B leaves: A and C were never compared."""
    actor = cell()
    first, second = strangers(actor)
    third = feed(actor, domain("CHO"), "x", birth_name="AUTRE", given_names="LEON", sex="M", born=dt.date(1999, 9, 9))
    link(actor, first, second)
    link(actor, second, third)
    unlink(actor, second)
    assert together(first, third)
    with as_owner():
        card = Card.objects.get(closed_at=None)
        assert card.queue == "collisions"
        assert {card.one_id, card.two_id} == {record_of(first).pk, record_of(third).pk}
