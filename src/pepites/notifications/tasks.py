"""Jobs of the notices: who is to be written to, and the writing."""

from django.conf import settings
from django.db import transaction
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from pepites.audit.unit import unit_of_work
from pepites.common.actor import system_actor
from pepites.notifications import delivery
from pepites.notifications.delivery import DELIVER_TASK, SEND_TASK
from pepites.notifications.services import purge_read

PURGE_TASK = "notifications.purge"

# 5 s, 25 s, 2 min, 10 min, 52 min: a mail server that is mended within the hour loses nothing. Afterwards the job stays
# as failed, for somebody to look at, and the next round begins again.
PATIENT = RetryStrategy(max_attempts=6, exponential_wait=5)


@app.periodic(cron="* * * * *")
@app.task(name=DELIVER_TASK, queueing_lock=DELIVER_TASK)
def deliver(timestamp: int = 0) -> int:
    """Each minute: one job for each account that must be written to now; returns how many."""
    del timestamp
    if not delivery.open_channels():
        return 0
    never: list[delivery.Waiting] = []
    asked = 0
    with unit_of_work(system_actor(DELIVER_TASK)):
        for user_id, found in delivery.sort_out(delivery.waiting()).items():
            never += found.never
            asked += bool(found.due) and _ask(user_id)
    delivery.close(never, sent=False)
    return asked


def _ask(user_id: int) -> bool:
    """Ask for a message in the transaction under way; one that already waits is enough."""
    name = f"{SEND_TASK}:{user_id}"
    try:
        with transaction.atomic():
            app.configure_task(SEND_TASK, queueing_lock=name, lock=name).defer(user_id=user_id)
    except AlreadyEnqueued:
        return False
    return True


@app.task(name=SEND_TASK, retry=PATIENT)
def send(user_id: int) -> int:
    """One message to one account; returns how many notices it counts."""
    return delivery.send_to(user_id)


@app.periodic(cron="47 7 * * *")  # 4 h 47 in Cayenne
@app.task(name=PURGE_TASK, queueing_lock=PURGE_TASK)
def purge(timestamp: int = 0) -> int:
    """Each night: the notices read longer ago than the setting leave; returns how many."""
    del timestamp
    if not settings.PEPITES_NOTICES_KEPT_DAYS:
        return 0
    with unit_of_work(system_actor(PURGE_TASK)):
        return purge_read(days=settings.PEPITES_NOTICES_KEPT_DAYS)
