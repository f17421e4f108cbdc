"""Sending, correcting, withdrawing, acknowledging; the same rules held by the database."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from tests import factories
from tests.conftest import as_owner
from tests.messaging.factories import acting, circle, post

from pepites.audit.models import Entry
from pepites.common.clock import now
from pepites.common.errors import Conflict, DomainError, Refused
from pepites.messaging import selectors, services
from pepites.messaging.mentions import find_mentions
from pepites.messaging.models import ConversationEvent, Message, MessageVersion
from pepites.messaging.values import ParticipantView, Upload

pytestmark = pytest.mark.django_db


def test_a_message_is_numbered_journalled_and_put_in_the_stream() -> None:
    c = circle()
    first, second = post(c.ana, c.conversation, "Bonjour **à tous**"), post(c.jean, c.conversation, "Reçu")
    assert (first.seq, second.seq) == (1, 2)
    assert "<strong>à tous</strong>" in first.html
    with acting(c.jean):
        events = list(ConversationEvent.objects.order_by("id"))
        assert [event.seq for event in events] == [1, 2]
        assert f'data-seq="{first.seq}"' in events[0].html
        assert "pp-message-own" not in events[0].html  # the same for every reader
    with as_owner():
        entry = Entry.objects.filter(code="messaging.message.posted").order_by("id").first()
    assert entry is not None
    assert entry.subject_ids == [c.patient.pk]
    assert "Bonjour" not in str(entry.detail)


def test_the_same_key_gives_the_same_message_once() -> None:
    c, key = circle(), uuid4()
    first, again = post(c.ana, c.conversation, "Une fois", key), post(c.ana, c.conversation, "Une fois", key)
    assert first.pk == again.pk
    assert post(c.ana, c.conversation, "Autre").seq == 2
    with acting(c.ana):
        assert Message.objects.count() == 2


def test_a_key_used_for_another_message_is_refused() -> None:
    c, key = circle(), uuid4()
    post(c.ana, c.conversation, "Une fois", key)
    with pytest.raises(Conflict):
        post(c.ana, c.conversation, "Autre chose", key)


def test_two_people_may_draw_the_same_key() -> None:
    c, key = circle(), uuid4()
    assert post(c.ana, c.conversation, "Un", key).pk != post(c.jean, c.conversation, "Deux", key).pk


@pytest.mark.parametrize("text", ["", "   \n ", "x" * 4001])
def test_empty_and_too_long_texts_are_refused(text: str) -> None:
    c = circle()
    with pytest.raises(DomainError):
        post(c.ana, c.conversation, text)


def test_an_outsider_cannot_post_and_the_refusal_is_in_the_trace() -> None:
    c = circle()
    with pytest.raises(Refused):
        post(c.outsider, c.conversation)
    with as_owner():
        refused = Entry.objects.get(code="messaging.conversation.refused")
        assert Message.objects.count() == 0
    assert refused.subject_ids == [c.patient.pk]
    assert refused.outcome == 4


def test_a_correction_keeps_the_former_text() -> None:
    c = circle()
    message = post(c.ana, c.conversation, "Dose 10")
    with acting(c.ana):
        services.edit_message(
            actor=c.ana, message=selectors.message_visible_to(c.ana, message.public_id), text="Dose 20"
        )
    with as_owner():
        assert list(MessageVersion.objects.values_list("text", flat=True)) == ["Dose 10"]
        assert Message.objects.get().text == "Dose 20"
        assert ConversationEvent.objects.filter(kind="edit").count() == 1


def age(message: Message, **spent: int) -> None:
    with as_owner():
        Message.objects.filter(pk=message.pk).update(created_at=now() - timedelta(**spent))
        moved = Message.objects.get(pk=message.pk).created_at - timedelta(minutes=1)
        message.conversation.participants.update(visible_from=moved)


@pytest.mark.parametrize(
    ("act", "spent", "allowed"),
    [("edit", {"minutes": 9}, True), ("edit", {"minutes": 11}, False), ("withdraw", {"hours": 23}, True),
     ("withdraw", {"hours": 25}, False)],
)  # fmt: skip
def test_delays(act: str, spent: dict[str, int], allowed: bool) -> None:
    c = circle()
    sent = post(c.ana, c.conversation, "Avant")
    age(sent, **spent)

    def attempt() -> None:
        with acting(c.ana):
            message = selectors.message_visible_to(c.ana, sent.public_id)
            if act == "edit":
                services.edit_message(actor=c.ana, message=message, text="Après")
            else:
                services.withdraw_message(actor=c.ana, message=message)

    if allowed:
        attempt()
    else:
        with pytest.raises(Refused):
            attempt()


@pytest.mark.parametrize(
    ("who", "spent", "change"),
    [("jean", {"minutes": 0}, "text = 'autre'"), ("ana", {"minutes": 11}, "text = 'autre'"),
     ("ana", {"hours": 25}, "text = '', withdrawn_at = now()"),
     ("jean", {"minutes": 0}, "withdrawn_at = now(), text = ''")],
)  # fmt: skip
def test_the_database_refuses_without_the_code_above(who: str, spent: dict[str, int], change: str) -> None:
    c = circle()
    sent = post(c.ana, c.conversation, "Avant")
    age(sent, **spent)
    with (
        acting(getattr(c, who)),
        pytest.raises(DatabaseError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE messaging_message SET {change} WHERE id = %s", [sent.pk])


def test_a_withdrawn_message_shows_nothing_and_keeps_its_text_in_the_trace() -> None:
    c = circle()
    sent = post(c.ana, c.conversation, "Erreur de personne")
    with acting(c.ana):
        services.withdraw_message(actor=c.ana, message=selectors.message_visible_to(c.ana, sent.public_id))
    with acting(c.jean):
        fragment = ConversationEvent.objects.get(kind="withdraw").html
        assert "Erreur de personne" not in fragment
        assert selectors.search_visible_to(c.jean, "erreur") == []
        assert MessageVersion.objects.count() == 0  # the former text is not the circle's
    with as_owner():
        assert MessageVersion.objects.get().text == "Erreur de personne"


def test_urgent_is_acknowledged_once_by_another() -> None:
    c = circle()
    sent = post(c.ana, c.conversation, "Chute", urgent=True)
    with pytest.raises(Refused), acting(c.ana):
        services.acknowledge(actor=c.ana, message=selectors.message_visible_to(c.ana, sent.public_id))
    with acting(c.jean):
        done = services.acknowledge(actor=c.jean, message=selectors.message_visible_to(c.jean, sent.public_id))
        assert "Pris en compte par" in done.fragment
        again = services.acknowledge(actor=c.jean, message=selectors.message_visible_to(c.jean, sent.public_id))
        assert again.acknowledged_at == done.acknowledged_at


def test_mentions_are_found_among_participants_only() -> None:
    c = circle()
    text = f"Bonjour @{c.jean.professional_name} et @{c.outsider.professional_name}"
    sent = post(c.ana, c.conversation, text)
    assert sent.mentions == [c.jean.practice_id]
    with acting(c.jean):
        assert [one.public_id for one in selectors.mentions_visible_to(c.jean)] == [sent.public_id]
    with acting(c.ana):
        assert selectors.mentions_visible_to(c.ana) == []


def test_unread_is_counted_from_one_cursor() -> None:
    c = circle()
    sent = [post(c.ana, c.conversation, f"n° {n}") for n in range(3)]
    with acting(c.jean):
        assert selectors.unread_total(c.jean) == 3
        assert selectors.unread_counts(c.jean) == {c.patient.pk: 3}
        assert selectors.unread_counts(c.jean, [c.patient.pk + 1]) == {}
        services.mark_read(actor=c.jean, conversation=c.conversation, seq=sent[2].seq)
        assert selectors.unread_total(c.jean) == 0
        services.mark_read(actor=c.jean, conversation=c.conversation, seq=1)
        assert selectors.unread_total(c.jean) == 0  # forward only
        services.mark_unread(actor=c.jean, conversation=c.conversation, seq=2)
        assert selectors.unread_total(c.jean) == 2
    with acting(c.ana):
        assert selectors.unread_total(c.ana) == 0  # one's own messages are read


def test_receipts_tell_how_many_have_read() -> None:
    c = circle()
    sent = post(c.ana, c.conversation)
    with acting(c.jean):
        services.mark_read(actor=c.jean, conversation=c.conversation, seq=sent.seq)
    with acting(c.ana):
        participants = selectors.participants_of(c.conversation)
        views, _ = selectors.messages_visible_to(c.ana, c.conversation, participants)
    assert views[0].state == "Lu par 1/1"


def test_search_finds_words_without_accents_inside_what_one_may_read() -> None:
    c = circle()
    post(c.ana, c.conversation, "La plaie est désinfectée")
    with acting(c.jean):
        assert len(selectors.search_visible_to(c.jean, "desinfectee plaie")) == 1
        assert selectors.search_visible_to(c.jean, "%") == []
    with acting(c.outsider):
        assert selectors.search_visible_to(c.outsider, "plaie") == []


def test_the_same_key_with_another_urgency_or_other_files_is_refused(tmp_path: Path, settings: Any) -> None:
    settings.PEPITES_VAR = tmp_path
    c, key, paper = circle(), uuid4(), Upload("bilan.pdf", b"%PDF-1.4\n%%EOF\n")
    sent = post(c.ana, c.conversation, "Chute", key, files=[paper])
    assert post(c.ana, c.conversation, "Chute", key, files=[paper]).pk == sent.pk
    for other in ({"files": [paper], "urgent": True}, {"files": []}, {"files": [paper, paper]}):
        with pytest.raises(Conflict):
            post(c.ana, c.conversation, "Chute", key, **other)


def test_the_second_to_take_charge_sees_who_was_first() -> None:
    c = circle()
    with as_owner():
        third = factories.practice()
        factories.grant(c.patient, third)
        late = factories.actor_for(third)
    with acting(c.ana):
        services.add_participant(actor=c.ana, conversation=c.conversation, practice_id=third.pk)
    sent = post(c.ana, c.conversation, "Chute", urgent=True)
    with acting(late):
        stale = selectors.message_visible_to(late, sent.public_id)
    with acting(c.jean):
        services.acknowledge(actor=c.jean, message=selectors.message_visible_to(c.jean, sent.public_id))
    with acting(late):
        assert services.acknowledge(actor=late, message=stale).acknowledged_by_id == c.jean.practice_id


def test_the_author_does_not_take_charge_of_it_from_another_place() -> None:
    c = circle()
    with as_owner():
        first = factories.PractitionerRole.objects.get(pk=c.ana.practice_id)
        elsewhere = factories.practice(professional=first.professional)
        factories.grant(c.patient, elsewhere)
        ana_elsewhere = factories.actor_for(elsewhere)
    with acting(c.ana):
        services.add_participant(actor=c.ana, conversation=c.conversation, practice_id=elsewhere.pk)
    sent = post(c.ana, c.conversation, "Chute", urgent=True)
    with pytest.raises(Refused), acting(ana_elsewhere):
        services.acknowledge(actor=ana_elsewhere, message=selectors.message_visible_to(ana_elsewhere, sent.public_id))
    with pytest.raises(DatabaseError, match="state"), acting(ana_elsewhere), transaction.atomic():
        Message.objects.filter(pk=sent.pk).update(acknowledged_by_id=elsewhere.pk, acknowledged_at=now())


def test_the_longest_mention_wins() -> None:
    seen = [
        ParticipantView(number, uuid4(), name, role, "", now(), 0, None)
        for number, (name, role) in enumerate(
            [("Ana Costa", "Infirmière"), ("Ana Costard", "Infirmière coordinatrice"), ("Jean Pau", "")], start=1
        )
    ]
    assert find_mentions("Merci @Ana Costard !", seen) == ([2], ["@Ana Costard"])
    assert find_mentions("@infirmiere coordinatrice, un avis ?", seen)[0] == [2]
    assert find_mentions("@INFIRMIÈRE et @Jean Pau", seen)[0] == [1, 3]
    assert find_mentions("écrire à ana@ana costa.fr ou @ seul", seen) == ([], [])
    assert find_mentions("@cercle", seen)[0] == [1, 2, 3]
