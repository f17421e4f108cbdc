"""Notices of the regional server, told to a real MLLP peer on loopback: order, retries, no other domain's traits."""

import asyncio
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from tests.conftest import as_owner, as_role
from tests.interop.hl7v2.test_listener import Listener
from tests.regional.regional_factories import cell, domain, feed, record_of

from pepites.audit.unit import unit_of_work
from pepites.common.clock import now
from pepites.interop.hl7v2.errors import rejected
from pepites.interop.hl7v2.parsing import Message, parse
from pepites.interop.hl7v2.writing import acknowledgement
from pepites.interop.tasks import notify_domains
from pepites.regional.models import Notification
from pepites.regional.services.links import link_records, unlink_record

pytestmark = pytest.mark.django_db
Answer = Callable[[Message], bytes]


@contextmanager
def listening(answer: Answer) -> Generator[tuple[int, list[Message]]]:
    """A hospital that listens: its port, and the messages it was sent."""
    heard: list[Message] = []
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def take(data: bytes, address: str, certificate: str) -> bytes:
        del address, certificate
        heard.append(parse(data))
        return answer(heard[-1])

    listener = Listener(take)
    port = asyncio.run_coroutine_threadsafe(listener.start("127.0.0.1", 0), loop).result(10)
    try:
        yield port, heard
    finally:
        asyncio.run_coroutine_threadsafe(listener.stop(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)


def linked_pair() -> tuple[Any, Any]:
    """Two hospitals whose identities the cell linked: each has a notice."""
    who = cell()
    one = feed(who, domain("CHC"), "K-1")
    two = feed(who, domain("CHL", oid="1.2.9"), "L-9", birth_name="AUTRE", given_names="PERSONNE")
    with as_owner():
        Notification.objects.all().delete()
    with unit_of_work(who):
        link_records(
            actor=who, record_public_id=one.record_public_id, other_public_id=two.record_public_id, reason="vus"
        )
    return one, two


def sent() -> int:
    with as_role("pepites_worker"):
        return notify_domains(0)


def taken(message: Message) -> bytes:
    return acknowledgement(message)


def refused(message: Message) -> bytes:
    return acknowledgement(message, rejected("plus tard"))


def test_a_link_and_its_undoing_are_told_in_order(settings: Any) -> None:
    one, _ = linked_pair()
    with listening(taken) as (port, heard):
        settings.PEPITES_HL7_NOTIFY = dict.fromkeys(("CHC", "CHL"), f"127.0.0.1:{port}")
        assert sent() == 2
        assert sent() == 0
        who, linked = cell(), len(heard)
        with unit_of_work(who):
            unlink_record(actor=who, record_public_id=one.record_public_id, reason="deux personnes")
        sent()
    for told in (heard[:linked], heard[linked:]):
        told_in_order(told)
    with as_owner():
        assert not Notification.objects.filter(sent_at=None).exists()


def told_in_order(heard: list[Message]) -> None:
    """One part left its regional identifier and is told at once which one it has; the other is told the one it has."""
    events = [message.event[1] for message in heard]
    assert sorted(events) == ["A24", "A24", "A37"]
    left = events.index("A37")
    assert events[left + 1] == "A24", "told at once which one it has now"
    assert heard[left].all("PID")[0].text(3) == heard[left + 1].all("PID")[0].text(3)
    assert heard[left].all("PID")[1].text(3) != heard[left + 1].all("PID")[1].text(3)
    for message in heard:
        own, other = message.all("PID")
        assert (own.text(3), own.text(5)) in {("K-1", "KOUYOURI"), ("L-9", "AUTRE")}
        assert not other.text(5), "no trait but the domain's own (STIC-10)"


def test_a_refusal_waits_and_is_the_same_message_again(settings: Any) -> None:
    linked_pair()
    with listening(refused) as (port, heard):
        settings.PEPITES_HL7_NOTIFY = {"CHC": f"127.0.0.1:{port}"}
        assert sent() == 0
        assert sent() == 0, "not before its delay"
        with as_owner():
            notice = Notification.objects.get(domain__code="CHC")
            assert (notice.tries, notice.sent_at) == (1, None)
            assert "refusé" in notice.last_error
            Notification.objects.update(created_at=now() - timedelta(hours=1))
        assert sent() == 0
    assert len(heard) == 2
    assert heard[0].msh.text(10) == heard[1].msh.text(10)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda _: b"n'importe quoi", "acquittement"),
        (lambda message: acknowledgement(message).replace(message.msh.text(10).encode(), b"AUTRE"), "autre message"),
    ],
)
def test_a_strange_answer_is_no_acknowledgement(settings: Any, answer: Answer, words: str) -> None:
    linked_pair()
    with listening(answer) as (port, _):
        settings.PEPITES_HL7_NOTIFY = {"CHC": f"127.0.0.1:{port}"}
        assert sent() == 0
    with as_owner():
        assert words in Notification.objects.get(domain__code="CHC").last_error


def test_nobody_listens(settings: Any) -> None:
    linked_pair()
    settings.PEPITES_HL7_NOTIFY = {"CHC": "127.0.0.1:1"}
    assert sent() == 0
    with as_owner():
        assert "ne répond pas" in Notification.objects.get(domain__code="CHC").last_error


def test_the_order_of_a_domain_is_kept(settings: Any) -> None:
    """What was refused goes first: a later notice never overtakes it."""
    one, _ = linked_pair()
    who = cell()
    with unit_of_work(who):
        unlink_record(actor=who, record_public_id=one.record_public_id, reason="deux personnes")
    settings.PEPITES_HL7_NOTIFY = {"CHC": "127.0.0.1:1"}
    sent()
    with as_owner():
        tries = list(Notification.objects.filter(domain__code="CHC").order_by("id").values_list("tries", flat=True))
    assert tries[0] == 1
    assert set(tries[1:]) == {0}
    with listening(taken) as (port, heard):
        settings.PEPITES_HL7_NOTIFY = {"CHC": f"127.0.0.1:{port}"}
        sent()
        assert not heard, "the first one still waits"


def test_only_the_job_reads_what_is_to_be_told() -> None:
    from django.db import DatabaseError, connection, transaction

    who = cell()
    with unit_of_work(who), pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM regional_waiting_notices(ARRAY['CHC'], 10)")


def test_records_are_told_by_their_own_domain(settings: Any) -> None:
    one, two = linked_pair()
    assert record_of(one).domain_id != record_of(two).domain_id
    with listening(taken) as (port, heard):
        settings.PEPITES_HL7_NOTIFY = {"CHL": f"127.0.0.1:{port}"}
        assert sent() == 1
    assert heard[0].all("PID")[0].text(3) == "L-9"
