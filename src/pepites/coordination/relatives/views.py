"""Screens of the person and their carers in the circle."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from pepites.access.enums import ConsentMode, GivenBy, Level
from pepites.audit.attempts import attempt
from pepites.common.views import actor_of, posted, status_of
from pepites.coordination.forms import ReasonForm
from pepites.coordination.relatives.forms import PERSON, RelativeForm
from pepites.coordination.relatives.selectors import relative_visible_to
from pepites.coordination.relatives.services import end_relative, welcome_relative
from pepites.coordination.selectors import around
from pepites.coordination.views.base import found, open_file

READ = "coordination.circle.read"


@require_http_methods(["GET", "POST"])
def welcome(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Give the person or a carer some rights in the circle, or change them."""
    actor = actor_of(request)
    patient, context = open_file(request, public_id, "circle", READ, level=Level.FULL)
    contacts = {str(one.public_id): one for one in around.contacts_visible_to(actor, patient.pk)}
    labels = [(key, f"{one.given_name} {one.family_name}, {one.get_relation_display().lower()}".strip())
              for key, one in contacts.items()]  # fmt: skip
    form = RelativeForm(
        posted(request), contacts=labels, initial={"mode": ConsentMode.ORAL, "given_by": GivenBy.PERSON}
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        with attempt(form):
            welcome_relative(
                actor=actor, patient_id=patient.pk,
                contact=None if data["who"] == PERSON else contacts[data["who"]], rights=data["rights"],
                mode=ConsentMode(data["mode"]), given_by=GivenBy(data["given_by"]),
            )  # fmt: skip
        if not form.errors:
            messages.success(request, "Droits enregistrés.")
            return redirect("coordination:circle", public_id)
    context |= {
        "form": form,
        "title": "La personne et ses proches dans le cercle",
        "lead": "Un proche voit ce que la personne autorise, jamais les notes ni les discussions des soignants.",
        "submit": "Enregistrer ces droits",
        "back": reverse("coordination:circle", args=[public_id]),
    }
    return render(request, "coordination/act.html", context, status=status_of(form))


@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """End the rights of the person or of a carer."""
    one = found(relative_visible_to(actor_of(request), public_id))
    patient, context = open_file(request, one.patient.public_id, "circle", READ, level=Level.FULL)
    form = ReasonForm(posted(request))
    if request.method == "POST" and form.is_valid():
        with attempt(form):
            end_relative(actor=actor_of(request), relative=one, reason=form.cleaned_data["reason"])
        if not form.errors:
            messages.success(request, "Ces droits sont terminés.")
            return redirect("coordination:circle", patient.public_id)
    context |= {
        "form": form,
        "title": "Mettre fin à ces droits",
        "lead": "Tout ce qui était ouvert se ferme aussitôt.",
        "submit": "Mettre fin",
        "danger": True,
        "back": reverse("coordination:circle", args=[patient.public_id]),
    }
    return render(request, "coordination/act.html", context, status=status_of(form))
