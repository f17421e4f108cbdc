"""Screens of the training: for who trains, and for who is trained."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pepites.access.policies import can_administer_network, require
from pepites.audit.attempts import attempt
from pepites.audit.unit import record
from pepites.common.errors import NotFound
from pepites.common.views import actor_of, posted, status_of
from pepites.training import selectors, services
from pepites.training.enums import HalfDay
from pepites.training.forms import AttendanceForm, CopyForm, SessionForm, TraineeForm
from pepites.training.models import Session, TrainingCopy


def _copy(request: HttpRequest, public_id: UUID, *, trainer: bool) -> TrainingCopy:
    copy = selectors.copy_visible_to(actor_of(request), public_id)
    if copy is None:
        raise NotFound
    if trainer:
        decision = can_administer_network(actor_of(request), copy.network_id)
        require(decision, code="training.refused", object_type="network", object_id=copy.network.slug)
    record("training.read", object_type="network", object_id=copy.network.slug)
    return copy


@require_http_methods(["GET", "HEAD", "POST"])
def home(request: HttpRequest) -> HttpResponse:
    """One's own trainings; opening a copy, for who administers a network."""
    actor = actor_of(request)
    sources = selectors.sources_for(actor)
    form = CopyForm(sources, posted(request))
    if request.method == "POST" and form.is_valid():
        source = next(one for one in sources if str(one.pk) == form.cleaned_data["network"])
        with attempt(form):
            copy = services.open_copy(
                actor=actor, source=source, wanted=form.cleaned_data["wanted"],
                expires_on=form.cleaned_data["expires_on"],
            )  # fmt: skip
        if not form.errors:
            return redirect("training:copy", copy.public_id)
    record("training.read")
    copies = [
        {"copy": one, "name": "copy" if selectors.runs(actor, one) else "steps", "until": f"{one.expires_on:%d/%m/%Y}"}
        for one in selectors.copies_visible_to(actor)
    ]
    context = {"form": form, "sources": sources, "copies": copies}
    return render(request, "training/home.html", context, status=status_of(form))


@require_safe
def copy(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A copy, for its trainer: how far it is made, who is trained and what they did, the sessions."""
    return _copy_page(request, _copy(request, public_id, trainer=True))


def _copy_page(
    request: HttpRequest, copy: TrainingCopy, trainee: Form | None = None, session: Form | None = None
) -> HttpResponse:
    trainees = selectors.trainees_of(copy)
    progress = selectors.progress_of(copy, [one.pk for one in trainees])
    context: dict[str, Any] = {
        "copy": copy,
        "working": not copy.ready,
        "network": copy.network,
        "until": f"{copy.expires_on:%d/%m/%Y}",
        "trainees": [
            {
                "name": one.professional.display_name,
                "place": one.organization.name,
                "modules": [(sum(step.done for step in steps), len(steps)) for _, steps in progress[one.pk]],
            }
            for one in trainees
        ],
        "weeks": range(1, 6),
        "sessions": [(one, f"{one.day:%d/%m/%Y}") for one in selectors.sessions_of(copy)],
        "trainee_form": trainee or TraineeForm(),
        "session_form": session or SessionForm(),
    }
    refused = any(form is not None and form.errors for form in (trainee, session))
    return render(request, "training/copy.html", context, status=422 if refused else 200)


@require_POST
def enrol(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Enrol one trainee."""
    copy = _copy(request, public_id, trainer=True)
    form = TraineeForm(request.POST)
    if form.is_valid():
        with attempt(form):
            services.enrol_trainee(actor=actor_of(request), copy=copy, login=form.cleaned_data["login"])
    if form.errors:
        return _copy_page(request, copy, trainee=form)
    messages.success(request, "Stagiaire inscrit.")
    return redirect("training:copy", public_id)


@require_POST
def plan(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Plan one session."""
    copy = _copy(request, public_id, trainer=True)
    form = SessionForm(request.POST)
    if form.is_valid():
        with attempt(form):
            services.plan_session(
                actor=actor_of(request), copy=copy, day=form.cleaned_data["day"], place=form.cleaned_data["place"]
            )
    if form.errors:
        return _copy_page(request, copy, session=form)
    return redirect("training:copy", public_id)


@require_http_methods(["GET", "HEAD", "POST"])
def renew(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Make a copy as on its first day, once what goes has been said."""
    copy = _copy(request, public_id, trainer=True)
    form = Form(posted(request))
    if request.method == "POST" and form.is_valid():
        with attempt(form):
            services.renew_copy(actor=actor_of(request), copy=copy)
        if not form.errors:
            messages.success(request, "La copie est remise à neuf : les personnes fictives sont refaites.")
            return redirect("training:copy", public_id)
    context = {"copy": copy, "network": copy.network, "form": form}
    return render(request, "training/renew.html", context, status=status_of(form))


@require_POST
def close(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Close a copy before its day."""
    services.close_copy(actor=actor_of(request), copy=_copy(request, public_id, trainer=True))
    messages.success(request, "La copie d'entraînement est fermée.")
    return redirect("training:home")


@require_safe
def steps(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What the reader has done in the copy, and only theirs."""
    actor = actor_of(request)
    copy = _copy(request, public_id, trainer=False)
    assert actor.practice_id is not None
    context = {
        "copy": copy,
        "network": copy.network,
        "until": f"{copy.expires_on:%d/%m/%Y}",
        "modules": selectors.progress_of(copy, [actor.practice_id])[actor.practice_id],
        "attendance": selectors.own_attendance(actor, copy),
        "sessions": [(one, f"{one.day:%d/%m/%Y}") for one in selectors.sessions_of(copy)],
    }
    return render(request, "training/steps.html", context)


def _session(request: HttpRequest, public_id: UUID) -> Session:
    session = selectors.session_visible_to(actor_of(request), public_id)
    if session is None:
        raise NotFound
    record("training.read", object_type="session", object_id=session.public_id)
    return session


@require_http_methods(["GET", "HEAD", "POST"])
def session(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take attendance, by half-day."""
    found = _session(request, public_id)
    trainees = selectors.trainees_of(found.copy)
    form = AttendanceForm(trainees, selectors.attendance_of(found), posted(request))
    if request.method == "POST" and form.is_valid():
        with attempt(form):
            services.take_attendance(actor=actor_of(request), session=found, present=form.presences())
        if not form.errors:
            messages.success(request, "Présences enregistrées.")
            return redirect("training:session", public_id)
    context = {
        "session": found, "network": found.copy.network, "day": f"{found.day:%d/%m/%Y}", "form": form,
        "trainees": trainees,
    }  # fmt: skip
    return render(request, "training/session.html", context, status=status_of(form))


@require_safe
def sheet(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The attendance sheet, to print and have signed."""
    found = _session(request, public_id)
    held = selectors.attendance_of(found)
    labels = {"present": "Présent", "absent": "Absent", "excuse": "Excusé"}
    rows = [
        (one.professional.display_name, one.organization.name,
         [labels.get(held.get((one.pk, str(half)), ""), "") for half in HalfDay])
        for one in selectors.trainees_of(found.copy)
    ]  # fmt: skip
    context = {"session": found, "network": found.copy.network, "day": f"{found.day:%d/%m/%Y}", "rows": rows}
    return render(request, "training/sheet.html", context)
