"""Row-level security by participation; who may come in, from which date, and who leaves when rights end."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from tests import factories
from tests.conftest import as_owner
from tests.messaging.factories import acting, circle, post

from pepites.access import services as access_services
from pepites.access.enums import Basis
from pepites.common.clock import now
from pepites.common.errors import DomainError, Refused
from pepites.messaging import selectors, services
from pepites.messaging.enums import ConversationKind
from pepites.messaging.models import (
    Attachment,
    Conversation,
    ConversationEvent,
    ConversationParticipant,
    Message,
    MessageVersion,
)

pytestmark = pytest.mark.django_db
TABLES = (Conversation, ConversationParticipant, Message, MessageVersion, Attachment, ConversationEvent)


def test_outsiders_see_no_row_even_with_full_rights_on_the_file() -> None:
    c = circle()
    post(c.ana, c.conversation)
    with as_owner():
        practice = factories.practice()
        factories.grant(c.patient, practice, level=3)
        reader = factories.actor_for(practice)
    for who in (c.outsider, reader):
        with acting(who):
            assert [model.objects.count() for model in TABLES] == [0] * len(TABLES)


def test_history_starts_at_the_chosen_date() -> None:
    c = circle()
    before = post(c.ana, c.conversation, "Avant")
    with as_owner():
        practice = factories.practice()
        factories.grant(c.patient, practice)
        newcomer = factories.actor_for(practice)
    with acting(c.ana):
        services.add_participant(actor=c.ana, conversation=c.conversation, practice_id=practice.pk)
    after = post(c.ana, c.conversation, "Après")
    with acting(newcomer):
        seen = set(Message.objects.values_list("pk", flat=True))
        assert before.pk not in seen
        assert after.pk in seen
        assert not ConversationEvent.objects.filter(message_id=before.pk).exists()
        assert selectors.unread_total(newcomer) == 2  # the notice and the message, not what came before


def test_a_correction_of_an_old_message_does_not_reach_a_newcomer() -> None:
    c = circle()
    before = post(c.ana, c.conversation, "Avant")
    with as_owner():
        practice = factories.practice()
        factories.grant(c.patient, practice)
        newcomer = factories.actor_for(practice)
    with acting(c.ana):
        services.add_participant(actor=c.ana, conversation=c.conversation, practice_id=practice.pk)
        services.edit_message(actor=c.ana, message=selectors.message_visible_to(c.ana, before.public_id), text="Secret")
    with acting(newcomer):
        assert not ConversationEvent.objects.filter(kind="edit").exists()


def test_nobody_opens_a_history_that_they_do_not_see() -> None:
    c = circle()
    with as_owner():
        practice = factories.practice()
        factories.grant(c.patient, practice)
        own = ConversationParticipant.objects.get(practice_id=c.jean.practice_id).visible_from
    with acting(c.jean):
        services.add_participant(
            actor=c.jean, conversation=c.conversation, practice_id=practice.pk, visible_from=now() - timedelta(days=400)
        )
    with as_owner():
        assert ConversationParticipant.objects.get(practice=practice).visible_from == own


def test_who_may_not_know_the_person_is_not_brought_in() -> None:
    c = circle()
    with acting(c.ana), pytest.raises(Refused):
        services.add_participant(actor=c.ana, conversation=c.conversation, practice_id=c.outsider.practice_id or 0)
    with pytest.raises(Refused), acting(c.outsider):
        services.ensure_circle_conversation(actor=c.outsider, patient_id=c.patient.pk)


def test_a_pending_member_has_no_way_in() -> None:
    c = circle()
    with as_owner():
        practice = factories.practice()
        factories.grant(c.patient, practice, level=1, offered_level=3)
        pending = factories.actor_for(practice)
    with pytest.raises(Refused), acting(pending):
        services.ensure_circle_conversation(actor=pending, patient_id=c.patient.pk)


def test_web_cannot_write_itself_into_a_conversation() -> None:
    c = circle()
    with acting(c.outsider), pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO messaging_conversationparticipant (conversation_id, practice_id) VALUES (%s, %s)",
            [c.conversation.pk, c.outsider.practice_id],
        )


def test_nobody_posts_in_another_s_name() -> None:
    c = circle()
    with acting(c.ana), pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO messaging_message (public_id, conversation_id, patient_id, seq, author_id, author_user_id,"
            " text, html) VALUES (gen_random_uuid(), %s, %s, 99, %s, %s, 'faux', 'faux')",
            [c.conversation.pk, c.patient.pk, c.jean.practice_id, c.ana.user_id],
        )


def test_removed_means_nothing_more_is_seen() -> None:
    c = circle()
    post(c.ana, c.conversation)
    with acting(c.ana):
        assert services.remove_participant(
            actor=c.ana, conversation=c.conversation, practice_id=c.jean.practice_id or 0
        )
    with acting(c.jean):
        assert [model.objects.count() for model in TABLES] == [0] * len(TABLES)


def test_losing_the_rights_on_the_person_ends_the_talks_about_that_person() -> None:
    c = circle()
    with acting(c.ana):
        access_services.end_access(
            actor=c.ana, patient_id=c.patient.pk, practice_id=c.jean.practice_id or 0, basis=Basis.CIRCLE
        )
    with acting(c.jean):
        assert Conversation.objects.count() == 0
    with acting(c.ana):
        assert Conversation.objects.count() == 1


def test_one_to_one_exists_once() -> None:
    with as_owner():
        ana, jean = (factories.actor_for(factories.practice()) for _ in range(2))
    with acting(ana):
        first = services.create_conversation(
            actor=ana, kind=ConversationKind.DIRECT, practice_ids=[jean.practice_id or 0]
        )
    with acting(jean):
        again = services.create_conversation(
            actor=jean, kind=ConversationKind.DIRECT, practice_ids=[ana.practice_id or 0]
        )
        with pytest.raises(Refused), transaction.atomic():
            services.add_participant(actor=jean, conversation=again, practice_id=ana.practice_id or 0)
    assert first.pk == again.pk


def test_a_team_needs_a_name_and_members() -> None:
    with as_owner():
        ana, jean = (factories.actor_for(factories.practice()) for _ in range(2))
    with acting(ana):
        for title, members in (("", [jean.practice_id or 0]), ("Équipe", [])):
            with pytest.raises(DomainError):
                services.create_conversation(actor=ana, kind=ConversationKind.TEAM, practice_ids=members, title=title)
        team = services.create_conversation(
            actor=ana, kind=ConversationKind.TEAM, practice_ids=[jean.practice_id or 0], title="Équipe"
        )
        assert len(selectors.participants_of(team)) == 2
        assert team.patient_id is None


def test_professions_outside_the_law_are_never_brought_in() -> None:
    with as_owner():
        ana = factories.actor_for(factories.practice())
        clerk = factories.practice(category="hors_r1110_2")
    with pytest.raises(Refused), acting(ana):
        services.create_conversation(actor=ana, kind=ConversationKind.DIRECT, practice_ids=[clerk.pk])


def test_leaving_a_network_leaves_the_talks_it_opened() -> None:
    c = circle()
    with as_owner():
        network, practice = factories.network(), factories.practice()
        factories.enrolment(network, c.patient)
        membership = factories.membership(network, practice)
        coordinator = factories.actor_for(practice)
    with acting(coordinator):
        services.ensure_circle_conversation(actor=coordinator, patient_id=c.patient.pk)
        assert Conversation.objects.count() == 1
    with as_owner():
        membership.ends_at = now()
        membership.save(update_fields=["ends_at"])
    with acting(coordinator):
        assert Conversation.objects.count() == 0
    with acting(c.ana):
        assert Conversation.objects.count() == 1


def test_a_team_asked_twice_with_one_key_is_opened_once() -> None:
    c, key = circle(), uuid4()
    asked = {"kind": "team", "title": "Tournée", "practice_ids": [c.jean.practice_id], "key": key}
    with acting(c.ana):
        first, again = (services.create_conversation(actor=c.ana, **asked) for _ in range(2))  # type: ignore[arg-type]
        assert first.pk == again.pk
