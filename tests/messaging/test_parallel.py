"""Real connections at the same time: gapless numbers, one message a key, the escalation job as its own role."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from django.db import connection, connections
from tests import factories
from tests.conftest import as_owner, as_role
from tests.messaging.factories import acting, circle, post

from pepites.audit.models import Entry
from pepites.messaging import tasks
from pepites.messaging.models import ConversationEvent, Message

pytestmark = pytest.mark.usefixtures("shared_database")


def all_at_once(work: Callable[[int], object], count: int) -> list[object]:
    start = threading.Barrier(count)

    def one(number: int) -> object:
        try:
            start.wait(20)
            return work(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def test_numbers_have_no_gap_under_twenty_posters() -> None:
    c = circle()

    def several(number: int) -> None:
        for n in range(5):
            post(c.ana if number % 2 else c.jean, c.conversation, f"{number}.{n}")

    all_at_once(several, 20)
    with as_owner():
        seqs = list(Message.objects.filter(conversation=c.conversation).order_by("seq").values_list("seq", flat=True))
        events = list(
            ConversationEvent.objects.filter(conversation=c.conversation).order_by("id").values_list("seq", flat=True)
        )
        c.conversation.refresh_from_db()
    assert seqs == list(range(1, 101))
    assert events == seqs  # in one conversation the stream's order is the messages'
    assert c.conversation.last_seq == 100


def test_the_same_send_ten_times_at_once_is_one_message() -> None:
    c, key = circle(), uuid4()
    done = all_at_once(lambda _: post(c.ana, c.conversation, "Une fois", key).pk, 10)
    assert len(set(done)) == 1
    assert post(c.jean, c.conversation, "Suite").seq == 2


def test_an_unanswered_urgent_message_tells_sender_and_coordinator() -> None:
    c = circle()
    with as_owner():
        factories.membership(factories.network(), factories.PractitionerRole.objects.get(pk=c.jean.practice_id))
    sent = post(c.ana, c.conversation, "Chute", urgent=True)
    with as_role("pepites_worker"):
        assert tasks.escalate_urgent(message_id=sent.pk) is True
        assert tasks.escalate_urgent(message_id=sent.pk) is False  # run twice, told once
    with acting(c.ana):
        notice = Message.objects.get(conversation=c.conversation, kind="system")
        assert notice.seq == 2
        assert set(notice.mentions) == {c.ana.practice_id, c.jean.practice_id}
        assert ConversationEvent.objects.filter(message=notice).exists()
    with as_owner():
        entry = Entry.objects.get(code="messaging.urgent.escalated", object_id=str(sent.public_id))
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT scheduled_at - now() FROM procrastinate_jobs WHERE task_name = %s AND args->>'message_id' = %s",
                [tasks.ESCALATE_TASK, str(sent.pk)],
            )
            (wait,) = cursor.fetchone()
    assert entry.subject_ids == [c.patient.pk]
    assert 500 < wait.total_seconds() <= 600


def test_an_acknowledged_message_is_left_alone() -> None:
    from pepites.messaging import selectors, services

    c = circle()
    sent = post(c.ana, c.conversation, "Chute", urgent=True)
    with acting(c.jean):
        services.acknowledge(actor=c.jean, message=selectors.message_visible_to(c.jean, sent.public_id))
    with as_role("pepites_worker"):
        assert tasks.escalate_urgent(message_id=sent.pk) is False


def test_the_job_reads_no_ordinary_message() -> None:
    c = circle()
    post(c.ana, c.conversation, "Ordinaire")
    with as_role("pepites_worker"):
        assert not Message.objects.filter(conversation=c.conversation).exists()
