"""Screens of measures of protection, from the person's agreements."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from pepites.access.enums import Level
from pepites.audit.attempts import attempt
from pepites.common.actor import Actor
from pepites.common.identifiers import new_uuid
from pepites.common.views import actor_of, posted, status_of
from pepites.coordination.enums import MemberRole
from pepites.coordination.forms import ReasonForm
from pepites.coordination.measures.enums import Extent, MeasureKind
from pepites.coordination.measures.forms import CONTACT, PRACTICE, MeasureForm
from pepites.coordination.measures.selectors import measure_visible_to
from pepites.coordination.measures.services import Measure, lift_measure, record_measure
from pepites.coordination.selectors import around
from pepites.coordination.views.base import found, open_file

READ = "coordination.consents.read"


@require_http_methods(["GET", "POST"])
def create(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Record a measure."""
    actor = actor_of(request)
    patient, context = open_file(request, public_id, "consents", READ, level=Level.FULL)
    contacts = {str(one.public_id): one for one in around.contacts_visible_to(actor, patient.pk)}
    labels = [(f"{CONTACT}{key}", f"{one.given_name} {one.family_name}".strip()) for key, one in contacts.items()]
    form = MeasureForm(posted(request), holders=[*labels, *_mandataries(actor, patient.pk)],
                       initial={"cle": new_uuid()})  # fmt: skip
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        holder = data["holder"]
        asked = Measure(
            kind=MeasureKind(data["kind"]), extent=Extent(data["extent"]), starts_on=data["starts_on"],
            ends_on=data["ends_on"], proof=data["proof"], contact=contacts.get(holder.removeprefix(CONTACT)),
            practice_id=int(holder.removeprefix(PRACTICE)) if holder.startswith(PRACTICE) else None,
        )  # fmt: skip
        with attempt(form):
            record_measure(actor=actor, patient=patient, measure=asked, key=data["cle"])
        if not form.errors:
            messages.success(request, "Mesure de protection enregistrée.")
            return redirect("coordination:consents", public_id)
    context |= {
        "form": form,
        "title": "Noter une mesure de protection",
        "lead": "La personne décide si elle le peut. Sinon, qui la représente consent pour elle.",
        "submit": "Enregistrer la mesure",
        "back": reverse("coordination:consents", args=[public_id]),
    }
    return render(request, "coordination/act.html", context, status=status_of(form))


def _mandataries(actor: Actor, patient_id: int) -> list[tuple[str, str]]:
    members, _ = around.circle_visible_to(actor, patient_id)
    return [
        (f"{PRACTICE}{one.practice_id}", f"{one.practice.professional.display_name}, {one.practice.organization.name}")
        for one in members
        if one.role == MemberRole.PROTECTION
    ]


@require_http_methods(["GET", "POST"])
def lift(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The measure no longer holds."""
    measure = found(measure_visible_to(actor_of(request), public_id))
    patient, context = open_file(request, measure.patient.public_id, "consents", READ, level=Level.FULL)
    form = ReasonForm(posted(request))
    if request.method == "POST" and form.is_valid():
        with attempt(form):
            lift_measure(actor=actor_of(request), measure=measure, reason=form.cleaned_data["reason"])
        if not form.errors:
            messages.success(request, "Fin de la mesure enregistrée.")
            return redirect("coordination:consents", patient.public_id)
    context |= {
        "form": form,
        "title": "Mettre fin à la mesure",
        "lead": f"{measure.get_kind_display()} : elle reste dans l'histoire du dossier.",
        "submit": "Mettre fin à la mesure",
        "danger": True,
        "back": reverse("coordination:consents", args=[patient.public_id]),
    }
    return render(request, "coordination/act.html", context, status=status_of(form))
