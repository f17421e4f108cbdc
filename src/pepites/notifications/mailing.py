"""Messages that say how many things wait, and nothing of them (law 6; interface §14)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import connection
from django.urls import reverse

from pepites.audit.unit import record, unit_of_work
from pepites.common.actor import Actor, ActorKind, ActorRef, Purpose, system_actor
from pepites.common.actor import Channel as Way
from pepites.common.clock import now
from pepites.notifications.enums import Channel, Urgency
from pepites.notifications.models import Notification, Schedule
from pepites.notifications.registry import event_type
from pepites.notifications.selectors import choices_of, wants
from pepites.notifications.timing import Preference, quiet_until, when_to_send

SEND_TASK = "notifications.send_mail"
DELIVER_TASK = "notifications.deliver"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A notice that may leave by mail, to the account behind its practice."""

    notice_id: int
    practice_id: int
    user_id: int
    email: str
    event: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Sorted:
    """What is done with what waits for one account: to send now, or never."""

    due: tuple[Waiting, ...]
    never: tuple[Waiting, ...]


def configured() -> bool:
    """Whether this instance can send mail."""
    return bool(settings.EMAIL_HOST)


def waiting(user_id: int | None = None) -> dict[int, list[Waiting]]:
    """What waits, by account; the worker's."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM notifications_waiting(%s)", [user_id])
        rows = [Waiting(*row) for row in cursor.fetchall()]
    found: dict[int, list[Waiting]] = defaultdict(list)
    for row in rows:
        found[row.user_id].append(row)
    return found


def sort_out(found: dict[int, list[Waiting]]) -> dict[int, Sorted]:
    """For each account, what may leave now and what never will: in two queries, whatever their number."""
    users = list(found)
    choices = choices_of(users)
    held = {row.user_id: row.preference for row in Schedule.objects.filter(user_id__in=users)}
    moment = now()
    done = {}
    for user_id, rows in found.items():
        preference = held.get(user_id, Preference())
        wanted = [row for row in rows if row.email and wants(choices, user_id, row.event, Channel.EMAIL)]
        due = [row for row in wanted if _leaves(preference, row, moment)]
        done[user_id] = Sorted(tuple(due), tuple(row for row in rows if row not in wanted))
    return done


def _leaves(preference: Preference, row: Waiting, moment: datetime) -> bool:
    """Its time has come, and a message late by a failure does not leave in the quiet hours that came since."""
    urgency = event_type(row.event).urgency
    if when_to_send(preference, urgency, row.created_at) > moment:
        return False
    passes = urgency is Urgency.URGENT and preference.urgent_passes
    return passes or quiet_until(preference, moment) is None


def send_to(user_id: int) -> int:
    """Send one account its message, if anything is still due; returns how many notices it counts.

    Between the reading and the mark nothing is held in the base: a slow mail server holds back nobody. A crash in
    between sends the message twice, never none.
    """
    with unit_of_work(system_actor(SEND_TASK)):
        found = sort_out(waiting(user_id)).get(user_id)
    if found is None or not found.due:
        return 0
    urgent = sum(event_type(row.event).urgency is Urgency.URGENT for row in found.due)
    _post(found.due[0].email, len(found.due), urgent)
    close(found.due, sent=True)
    return len(found.due)


def close(rows: Sequence[Waiting], *, sent: bool) -> None:
    """No message is to leave for these any more; marked as each recipient, whose right the base checks again."""
    by_practice: dict[tuple[int, int], list[int]] = defaultdict(list)
    for row in rows:
        by_practice[row.user_id, row.practice_id].append(row.notice_id)
    for (user_id, practice_id), ids in by_practice.items():
        with unit_of_work(_recipient(user_id, practice_id)):
            Notification.objects.filter(pk__in=ids).update(mail_closed_at=now())
            if sent:
                record("notifications.mailed", action="U", object_type="practice", object_id=practice_id,
                       detail={"count": len(ids)})  # fmt: skip


def _recipient(user_id: int, practice_id: int) -> Actor:
    ref = ActorRef(
        kind=ActorKind.JOB, user_id=user_id, practice_id=practice_id, role=SEND_TASK, channel=Way.JOB,
        purpose=Purpose.ADMINISTRATION,
    )  # fmt: skip
    return Actor(ref=ref)


def _post(address: str, count: int, urgent: int) -> None:
    said = f"Vous avez {count} nouveauté{'s' if count > 1 else ''} dans Pépites"
    if urgent:
        said += f", dont {urgent} urgente{'s' if urgent > 1 else ''}"
    home = settings.PEPITES_PUBLIC_URL.rstrip("/")
    body = (
        f"Bonjour,\n\n{said}.\n\nPour les lire, connectez-vous :\n{home}{reverse('notifications:list')}\n\n"
        "Par discrétion, ce message ne dit rien de plus.\n"
        f"Pour en recevoir moins, ou à d'autres heures :\n{home}{reverse('notifications:settings')}\n"
    )
    EmailMessage("Nouveautés dans Pépites", body, to=[address]).send()
