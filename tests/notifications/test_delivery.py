"""Messages that leave, on a real SMTP peer: a count and no more, at the hour chosen, once, tried again when refused."""

import socket
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from smtplib import SMTPException
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests import factories
from tests.conftest import as_owner, as_role
from tests.coordination.factories import World, world
from tests.notifications.test_notices import GRAVE, PLAIN, given, notice, seen, tell

from pepites.audit.unit import unit_of_work
from pepites.common.actor import system_actor
from pepites.common.clock import CAYENNE, now
from pepites.notifications import delivery, services
from pepites.notifications.enums import Channel, Rhythm
from pepites.notifications.models import Notification
from pepites.notifications.tasks import deliver, send
from pepites.notifications.timing import Preference

pytestmark = [pytest.mark.django_db, pytest.mark.enable_socket]


class Box:
    """What a mail server received; ``refuses`` answers that it cannot now."""

    def __init__(self) -> None:
        self.received: list[EmailMessage] = []
        self.refuses = False

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - the peer's own name
        if self.refuses:
            return "451 Try again later"
        self.received.append(message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[arg-type]
        return "250 OK"


@pytest.fixture
def box(settings: Any) -> Iterator[Box]:
    handler = Box()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_USE_TLS = "127.0.0.1", False
    settings.EMAIL_PORT = port
    settings.PEPITES_PUBLIC_URL = "https://pepites.exemple"
    yield handler
    controller.stop()


@pytest.fixture(autouse=True)
def _types(monkeypatch: pytest.MonkeyPatch) -> None:
    from pepites.notifications import registry

    monkeypatch.setattr(registry, "_types", dict(registry._types))
    registry.register_event_type(PLAIN, GRAVE)


def told(email: str = "nurse@exemple.gf", *, grave: int = 1, plain: int = 0) -> tuple[World, int]:
    """A nurse with an account, told of a few things."""
    w = world(birth_name="SECRETNAME")
    given(w, "nurse", level=3)
    with as_owner():
        account = factories.user(professional=w.nurse.professional, email=email)
    for number in range(grave):
        tell(w, notice(w, GRAVE.code, key=f"g{number}"), "nurse")
    for number in range(plain):
        tell(w, notice(w, key=f"p{number}"), "nurse")
    return w, account.pk


def chosen(w: World, user_id: int, preference: Preference, **wanted: bool) -> None:
    with as_owner():
        actor = factories.actor_for(w.nurse)
    with unit_of_work(actor):
        services.choose(
            actor=actor, preference=preference,
            wanted={(f"essai.{name}", Channel.EMAIL): value for name, value in wanted.items()},
        )  # fmt: skip


def run() -> int:
    """What the worker does each minute, then the jobs that it asked for."""
    with as_role("pepites_worker"):
        asked = deliver()
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM procrastinate_jobs WHERE task_name = 'notifications.send' RETURNING (args ->> 'user_id')"
            )
            users = [int(row[0]) for row in cursor.fetchall()]
        assert len(users) == asked
        return sum(send(user_id=one) for one in users)


def test_a_mail_says_how_many_and_nothing_else(box: Box) -> None:
    told(grave=2)
    assert run() == 2
    (mail,) = box.received
    text = mail.get_content()
    assert mail["To"] == "nurse@exemple.gf"
    assert mail["Subject"] == "Nouveautés dans Pépites"
    assert "Vous avez 2 nouveautés dans Pépites, dont 2 urgentes" in text
    assert "https://pepites.exemple/notifications/" in text
    for word in ("SECRETNAME", "Quelque chose", "Essai grave", "dossiers/"):
        assert word not in text
    assert run() == 0
    assert len(box.received) == 1


def test_only_what_one_wants_leaves_and_the_rest_is_not_looked_at_again(box: Box) -> None:
    w, user = told(grave=1, plain=3)  # an ordinary one is no mail by default
    assert run() == 1
    assert "Vous avez 1 nouveauté dans Pépites, dont 1 urgente." in box.received[0].get_content()
    with as_owner():
        assert not Notification.objects.filter(mail_closed_at=None).exists()
    chosen(w, user, Preference(), simple=True, grave=False)
    tell(w, notice(w, key="encore"), "nurse")
    tell(w, notice(w, GRAVE.code, key="encore"), "nurse")
    assert run() == 1
    assert "Vous avez 1 nouveauté dans Pépites.\r\n" in box.received[1].get_content()


def test_what_was_read_or_hidden_meanwhile_is_not_counted(box: Box) -> None:
    w, _ = told(grave=2)
    with as_owner():
        Notification.objects.filter(key="g0").update(read_at=now())
    assert run() == 1
    tell(w, notice(w, GRAVE.code, key="après"), "nurse")
    with as_owner():
        w.patient.grants.update(ends_at=now())
    assert run() == 0
    assert len(box.received) == 1


def test_quiet_hours_hold_the_mail_back(box: Box) -> None:
    w, user = told(grave=0)
    local = now().astimezone(CAYENNE)
    quiet = Preference(
        quiet_from=(local - timedelta(hours=1)).time().replace(microsecond=0),
        quiet_to=(local + timedelta(hours=1)).time().replace(microsecond=0),
    )
    chosen(w, user, quiet)
    tell(w, notice(w, GRAVE.code), "nurse")
    assert run() == 0
    chosen(w, user, Preference(quiet_from=quiet.quiet_from, quiet_to=quiet.quiet_to, urgent_passes=True))
    assert run() == 1


def test_a_daily_digest_waits_for_its_hour(box: Box) -> None:
    w, user = told(grave=0)
    later = (now().astimezone(CAYENNE) + timedelta(hours=2)).hour
    chosen(w, user, Preference(rhythm=Rhythm.DAILY, digest_hour=later), simple=True)
    tell(w, notice(w), "nurse")
    assert run() == 0
    with as_owner():
        Notification.objects.update(created_at=now() - timedelta(days=1))
    assert run() == 1
    assert seen(w, "nurse") == ["Quelque chose"]


def test_a_mail_late_by_a_failure_does_not_leave_at_night(box: Box) -> None:
    w, user = told(grave=1)
    with as_owner():
        Notification.objects.update(created_at=now() - timedelta(hours=3))
    local = now().astimezone(CAYENNE)
    since = (local - timedelta(minutes=30)).time().replace(microsecond=0)
    chosen(w, user, Preference(quiet_from=since, quiet_to=(local + timedelta(hours=1)).time().replace(microsecond=0)))
    assert run() == 0


def test_a_server_that_refuses_is_asked_again_and_nothing_is_lost(box: Box) -> None:
    _, user = told(grave=2)
    box.refuses = True
    with as_role("pepites_worker"), pytest.raises(SMTPException):
        send(user_id=user)
    with as_owner():
        assert Notification.objects.filter(mail_closed_at=None).count() == 2
    box.refuses = False
    assert run() == 2
    assert send.retry_strategy.max_attempts == 6


def test_one_message_is_asked_at_a_time_for_an_account(box: Box) -> None:
    told(grave=1)
    with as_role("pepites_worker"):
        assert [deliver(), deliver()] == [1, 0]


def test_without_a_server_nothing_is_asked_and_nothing_is_lost(settings: Any) -> None:
    told(grave=1)
    settings.EMAIL_HOST = ""
    with as_role("pepites_worker"):
        assert deliver() == 0
    with as_owner():
        assert Notification.objects.get().mail_closed_at is None


def test_an_account_without_address_is_written_to_no_more(box: Box) -> None:
    told(email="", grave=1)
    assert run() == 1
    assert box.received == []
    assert run() == 0


def test_the_worker_sorts_out_everybody_in_a_few_queries(box: Box) -> None:
    def cost() -> int:
        with as_role("pepites_worker"), unit_of_work(system_actor("essai")), CaptureQueriesContext(connection) as found:
            delivery.sort_out(delivery.waiting())
        return len(found)

    told(grave=1)
    few = cost()
    for number in range(5):
        told(email=f"autre{number}@exemple.gf", grave=2)
    assert cost() == few == 3


def test_the_web_role_is_not_told_what_waits() -> None:
    from django.db import ProgrammingError, transaction

    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM notifications_waiting(NULL)")
