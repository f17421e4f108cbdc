"""Telling, reading, taking in hand; choosing what is told (coordination P10)."""

from collections.abc import Callable, Iterable, Mapping
from datetime import time
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from django.db import connection

from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.clock import now
from pepites.common.errors import DomainError, NotFound
from pepites.notifications.enums import Channel
from pepites.notifications.models import Alert, ChannelChoice, Notification, Schedule
from pepites.notifications.registry import event_type
from pepites.notifications.timing import Preference
from pepites.notifications.values import Escalation, Notice

BATCH: Final = 50


def notify(
    *, actor: Actor, notice: Notice, practices: Iterable[int | None], escalation: Escalation | None = None
) -> int:
    """Tell practices of something, but for whoever did it; returns how many are told for the first time.

    A kind that somebody must take in hand raises an alert about its person, which ``escalation`` may pass on. Nobody
    is told here by another channel: a job does it later, as each one chose. Those who hold no right on the person see
    nothing of it: the database hides the row (design, law 3).
    """
    told = sorted({one for one in practices if one is not None} - {actor.practice_id})
    alert = None
    if notice.patient_id is not None and event_type(notice.event).acknowledged:
        alert = _raise_alert(notice, escalation)
    if not told:
        return 0
    count = _tell(notice, alert, told)
    if count:
        record(
            "notifications.told", action="C", subjects=(notice.patient_id,) if notice.patient_id else (),
            object_type="notification", object_id=notice.key, detail={"event": notice.event, "count": count},
        )  # fmt: skip
    return count


def _tell(notice: Notice, alert: str | None, practices: list[int]) -> int:
    """One line each, in one statement; no RETURNING: whoever tells does not read what the others are told."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO notifications_notification (public_id, practice_id, patient_id, event, key, level, title,"
            " link, alert_id) SELECT gen_random_uuid(), p, %s, %s, %s, %s, %s, %s, %s FROM unnest(%s::bigint[]) AS p"
            " ON CONFLICT DO NOTHING",
            [
                notice.patient_id, notice.event, notice.key, notice.level, notice.title[:120], notice.link, alert,
                practices,
            ],
        )  # fmt: skip
        return int(cursor.rowcount)


def _raise_alert(notice: Notice, escalation: Escalation | None) -> str:
    """The alert of something, raised once; its public identifier follows from what happened."""
    public_id = str(uuid5(NAMESPACE_URL, f"{notice.event}|{notice.key}"))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO notifications_alert (public_id, patient_id, event, key, level, title, link, escalate_at,"
            " escalate_to) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
            [
                public_id, notice.patient_id, notice.event, notice.key, notice.level, notice.title[:120], notice.link,
                escalation.at if escalation else None, escalation.to if escalation else "",
            ],
        )  # fmt: skip
    return public_id


def mark_read(*, actor: Actor, notification: Notification) -> None:
    """One notice is read: it counts no more, and no message leaves for it."""
    if Notification.objects.filter(pk=notification.pk, read_at=None).update(read_at=now()):
        _read(actor, (notification.patient_id,) if notification.patient_id else (), 1)


def mark_all_read(*, actor: Actor) -> int:
    """Everything that the reader sees is read; returns how many. What must be taken in hand still waits for it."""
    unread = Notification.objects.filter(practice_id=actor.practice_id, read_at=None)
    subjects = tuple(sorted(set(unread.filter(patient__isnull=False).values_list("patient_id", flat=True))))
    count = unread.update(read_at=now())
    if count:
        _read(actor, subjects, count)
    return count


def _read(actor: Actor, subjects: tuple[int, ...], count: int) -> None:
    record(
        "notifications.read", action="U", subjects=subjects, object_type="practice", object_id=actor.practice_id,
        detail={"count": count},
    )  # fmt: skip


def acknowledge(*, actor: Actor, notification: Notification) -> Alert:
    """Take an alert in hand: the others see who did, nobody else is warned. After somebody else, nothing changes."""
    subjects = (notification.patient_id,) if notification.patient_id else ()
    alert_id = notification.alert_id
    if alert_id is None:
        raise NotFound
    taken = Alert.objects.filter(
        public_id=alert_id, acknowledged_at=None, settled_at=None
    ).update(acknowledged_at=now(), acknowledged_by_id=actor.practice_id)  # fmt: skip
    if taken:
        record(
            "notifications.acknowledged", action="U", subjects=subjects, object_type="alert",
            object_id=alert_id,
        )  # fmt: skip
    mark_read(actor=actor, notification=notification)
    return Alert.objects.get(public_id=alert_id)


def settle(*, event: str, key_prefix: str) -> None:
    """There is nothing left to take in hand of what such a key begins: for a job of the house."""
    for alert in Alert.objects.filter(event=event, key__startswith=key_prefix, acknowledged_at=None, settled_at=None):
        Alert.objects.filter(pk=alert.pk).update(settled_at=now())
        record(
            "notifications.settled", action="U", subjects=(alert.patient_id,), object_type="alert",
            object_id=alert.public_id,
        )  # fmt: skip


def purge_read(*, days: int) -> int:
    """Erase what was read more than so many days ago, a month at least; how many. For a job of the house."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT notifications_purge(%s)", [days])
        done = int(cursor.fetchone()[0])
    if done:
        record("notifications.purged", action="D", detail={"count": done})
    return done


def escalate_unanswered(*, find: Callable[[Alert], Iterable[int]]) -> int:
    """Warn the next role of the alerts that nobody took in hand in time: once each, whatever the number of workers.

    ``find`` gives the practices of an alert's role. Returns how many alerts were passed on.
    """
    due = Alert.objects.select_for_update(skip_locked=True).filter(
        escalate_at__lte=now(), acknowledged_at=None, settled_at=None, escalated_at=None
    )
    done = 0
    for alert in due.order_by("escalate_at")[:BATCH]:
        notice = Notice(
            event=alert.event, key=f"{alert.key}:relance", title=f"Sans réponse : {alert.title}", link=alert.link,
            patient_id=alert.patient_id, level=alert.level,
        )  # fmt: skip
        _pass_on(alert, notice, sorted(set(find(alert))))
        done += 1
    return done


def _pass_on(alert: Alert, notice: Notice, practices: list[int]) -> None:
    _tell(notice, str(alert.public_id), practices)
    Alert.objects.filter(pk=alert.pk).update(escalated_at=now())
    record(
        "notifications.escalated", action="U", subjects=(alert.patient_id,), object_type="alert",
        object_id=alert.public_id, detail={"count": len(practices)},
    )  # fmt: skip


def choose(*, actor: Actor, preference: Preference, wanted: Mapping[tuple[str, Channel], bool]) -> None:
    """Keep what an account chose: hours, rhythm, and each kind of notice by each channel."""
    _check_hours(preference.quiet_from, preference.quiet_to)
    user_id = actor.user_id
    assert user_id is not None
    Schedule.objects.update_or_create(
        user_id=user_id,
        defaults={
            "rhythm": preference.rhythm, "digest_hour": preference.digest_hour, "quiet_from": preference.quiet_from,
            "quiet_to": preference.quiet_to, "quiet_days": sorted(preference.quiet_days),
            "urgent_passes": preference.urgent_passes,
        },
    )  # fmt: skip
    ChannelChoice.objects.bulk_create(
        [
            ChannelChoice(user_id=user_id, event=event, channel=channel, wanted=value)
            for (event, channel), value in wanted.items()
        ],
        update_conflicts=True, unique_fields=["user", "event", "channel"], update_fields=["wanted"],
    )  # fmt: skip
    record("notifications.settings.changed", action="U", object_type="user", object_id=actor.user_public_id or "")


def _check_hours(start: time | None, end: time | None) -> None:
    if (start is None) != (end is None):
        raise DomainError("Donnez les deux heures, ou aucune.", field="quiet_to" if end is None else "quiet_from")
    if start is not None and start == end:
        raise DomainError("La fin doit être une autre heure que le début.", field="quiet_to")
