"""Cards of likely doubles: who opens, who reads, who settles; two creations at the same time."""

import threading
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, connections, transaction
from tests import factories
from tests.conftest import as_owner
from tests.identity.identity_factories import BORN, actor, identity_of, person, searched, traits

from pepites.audit.unit import unit_of_work
from pepites.common.actor import Actor
from pepites.common.errors import Conflict, DomainError, NotFound, Refused
from pepites.identity import selectors, services
from pepites.identity.events import CardSettled
from pepites.identity.likeness import Verdict
from pepites.identity.models import DoubleCandidate, NotSame
from pepites.identity.selectors.cards import card_visible_to, cards_visible_to
from pepites.networks.models import Network
from pepites.patients.models import Patient


def pair() -> tuple[Actor, Patient, Actor, Patient]:
    first, second = actor(), actor()
    return first, person(first), second, person(second)


def card_id() -> UUID:
    with as_owner():
        return DoubleCandidate.objects.get().public_id


def line(importer: Actor, network: Network, **values: object) -> str:
    """What an import does with one line."""
    wanted = traits(**values).checked()
    with unit_of_work(importer):
        services.lock_for_import()
        doubles = selectors.likely_doubles(importer, wanted)
        return services.open_line_card(
            actor=importer, candidate=doubles[0], traits=wanted, network_id=network.pk, source="liste.xlsx", line=7
        )


@pytest.mark.django_db
def test_only_the_cell_or_who_reaches_both_reads_a_card() -> None:
    first, known, second, created = pair()
    outsider, cell = actor(), actor(identity_cell=True)
    for who in (first, second, outsider):
        with unit_of_work(who):
            assert cards_visible_to(who) == ([], False)
            with pytest.raises(NotFound):
                card_visible_to(who, card_id())
    with unit_of_work(cell):
        (card,), more = cards_visible_to(cell)
        assert not more
        assert {card.left.public_id, card.right.public_id} == {known.public_id, created.public_id}
        assert all(row.same for row in card.rows)
    with as_owner():
        factories.grant(known, factories.PractitionerRole.objects.get(pk=second.practice_id), level=1)
    with unit_of_work(second):
        assert len(cards_visible_to(second)[0]) == 1


@pytest.mark.django_db
def test_not_the_same_person_holds_and_marks_proven_homonyms() -> None:
    _, known, second, created = pair()
    cell = actor(identity_cell=True)
    with pytest.raises(Refused), unit_of_work(second):
        services.settle_card(actor=second, card_id=card_id(), same=False, reason="x")
    with unit_of_work(cell):
        with pytest.raises(DomainError):
            services.settle_card(actor=cell, card_id=card_id(), same=False)
        services.settle_card(actor=cell, card_id=card_id(), same=False, reason="Cousines")
        with pytest.raises(Conflict):
            services.settle_card(actor=cell, card_id=card_id(), same=True)
    assert {identity_of(known).homonym, identity_of(created).homonym} == {"HOMA"}
    with as_owner():
        kept = NotSame.objects.get()
        assert (kept.reason, kept.patient_id < kept.other_id) == ("Cousines", True)


@pytest.mark.django_db
def test_the_database_lets_nobody_else_settle() -> None:
    _, _, second, _ = pair()
    card = card_id()
    with (
        unit_of_work(second),
        pytest.raises(DatabaseError, match="not_in_circle"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT identity_settle_card(%s, true, '')", [card])


@pytest.mark.django_db
def test_import_line_makes_one_card_and_a_reimport_none(monkeypatch: pytest.MonkeyPatch) -> None:
    with as_owner():
        network = factories.network()
    importer, nurse = actor(coordinates=network), actor()
    known = person(nurse)
    assert line(importer, network, birth_name="KOUYOURY") == "nouveau"
    assert line(importer, network, birth_name="KOUYOURY") == "ouvert"
    assert line(importer, network, birth_name="KOUYOULI") == "nouveau"
    with unit_of_work(importer):
        cards, _ = cards_visible_to(importer)
        assert {card.right.birth_name for card in cards} == {"KOUYOURY", "KOUYOULI"}
        assert not cards[0].left.visible
        heard: list[CardSettled] = []
        monkeypatch.setattr("pepites.identity.services.doubles.publish", heard.append)
        for card in cards:
            services.settle_card(
                actor=importer, card_id=card.public_id, same=card.right.birth_name == "KOUYOURY", reason="vu"
            )
    assert {(one.patient_id, one.network_id, one.same) for one in heard} == {
        (known.pk, network.pk, True),
        (known.pk, network.pk, False),
    }
    assert line(importer, network, birth_name="KOUYOURY") == "meme"
    assert line(importer, network, birth_name="KOUYOULI") == "distinct"


@pytest.mark.django_db
def test_a_nurse_neither_matches_nor_opens_cards_without_a_search() -> None:
    nurse = actor()
    person(nurse)
    for act in (
        lambda: selectors.likely_doubles(nurse, traits().checked()),
        lambda: selectors.likely_doubles(nurse, traits().checked(), search_id=UUID(int=7)),
    ):
        with pytest.raises(Refused), unit_of_work(nurse):
            act()


@pytest.mark.django_db
def test_blocks_find_inverted_names_phone_and_alias() -> None:
    creator, seeker = actor(), actor()
    known = person(creator, birth_name="PIERRE", given_names="JEAN WIDLINE", phones=["0694 55 66 77"])
    search = searched(seeker)
    with unit_of_work(creator):
        services.add_alias(actor=creator, identity=identity_of(known), birth_name="Etienne")
    with unit_of_work(seeker):
        for wanted, phones in (
            (traits(birth_name="WIDLINE JEAN", given_names="PIERRE"), []),
            (traits(birth_name="ETIENNE", given_names="JEAN WIDLINE"), []),
            (traits(birth_name="PIERRE-LOUIS", given_names="JEAN WIDLINE"), ["+594 694 55 66 77"]),
        ):
            found = selectors.likely_doubles(seeker, wanted.checked(), phones=phones, search_id=search)
            assert [one.public_id for one in found] == [known.public_id], wanted
        same = selectors.likely_doubles(
            seeker, traits(birth_name="PIERRE", given_names="JEAN WIDLINE").checked(), search_id=search
        )
        assert same[0].verdict is Verdict.SAME


@pytest.mark.django_db
def test_guy_11_twins_with_different_given_names_are_two_persons() -> None:
    nurse = actor()
    person(nurse, given_names="KALI")
    search = searched(nurse)
    with unit_of_work(nurse):
        assert selectors.likely_doubles(nurse, traits(given_names="BRIGITTE").checked(), search_id=search) == []


def _create_in_thread(who: Actor, search: UUID, started: threading.Barrier, outcomes: list[str]) -> None:
    try:
        with connection.cursor():
            pass
        started.wait(10)
        with unit_of_work(who):
            services.create_identity(actor=who, traits=traits(), search_id=search)
        outcomes.append("created")
    except services.LikelyDoubles:
        outcomes.append("double")
    finally:
        connections["default"].close()


@pytest.mark.usefixtures("committed_database")
def test_two_creations_of_one_person_at_once_the_second_sees_a_double() -> None:
    clients = [actor() for _ in range(4)]
    searches = [searched(who, BORN) for who in clients]
    started, outcomes = threading.Barrier(4), []  # type: ignore[var-annotated]
    threads = [
        threading.Thread(target=_create_in_thread, args=(who, search, started, outcomes))
        for who, search in zip(clients, searches, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(outcomes) == ["created", "double", "double", "double"]
