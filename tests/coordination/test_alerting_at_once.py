"""Two workers on the same base: each alert that nobody answered is passed on once."""

import threading
from datetime import timedelta

from django.db import connections
from tests.conftest import as_owner, as_role
from tests.coordination.test_alerting import ruled, told

from pepites.common.clock import now
from pepites.coordination.alerting import kinds
from pepites.coordination.alerting.tasks import escalate_alerts
from pepites.notifications.models import Alert
from pepites.notifications.services import notify
from pepites.notifications.values import Escalation, Notice

ALERTS = 40


def test_each_alert_is_passed_on_once(committed_database: dict[str, str]) -> None:
    w = ruled()
    due = Escalation(now() - timedelta(minutes=1), "medecin")
    with w.acting("coordinator") as actor:
        for number in range(ALERTS):
            notice = Notice(
                event=kinds.ADMISSION, key=str(number), title="Entrée", link="/", patient_id=w.patient.pk
            )  # fmt: skip
            notify(actor=actor, notice=notice, practices=[w.nurse.pk], escalation=due)
    start = threading.Barrier(2)
    answers: list[int] = []

    def work() -> None:
        try:
            with as_role("pepites_worker"):
                start.wait(10)
                answers.extend(escalate_alerts() for _ in range(2))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(answers) == 4
    assert sum(answers) == ALERTS
    assert told(w, "outsider") == ["Sans réponse : Entrée"] * ALERTS
    with as_owner():
        assert not Alert.objects.filter(escalated_at=None).exists()
