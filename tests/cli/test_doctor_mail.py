"""What `doctor` says of mail: not set, a server that answers, nobody, messages that were refused."""

import socket
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink

from pepites.cli import doctor_mail
from pepites.notifications.delivery import SEND_TASK

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def said(monkeypatch: pytest.MonkeyPatch, **values: str) -> tuple[bool, str]:
    for name in ("HOST", "PORT", "TLS", "USER", "PASSWORD"):
        monkeypatch.delenv(f"PEPITES_SMTP_{name}", raising=False)
    for name, value in values.items():
        monkeypatch.setenv(f"PEPITES_SMTP_{name}", value)
    (found,) = doctor_mail.checks_of_mail()
    return found.sound, found.detail


def test_no_server_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    sound, detail = said(monkeypatch)
    assert sound
    assert "pas réglé" in detail


def test_a_server_that_answers_and_one_that_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    controller = Controller(Sink(), hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        port = str(controller.port)
        assert said(monkeypatch, HOST="127.0.0.1", PORT=port, TLS="aucun")[0]
        assert not said(monkeypatch, HOST="127.0.0.1", PORT=port)[0]  # it does not speak TLS, which is asked
    finally:
        controller.stop()
    assert not said(monkeypatch, HOST="127.0.0.1", PORT=str(free_port()), TLS="aucun")[0]


def test_messages_that_were_refused_are_counted(test_database: dict[str, str]) -> None:
    assert doctor_mail.SEND_TASK == SEND_TASK
    url = psycopg.conninfo.make_conninfo(test_database["superuser"], dbname=test_database["dbname"])
    urls: Any = SimpleNamespace(worker=url, owner=url)
    (found,) = doctor_mail.checks_of_sent_mail(urls)
    assert found.sound
    with psycopg.connect(url, autocommit=True) as base:
        insert = (
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status)"
            " VALUES ('default', %s, '{}', 'failed') RETURNING id"
        )
        job = base.execute(insert, [SEND_TASK]).fetchone()
        (found,) = doctor_mail.checks_of_sent_mail(urls)
        assert (found.sound, found.detail) == (False, "1")
        base.execute("DELETE FROM procrastinate_jobs WHERE id = %s", job)
