"""What is to leave by other channels: for whom, when, and the mark that it left."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from pepites.audit.unit import record, unit_of_work
from pepites.common.actor import Actor, ActorKind, ActorRef, Purpose, system_actor
from pepites.common.actor import Channel as Way
from pepites.common.clock import now
from pepites.notifications.enums import Channel, Urgency
from pepites.notifications.models import Notification, Schedule
from pepites.notifications.ports import couriers
from pepites.notifications.registry import event_type
from pepites.notifications.selectors import choices_of, wants
from pepites.notifications.timing import Preference, quiet_until, when_to_send

SEND_TASK = "notifications.send"
DELIVER_TASK = "notifications.deliver"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A notice that may leave, to the account behind its practice."""

    notice_id: int
    practice_id: int
    user_id: int
    event: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Sorted:
    """What is done with what waits for one account: to send now by each channel, or never by any."""

    due: Mapping[Channel, Sequence[Waiting]]
    never: Sequence[Waiting]

    @property
    def leaving(self) -> list[Waiting]:
        """What leaves now, by whatever channel."""
        return list({row.notice_id: row for rows in self.due.values() for row in rows}.values())


def open_channels() -> list[Channel]:
    """Channels that an app brought, and that this instance is set up for."""
    return [Channel(name) for name, courier in couriers().items() if courier.ready()]


def waiting(user_id: int | None = None) -> dict[int, list[Waiting]]:
    """What waits, by account: for the worker."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM notifications_waiting(%s)", [user_id])
        rows = [Waiting(*row) for row in cursor.fetchall()]
    found: dict[int, list[Waiting]] = defaultdict(list)
    for row in rows:
        found[row.user_id].append(row)
    return found


def sort_out(found: Mapping[int, Sequence[Waiting]]) -> dict[int, Sorted]:
    """For each account, what may leave now and what never will: in two queries, whatever their number."""
    users = list(found)
    choices = choices_of(users)
    held = {row.user_id: row.preference for row in Schedule.objects.filter(user_id__in=users)}
    channels, moment = open_channels(), now()
    done = {}
    for user_id, rows in found.items():
        preference = held.get(user_id, Preference())
        wanted = {one: [row for row in rows if wants(choices, user_id, row.event, one)] for one in channels}
        leaving = {row.notice_id for row in rows if _leaves(preference, row, moment)}
        due = {one: [row for row in asked if row.notice_id in leaving] for one, asked in wanted.items()}
        kept = {row.notice_id for asked in wanted.values() for row in asked}
        done[user_id] = Sorted(
            {one: asked for one, asked in due.items() if asked}, [row for row in rows if row.notice_id not in kept]
        )
    return done


def _leaves(preference: Preference, row: Waiting, moment: datetime) -> bool:
    """Its time has come, and what is late by a failure does not leave in the quiet hours that came since."""
    urgency = event_type(row.event).urgency
    if when_to_send(preference, urgency, row.created_at) > moment:
        return False
    passes = urgency is Urgency.URGENT and preference.urgent_passes
    return passes or quiet_until(preference, moment) is None


def send_to(user_id: int) -> int:
    """Tell one account of what is still due; returns how many notices that is.

    Between the reading and the mark nothing is held in the base: a slow mail server holds back nobody. A crash in
    between tells twice, never not at all.
    """
    with unit_of_work(system_actor(SEND_TASK)):
        found = sort_out(waiting(user_id)).get(user_id)
    if found is None or not found.due:
        return 0
    for channel, rows in found.due.items():
        urgent = sum(event_type(row.event).urgency is Urgency.URGENT for row in rows)
        couriers()[channel].tell(user_id=user_id, count=len(rows), urgent=urgent)
    close(found.leaving, sent=True)
    return len(found.leaving)


def close(rows: Iterable[Waiting], *, sent: bool) -> None:
    """Nothing is to leave for these any more; marked as each recipient, whose right the base checks again."""
    by_practice: dict[tuple[int, int], list[int]] = defaultdict(list)
    for row in rows:
        by_practice[row.user_id, row.practice_id].append(row.notice_id)
    for (user_id, practice_id), ids in by_practice.items():
        with unit_of_work(_recipient(user_id, practice_id)):
            Notification.objects.filter(pk__in=ids).update(mail_closed_at=now())
            if sent:
                record(
                    "notifications.mailed", action="U", object_type="practice", object_id=practice_id,
                    detail={"count": len(ids)},
                )  # fmt: skip


def _recipient(user_id: int, practice_id: int) -> Actor:
    ref = ActorRef(
        kind=ActorKind.JOB, user_id=user_id, practice_id=practice_id, role=SEND_TASK, channel=Way.JOB,
        purpose=Purpose.ADMINISTRATION,
    )  # fmt: skip
    return Actor(ref=ref)
