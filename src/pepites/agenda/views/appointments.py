"""One appointment: planned, read, moved, cancelled, ended."""

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pepites.access.enums import Level
from pepites.access.policies import require
from pepites.access.selectors import level_on, patient_for
from pepites.agenda import services
from pepites.agenda.enums import AppointmentState, Scope, Travel
from pepites.agenda.forms import AppointmentForm, CancelForm, MoveForm
from pepites.agenda.models import Appointment
from pepites.agenda.policies import can_change, can_plan
from pepites.agenda.ports import appointment_actions
from pepites.agenda.selectors.clashes import clashes_of
from pepites.agenda.selectors.lines import appointment_visible_to, lines_of
from pepites.agenda.selectors.people import colleagues_of, teams_of
from pepites.agenda.services.planning import CODE
from pepites.agenda.shapes import Clash, Planned
from pepites.agenda.views.overtaken import Compared, overtaken, slot_of
from pepites.audit.attempts import attempt
from pepites.audit.unit import record
from pepites.common.clock import CAYENNE, now, today
from pepites.common.errors import NotFound
from pepites.common.identifiers import new_uuid
from pepites.common.views import actor_of, identifier, posted, status_of
from pepites.identity.selectors import band
from pepites.patients.models import Patient


@require_http_methods(["GET", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    """Plan an appointment, with or without a person; what clashes is said before it is saved."""
    actor = actor_of(request)
    person = _person(request)
    level = level_on(person.pk) if person else 0
    subjects = (person.pk,) if person else ()
    require(can_plan(actor, patient=person is not None, level=level), code=CODE, subjects=subjects)
    teams = teams_of(actor)
    form = AppointmentForm(
        posted(request), colleagues=colleagues_of(actor, teams), teams=[(str(one.pk), one.name) for one in teams],
        person=person is not None,
        initial={"cle": new_uuid(), "day": _day(request), "starts": "09:00", "participants": [actor.practice_id]},
    )  # fmt: skip
    clashes: list[Clash] = []
    if request.method == "POST" and form.is_valid():
        team = int(form.cleaned_data.get("team") or 0) or None
        planned = form.planned(patient_id=person.pk if person else None, network_id=team)
        clashes = [] if form.cleaned_data["anyway"] else clashes_of(actor, planned)
        if not clashes:
            with attempt(form):
                made = services.plan_appointment(actor=actor, planned=planned, key=form.cleaned_data["cle"])
            if not form.errors:
                messages.success(request, "Rendez-vous planifié.")
                return redirect("agenda:appointment", made.public_id)
    record("agenda.read", subjects=subjects)
    context = {
        "form": form, "clashes": clashes, "person": person, "identity": band(person) if person else None,
        "title": "Nouveau rendez-vous", "submit": "Planifier", "back": reverse("agenda:agenda"),
    }  # fmt: skip
    return render(request, "agenda/form.html", context, status=422 if clashes else status_of(form))


def _person(request: HttpRequest) -> Patient | None:
    text = request.POST.get("personne") or request.GET.get("personne", "")
    if not text:
        return None
    key = identifier(text)
    if key is None:
        raise NotFound
    return patient_for(actor_of(request), key, level=Level.SOCIAL, code=CODE)


def _day(request: HttpRequest) -> date:
    try:
        return date.fromisoformat(request.GET.get("le", ""))
    except ValueError:
        return today()


def _found(request: HttpRequest, public_id: UUID) -> Appointment:
    one = appointment_visible_to(actor_of(request), public_id)
    if one is None:
        raise NotFound
    return one


def _frame(request: HttpRequest, one: Appointment) -> dict[str, Any]:
    """What every page of one appointment shows; the reading is journalled."""
    actor = actor_of(request)
    (line,) = lines_of(actor, [one])
    subjects = (one.patient_id,) if one.patient_id else ()
    record("agenda.read", subjects=subjects, object_type="appointment", object_id=one.public_id)
    level = level_on(one.patient_id) if one.patient_id else 0
    return {
        "one": one,
        "line": line,
        "lead": f"{line.title}, {line.day}, {line.hours}",
        "identity": band(one.patient) if one.patient else None,
        "may": bool(can_change(actor, one, level)),
        "back": reverse("agenda:appointment", args=[one.public_id]),
    }


@require_safe
def appointment(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One appointment."""
    one = _found(request, public_id)
    context = _frame(request, one)
    context |= {
        "begun": one.starts_at <= now(),
        "actions": [
            (action, reverse(action.url_name, args=[one.public_id])) for action in appointment_actions()
        ] if one.patient_id and context["may"] and one.state != AppointmentState.CANCELLED else [],
        "back": reverse("agenda:agenda") + f"?le={one.starts_at.astimezone(CAYENNE):%Y-%m-%d}",
    }  # fmt: skip
    return render(request, "agenda/appointment.html", context)


@require_http_methods(["GET", "POST"])
def move(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Another day, hour or place, for this one or those that follow."""
    actor = actor_of(request)
    one = _found(request, public_id)
    context = _frame(request, one)
    require(can_change(actor, one, level_on(one.patient_id) if one.patient_id else 0), code=CODE)
    form = MoveForm(posted(request), series=one.series is not None, initial=slot_of(one))
    clashes: list[Clash] = []
    if request.method == "POST" and form.is_valid():
        if compared := overtaken(form, one):
            return _show_overtaken(request, public_id, form, "Déplacer", compared)
        data = form.cleaned_data
        starts, ends = form.span()
        travel, minutes = Travel(data["travel"]), data["travel_minutes"] or 0
        asked = Planned(kind=one.kind, starts_at=starts, ends_at=ends, participants=tuple(one.participants),  # type: ignore[arg-type]
                        travel_minutes=minutes)  # fmt: skip
        clashes = [] if data["anyway"] else clashes_of(actor, asked, except_for=public_id)
        if not clashes:
            with attempt(form):
                services.move_appointment(
                    actor=actor, appointment=one, starts_at=starts, ends_at=ends, version=data["version"],
                    scope=Scope(data.get("scope", Scope.ONE)), place=data["place"].strip(), travel=travel,
                    travel_minutes=minutes,
                )  # fmt: skip
            if not form.errors:
                messages.success(request, "Rendez-vous déplacé.")
                return redirect("agenda:appointment", public_id)
            if compared := overtaken(form, one):
                return _show_overtaken(request, public_id, form, "Déplacer", compared)
    context |= {"form": form, "clashes": clashes, "title": "Déplacer le rendez-vous", "submit": "Déplacer"}
    return render(request, "agenda/form.html", context, status=422 if clashes else status_of(form))


@require_http_methods(["GET", "POST"])
def cancel(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """It will not take place."""
    actor = actor_of(request)
    one = _found(request, public_id)
    context = _frame(request, one)
    require(can_change(actor, one, level_on(one.patient_id) if one.patient_id else 0), code=CODE)
    form = CancelForm(posted(request), series=one.series is not None, initial={"version": one.version})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        with attempt(form):
            services.cancel_appointment(
                actor=actor, appointment=one, reason=data["reason"], version=data["version"],
                scope=Scope(data.get("scope", Scope.ONE)),
            )  # fmt: skip
        if not form.errors:
            messages.success(request, "Rendez-vous annulé. Prévenez la personne.")
            return redirect("agenda:appointment", public_id)
        if compared := overtaken(form, one):
            return _show_overtaken(request, public_id, form, "Annuler le rendez-vous", compared)
    context |= {"form": form, "title": "Annuler le rendez-vous", "submit": "Annuler le rendez-vous", "danger": True}
    return render(request, "agenda/form.html", context, status=status_of(form))


def _show_overtaken(
    request: HttpRequest, public_id: UUID, form: Form, submit: str, compared: list[Compared]
) -> HttpResponse:
    """What was typed beside what the appointment has become; sent again, it is taken (interface §9)."""
    context = _frame(request, _found(request, public_id))
    context |= {
        "form": form, "compared": compared, "submit": submit, "title": "Ce rendez-vous a changé entre-temps",
        "typed_slot": any(row.typed for row in compared),
    }  # fmt: skip
    return render(request, "agenda/form.html", context, status=409)


@require_POST
def end(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """It took place, the person did not come, or it is confirmed."""
    one = _found(request, public_id)
    state = request.POST.get("etat", "")
    if state not in AppointmentState.values:
        raise NotFound
    services.end_appointment(actor=actor_of(request), appointment=one, state=AppointmentState(state))
    messages.success(request, "C'est noté.")
    return redirect("agenda:appointment", public_id)
