"""Appointments of a person in their file, and the note that an appointment leads to (P7)."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from pepites.access.policies import require
from pepites.agenda.enums import AppointmentState
from pepites.agenda.selectors.lines import (
    Filter,
    appointment_visible_to,
    lines_of,
    past_visible_to,
    upcoming_visible_to,
)
from pepites.agenda.services import end_appointment
from pepites.audit.attempts import attempt
from pepites.common.identifiers import new_uuid
from pepites.common.views import actor_of, posted, status_of
from pepites.coordination import policies
from pepites.coordination.enums import NoteType
from pepites.coordination.forms import NoteForm
from pepites.coordination.selectors.settings import note_types
from pepites.coordination.services.notes import CODE, add_liaison_note
from pepites.coordination.views.base import found, open_file

READ = "coordination.appointments.read"


@require_safe
def appointments(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What is planned for the person by all those around them, then what took place."""
    actor = actor_of(request)
    patient, context = open_file(request, public_id, "appointments", READ)
    chosen = Filter(patient_id=patient.pk, cancelled=True)
    context |= {
        "upcoming": upcoming_visible_to(actor, chosen),
        "past": past_visible_to(actor, chosen),
        "may_plan": not context["identity"].frozen,
    }
    return render(request, "coordination/appointments.html", context)


@require_http_methods(["GET", "POST"])
def report(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """« Écrire la note » of an appointment: the note enters the notebook, the appointment is noted as having been."""
    actor = actor_of(request)
    one = found(appointment_visible_to(actor, public_id))
    person = found(one.patient)
    patient, context = open_file(request, person.public_id, "appointments", READ)
    require(policies.can_write_note(actor, context["level"]), code=CODE, subjects=(patient.pk,))
    (line,) = lines_of(actor, [one])
    form = NoteForm(
        posted(request), types=note_types(actor, patient.pk),
        initial={"cle": new_uuid(), "type": NoteType.INTERVENTION, "text": f"{line.kind}, {line.day}, {line.hours}.\n"},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        with attempt(form):
            note = add_liaison_note(
                actor=actor, patient_id=patient.pk, type=data["type"], text=data["text"],
                emergency=data["emergency"], key=data["cle"],
            )  # fmt: skip
            end_appointment(actor=actor, appointment=one, state=AppointmentState.DONE, report=note.public_id)
        if not form.errors:
            messages.success(request, "Note enregistrée, rendez-vous noté comme honoré.")
            return redirect("coordination:file", patient.public_id)
    context |= {
        "form": form,
        "title": "Écrire la note du rendez-vous",
        "lead": f"{line.title}, {line.day}, {line.hours}",
        "submit": "Enregistrer la note",
        "back": reverse("agenda:appointment", args=[public_id]),
    }
    return render(request, "coordination/act.html", context, status=status_of(form))
