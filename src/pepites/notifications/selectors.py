"""What somebody reads of their notices and of their choices."""

from collections.abc import Sequence
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from pepites.accounts.models import User
from pepites.audit.unit import current, in_unit, record
from pepites.common.actor import Actor
from pepites.common.clock import CAYENNE, local_day, now
from pepites.notifications.enums import Channel
from pepites.notifications.models import Alert, ChannelChoice, Notification, Schedule
from pepites.notifications.registry import event_type
from pepites.notifications.timing import Preference
from pepites.notifications.values import NoticeLine

SHOWN = 50
UNREAD_SQL = (  # takes the practice; for a page that asks the base something else at the same time
    "(SELECT count(*) FROM (SELECT 1 FROM notifications_notification WHERE practice_id = %s AND read_at IS NULL"
    " LIMIT 100) waiting)"
)
_KEPT = "notifications.unread"
UNREAD, TO_TAKE = "non-lues", "a-prendre"
_WAITS = Q(alert__acknowledged_at=None, alert__settled_at=None, alert__isnull=False)


def unread_count(actor: Actor) -> int:
    """How many notices wait to be read, 100 at most (« 99+ » beyond); a page that writes nothing asks once."""
    if actor.practice_id is None:
        return 0
    unit = current() if in_unit() else None
    if unit is not None and unit.read_only and _KEPT in unit.kept:
        return int(unit.kept[_KEPT])
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {UNREAD_SQL}", [actor.practice_id])
        return keep_unread(int(cursor.fetchone()[0]))


def keep_unread(count: int) -> int:
    """Spare the page under way the question, once another one of its own brought the answer (``UNREAD_SQL``)."""
    if in_unit():
        current().kept[_KEPT] = count
    return count


def list_visible_to(actor: Actor, *, only: str = "", page: int = 1) -> tuple[list[NoticeLine], int]:
    """A page of the notices, the last first, and how many there are; journalled.

    What is told about a person stays hidden from whoever no longer holds the right to it: the database leaves it out.
    """
    found = _kept(Notification.objects.filter(practice_id=actor.practice_id), only)
    total = found.count()
    start = (max(page, 1) - 1) * SHOWN
    rows = list(
        found.select_related("patient", "alert__acknowledged_by__professional")
        .order_by("-created_at", "-id")[start : start + SHOWN]
    )  # fmt: skip
    record("notifications.list.read", subjects=tuple(sorted({row.patient_id for row in rows if row.patient_id})))
    return [_line(row) for row in rows], total


def _kept(found: QuerySet[Notification], only: str) -> QuerySet[Notification]:
    if only == UNREAD:
        return found.filter(read_at=None)
    return found.filter(_WAITS) if only == TO_TAKE else found


def notification_visible_to(actor: Actor, public_id: UUID) -> Notification | None:
    """One's own notice."""
    return Notification.objects.filter(public_id=public_id, practice_id=actor.practice_id).first()


def _line(row: Notification) -> NoticeLine:
    kind, patient, alert = event_type(row.event), row.patient, row.alert
    local = row.created_at.astimezone(CAYENNE)
    today = local_day(now())
    day = "aujourd'hui" if local.date() == today else f"{local:%d/%m/%Y}"
    return NoticeLine(
        row.public_id, row.title, kind.label, kind.urgency == "urgent", row.read_at is None,
        f"{patient.birth_name} {patient.first_given_name}" if patient else "",
        f"{day}, {local.hour}\u00a0h\u00a0{local:%M}",
        alert is not None and alert.acknowledged_at is None and alert.settled_at is None, _state(alert),
    )  # fmt: skip


def _state(alert: Alert | None) -> str:
    if alert is None or (alert.acknowledged_at is None and alert.settled_at is None):
        return ""
    if alert.acknowledged_at is None or alert.acknowledged_by is None:
        return "Sans objet : l'événement a été annulé"
    local = alert.acknowledged_at.astimezone(CAYENNE)
    name = alert.acknowledged_by.professional.display_name
    return f"Pris en compte par {name}, le {local:%d/%m/%Y} à {local.hour} h {local:%M}"


def address_of(actor: Actor) -> str:
    """Where one's messages go, empty when the account has no address."""
    return User.objects.filter(pk=actor.user_id or 0).values_list("email", flat=True).first() or ""


def preference_of(actor: Actor) -> Preference:
    """One's own hours and rhythm."""
    held = Schedule.objects.filter(user_id=actor.user_id or 0).first()
    return held.preference if held else Preference()


def choices_of(user_ids: Sequence[int]) -> dict[tuple[int, str, str], bool]:
    """What accounts chose, by account, kind and channel."""
    rows = ChannelChoice.objects.filter(user_id__in=user_ids)
    return {(row.user_id, row.event, row.channel): row.wanted for row in rows}


def wants(choices: dict[tuple[int, str, str], bool], user_id: int, event: str, channel: Channel) -> bool:
    """Whether an account is told of a kind of notice by a channel: its choice, else the kind's own default."""
    default = channel is Channel.EMAIL and event_type(event).email
    return choices.get((user_id, event, channel), default)
