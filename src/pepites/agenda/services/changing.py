"""Moving, cancelling, ending appointments; each change names the version it has read (interface §9)."""

from datetime import datetime
from uuid import UUID

from django.db.models import F, QuerySet

from pepites.access.policies import require
from pepites.access.selectors import level_on
from pepites.agenda import policies
from pepites.agenda.enums import OPEN, AppointmentState, Scope, Travel
from pepites.agenda.models import Appointment
from pepites.agenda.services.planning import CODE, check_times, journal
from pepites.agenda.shapes import Planned
from pepites.common.actor import Actor
from pepites.common.clock import now
from pepites.common.errors import Conflict, DomainError

CHANGED = "Ce rendez-vous a changé entre-temps : regardez ce qu'il est devenu, puis recommencez."


def move_appointment(
    *, actor: Actor, appointment: Appointment, starts_at: datetime, ends_at: datetime, version: int,
    scope: Scope = Scope.ONE, place: str | None = None, travel: Travel | None = None, travel_minutes: int | None = None,
) -> Appointment:  # fmt: skip
    """Another day, hour, place or travel; with ``FOLLOWING``, the later ones of the series move by as much.

    Raises ``Conflict`` when somebody changed it meanwhile, ``DomainError`` once it is ended or cancelled.
    """
    _require(actor, appointment)
    check_times(
        Planned(
            kind=appointment.kind, starts_at=starts_at, ends_at=ends_at, patient_id=appointment.patient_id,  # type: ignore[arg-type]
            title=appointment.title, travel=appointment.travel if travel is None else travel,  # type: ignore[arg-type]
            travel_minutes=appointment.travel_minutes if travel_minutes is None else travel_minutes,
        )
    )  # fmt: skip
    _claim(appointment, version)
    shift, length = starts_at - appointment.starts_at, ends_at - starts_at
    changed = {
        key: value
        for key, value in (("place", place), ("travel", travel), ("travel_minutes", travel_minutes))
        if value is not None
    }
    moved = _following(appointment) if scope == Scope.FOLLOWING else Appointment.objects.filter(pk=appointment.pk)
    moved.update(starts_at=F("starts_at") + shift, ends_at=F("starts_at") + shift + length, **changed)
    appointment.refresh_from_db()
    journal("agenda.moved", appointment, scope=scope.value)
    return appointment


def cancel_appointment(
    *, actor: Actor, appointment: Appointment, reason: str, version: int, scope: Scope = Scope.ONE
) -> None:
    """It will not take place; the row stays, with its reason."""
    _require(actor, appointment)
    if not reason.strip():
        raise DomainError("Dites pourquoi ce rendez-vous est annulé.", field="reason")
    _claim(appointment, version)
    ended = _following(appointment) if scope == Scope.FOLLOWING else Appointment.objects.filter(pk=appointment.pk)
    ended.update(state=AppointmentState.CANCELLED, reason=reason.strip()[:200])
    appointment.refresh_from_db()
    journal("agenda.cancelled", appointment, scope=scope.value)


def end_appointment(
    *, actor: Actor, appointment: Appointment, state: AppointmentState, report: UUID | None = None
) -> None:
    """It took place, or the person did not come; the same answer twice is the same answer. Never ahead of time."""
    decision = policies.can_change(actor, appointment, _level(appointment))
    require(decision, code=CODE, subjects=_subjects(appointment))
    if state not in (AppointmentState.DONE, AppointmentState.MISSED, AppointmentState.BOOKED):
        raise DomainError("Dites si le rendez-vous a eu lieu.")
    if appointment.state == AppointmentState.CANCELLED:
        raise DomainError("Ce rendez-vous est annulé.")
    if state != AppointmentState.BOOKED and appointment.starts_at > now():
        raise DomainError("Ce rendez-vous n'a pas encore commencé.")
    if appointment.state == state and report in (None, appointment.report):
        return
    appointment.state, appointment.report = state, report or appointment.report
    appointment.version += 1
    appointment.save(update_fields=["state", "report", "version"])
    journal("agenda.ended" if state != AppointmentState.BOOKED else "agenda.confirmed", appointment, state=state.value)


def _following(appointment: Appointment) -> QuerySet[Appointment]:
    if appointment.series is None:
        return Appointment.objects.filter(pk=appointment.pk)
    return Appointment.objects.filter(series=appointment.series, starts_at__gte=appointment.starts_at, state__in=OPEN)


def _require(actor: Actor, appointment: Appointment) -> None:
    decision = policies.can_change(actor, appointment, _level(appointment))
    require(decision, code=CODE, subjects=_subjects(appointment))
    if not appointment.is_open:
        raise DomainError("Ce rendez-vous est terminé ou annulé : planifiez-en un autre.")


def _claim(appointment: Appointment, version: int) -> None:
    """One change at a time: whoever read an older version is told so."""
    claimed = Appointment.objects.filter(pk=appointment.pk, version=version, state__in=OPEN).update(version=version + 1)
    if not claimed:
        raise Conflict(CHANGED)


def _level(appointment: Appointment) -> int:
    return level_on(appointment.patient_id) if appointment.patient_id else 0


def _subjects(appointment: Appointment) -> tuple[int, ...]:
    return (appointment.patient_id,) if appointment.patient_id else ()
