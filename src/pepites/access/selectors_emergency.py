"""What the bris de glace screens read (rgpd §3.6)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import connection

from pepites.access.enums import Basis, EmergencyMotive, ReviewResult
from pepites.access.models import AccessGrant
from pepites.access.policies import can_break_glass, require
from pepites.access.selectors import patient_id_of
from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.clock import CAYENNE, now
from pepites.common.errors import NotFound
from pepites.patients.enums import IdentityStatus, Sex

REVIEW_WITHIN = timedelta(hours=72)


@dataclass(frozen=True, slots=True)
class EmergencyPerson:
    """Strict traits and status: enough to know the right person, nothing more (law 11)."""

    patient_id: int
    public_id: UUID
    birth_name: str
    first_given_name: str
    birth_date: str
    sex: str
    status: str
    status_label: str
    opposed: bool


def open_emergency(actor: Actor, patient_id: int) -> datetime | None:
    """Until when the actor's practice holds a bris de glace on that person; None when it holds none."""
    if actor.practice_id is None:
        return None
    moment = now()
    return (
        AccessGrant.objects.filter(
            practice_id=actor.practice_id, patient_id=patient_id, basis=Basis.EMERGENCY, starts_at__lte=moment,
            ends_at__gt=moment,
        )
        .order_by("-ends_at")
        .values_list("ends_at", flat=True)
        .first()
    )  # fmt: skip


def person_for_emergency(actor: Actor, public_id: UUID) -> EmergencyPerson:
    """The person of a bris de glace; every look is journalled in that person's trace.

    Raises ``NotFound`` for an unknown, fictive or protected identity, ``Refused`` for any but health professionals.
    """
    known = patient_id_of(public_id)
    if known is None:
        raise NotFound
    require(can_break_glass(actor), code="access.emergency.refused", subjects=(known,), object_type="patient")
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM access_emergency_identity(%s)", [public_id])
        row = cursor.fetchone()
    if row is None:
        raise NotFound
    record("access.emergency.identity", action="R", subjects=(row[0],), object_type="patient")
    return EmergencyPerson(
        patient_id=row[0],
        public_id=public_id,
        birth_name=row[1],
        first_given_name=row[2],
        birth_date=_day(row[3]),
        sex=Sex(row[4]).label,
        status=row[5],
        status_label=IdentityStatus(row[5]).label,
        opposed=row[6],
    )


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """One bris de glace to review, or reviewed, ready to print."""

    public_id: UUID
    patient_public: UUID
    patient_id: int
    professional: str
    role: str
    organization: str
    opened: str
    closed: str
    motive: str
    explanation: str
    reviewed: str
    result: str
    comment: str
    own: bool
    late: bool
    deadline: str


def emergencies_to_review(*, reviewed: bool) -> list[ReviewLine]:
    """What the actor may review: the function in the database says which."""
    return _lines(None, reviewed)


def emergency_to_review(public_id: UUID) -> ReviewLine:
    """One of them; raises ``NotFound`` when it is not for the actor."""
    lines = _lines(public_id, None)
    if not lines:
        raise NotFound
    return lines[0]


def may_review_some(actor: Actor) -> bool:
    """Whether the review queue concerns the actor at all."""
    return actor.platform_admin or bool(actor.administered) or actor.ref.role == "dpo"


def _lines(public_id: UUID | None, reviewed: bool | None) -> list[ReviewLine]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM access_emergency_queue(%s, %s)", [public_id, reviewed])
        rows = cursor.fetchall()
    return [
        ReviewLine(
            row[0], row[1], row[2], row[3], row[4], row[5], moment_label(row[6]), moment_label(row[7]),
            EmergencyMotive(row[8]).label, row[9], moment_label(row[10]) if row[10] else "",
            ReviewResult(row[11]).label if row[11] else "", row[12], row[13],
            row[10] is None and now() > row[6] + REVIEW_WITHIN, moment_label(row[6] + REVIEW_WITHIN),
        )
        for row in rows
    ]  # fmt: skip


def moment_label(value: datetime) -> str:
    """« 22/11/2026 à 18 h 40 », French Guiana time."""
    return value.astimezone(CAYENNE).strftime("%d/%m/%Y à %H h %M")


def hour_label(value: datetime) -> str:
    """« 18 h 40 », French Guiana time."""
    return value.astimezone(CAYENNE).strftime("%H h %M")


def _day(value: date | None) -> str:
    return value.strftime("%d/%m/%Y") if value else "inconnue"
