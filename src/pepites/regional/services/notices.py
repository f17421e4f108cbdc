"""Notices to the domains: read by the job that sends them, marked once acknowledged, kept with their error (STIC-9)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db.models import F

from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.clock import now
from pepites.regional.database import rows
from pepites.regional.enums import NoticeKind
from pepites.regional.models import Notification
from pepites.regional.records import incoming_of, loaded
from pepites.regional.values import IncomingRecord

AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell a domain of one of its own identities; no other domain's traits (STIC-10)."""

    key: int
    public_id: UUID
    code: str
    system: str
    kind: NoticeKind
    irp: str
    former_irp: str
    record: IncomingRecord


def waiting_notices(codes: Sequence[str]) -> list[Notice]:
    """Those to send now to these domains, oldest first; one refused waits twice as long each time."""
    found = rows(
        "regional.notice.refused", "SELECT * FROM regional_waiting_notices(%s::text[], %s)", [list(codes), AT_ONCE]
    )
    return [
        Notice(key, public_id, code, system, NoticeKind(kind), irp, former, incoming_of(loaded(data)))
        for key, public_id, code, system, kind, irp, former, data in found
    ]


def notice_sent(*, actor: Actor, notice: Notice) -> None:
    """The domain acknowledged it."""
    del actor
    Notification.objects.filter(pk=notice.key, sent_at=None).update(sent_at=now(), tries=F("tries") + 1, last_error="")
    record(
        "regional.notice.sent", object_type="regional_notice", object_id=notice.public_id,
        detail={"domain": notice.code, "kind": str(notice.kind)},
    )  # fmt: skip


def notice_failed(*, actor: Actor, notice: Notice, error: str) -> None:
    """It was not taken, or nobody answered; no personal data in ``error``."""
    del actor
    Notification.objects.filter(pk=notice.key, sent_at=None).update(tries=F("tries") + 1, last_error=error[:200])
