"""Contacts, consents and oppositions of a person."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from pepites.access.enums import ConsentMode, GivenBy, Level
from pepites.access.selectors import level_on
from pepites.audit.attempts import attempt
from pepites.audit.idempotency import once
from pepites.common.actor import Actor
from pepites.common.clock import local_day
from pepites.common.identifiers import new_uuid
from pepites.common.views import actor_of, posted, status_of
from pepites.coordination import services
from pepites.coordination.enums import PathwayStatus
from pepites.coordination.forms import ConsentForm, ContactForm, OppositionForm, ReasonForm
from pepites.coordination.measures.selectors import measures_visible_to
from pepites.coordination.selectors import around
from pepites.coordination.selectors.labels import short_day, who
from pepites.coordination.views.base import found, open_file
from pepites.networks.acts import act_left

NETWORK, PRACTICE, ALL = "reseau:", "lieu:", "tous"


@require_http_methods(["GET", "POST"])
def contacts(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """People close to the person."""
    actor = actor_of(request)
    patient, context = open_file(request, public_id, "contacts", "coordination.contacts.read")
    form = ContactForm(posted(request), initial={"cle": new_uuid()})
    if request.method == "POST" and form.is_valid():
        with attempt(form):
            data = dict(form.cleaned_data)
            services.add_contact(actor=actor, patient_id=patient.pk, key=data.pop("cle"), **data)
        if not form.errors:
            messages.success(request, "Contact ajouté.")
            return redirect("coordination:contacts", public_id)
    context |= {"form": form, "contacts": around.contacts_visible_to(actor, patient.pk)}
    return render(request, "coordination/contacts.html", context, status=status_of(form))


@require_POST
def end_contact(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take a contact out of the list."""
    contact = found(around.contact_visible_to(actor_of(request), public_id))
    services.end_contact(actor=actor_of(request), contact=contact)
    messages.success(request, "Contact retiré.")
    return redirect("coordination:contacts", contact.patient.public_id)


@require_http_methods(["GET", "POST"])
def consents(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Consents and oppositions; recording a consent."""
    actor = actor_of(request)
    patient, context = open_file(request, public_id, "consents", "coordination.consents.read")
    form = ConsentForm(posted(request), initial={"cle": new_uuid()})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        with attempt(form):
            once(actor, data["cle"], {"patient": patient.pk}, lambda: _collect(actor, patient.pk, data))
        if not form.errors:
            messages.success(request, "Consentement enregistré.")
            return redirect("coordination:consents", public_id)
    context |= {
        "form": form,
        "may_record": bool(act_left(actor, "consent.record")),
        "measures": measures_visible_to(actor, patient.pk),
        "consents": around.consents_visible_to(actor, patient.pk),
        "oppositions": [
            {
                "against": who(one.practice)["name"]
                if one.practice
                else (one.network.name if one.network else "tout partage"),
                "public_id": one.public_id,
                "on": short_day(local_day(one.recorded_at)),
                "by": who(one.recorded_by)["name"] if one.recorded_by else "",
            }
            for one in around.oppositions_visible_to(actor, patient.pk)
        ],
    }
    return render(request, "coordination/consents.html", context, status=status_of(form))


def _collect(actor: Actor, patient_id: int, data: dict[str, Any]) -> dict[str, object]:
    consent = services.collect_consent(
        actor=actor, patient_id=patient_id, mode=ConsentMode(data["mode"]), given_by=GivenBy(data["given_by"]),
        proof=data["proof"],
    )  # fmt: skip
    return {"id": consent.pk}


@require_http_methods(["GET", "POST"])
def revoke_consent(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Withdraw a consent."""
    consent = found(around.consent_visible_to(actor_of(request), public_id))
    patient, context = open_file(request, consent.patient.public_id, "consents", "coordination.consents.read")
    form = ReasonForm(posted(request))
    if request.method == "POST" and form.is_valid():
        with attempt(form):
            services.revoke_consent(actor=actor_of(request), consent=consent, reason=form.cleaned_data["reason"])
        if not form.errors:
            messages.success(request, "Consentement retiré.")
            gone = level_on(patient.pk) < Level.SOCIAL
            return redirect("coordination:home") if gone else redirect("coordination:consents", patient.public_id)
    context |= {
        "form": form,
        "title": "Retirer le consentement",
        "lead": "Les membres du cercle hors de l'équipe de soins ne verront plus le dossier.",
        "submit": "Retirer le consentement",
        "danger": True,
        "back": reverse("coordination:consents", args=[patient.public_id]),
    }
    return render(request, "coordination/act.html", context, status=status_of(form))


@require_http_methods(["GET", "POST"])
def lift_opposition(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The person goes back on an opposition."""
    opposition = found(around.opposition_visible_to(actor_of(request), public_id))
    patient, context = open_file(request, opposition.patient.public_id, "consents", "coordination.consents.read")
    form = ReasonForm(posted(request))
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        with attempt(form):
            services.lift_opposition(actor=actor_of(request), opposition=opposition, reason=reason)
        if not form.errors:
            messages.success(request, "Opposition levée.")
            return redirect("coordination:consents", patient.public_id)
    context |= {
        "form": form,
        "title": "Lever l'opposition",
        "lead": "La personne est revenue sur son opposition. Qui avait quitté le cercle doit être invité de nouveau.",
        "submit": "Lever l'opposition",
        "back": reverse("coordination:consents", args=[patient.public_id]),
    }
    return render(request, "coordination/act.html", context, status=status_of(form))


@require_http_methods(["GET", "POST"])
def oppose(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Record the person's opposition."""
    actor = actor_of(request)
    patient, context = open_file(request, public_id, "consents", "coordination.consents.read")
    form = OppositionForm(posted(request), targets=_targets(actor, patient.pk))
    if request.method == "POST" and form.is_valid():
        target = form.cleaned_data["target"]
        with attempt(form):
            services.oppose(
                actor=actor, patient_id=patient.pk, proof=form.cleaned_data["proof"],
                practice_id=int(target.removeprefix(PRACTICE)) if target.startswith(PRACTICE) else None,
                network_id=int(target.removeprefix(NETWORK)) if target.startswith(NETWORK) else None,
            )  # fmt: skip
        if not form.errors:
            messages.success(request, "Opposition enregistrée.")
            gone = level_on(patient.pk) < Level.SOCIAL
            return redirect("coordination:home") if gone else redirect("coordination:consents", patient.public_id)
    context |= {
        "form": form,
        "title": "Enregistrer une opposition",
        "lead": "L'opposition l'emporte sur tout accord. L'accès visé se ferme aussitôt.",
        "submit": "Enregistrer l'opposition",
        "danger": True,
        "back": reverse("coordination:consents", args=[patient.public_id]),
    }
    return render(request, "coordination/act.html", context, status=status_of(form))


def _targets(actor: Actor, patient_id: int) -> list[tuple[str, str]]:
    members, _ = around.circle_visible_to(actor, patient_id)
    people = [(f"{PRACTICE}{m.practice_id}", m.practice.professional.display_name) for m in members]
    networks = [
        (f"{NETWORK}{one.network_id}", f"Le réseau {one.network.short_name}")
        for one in around.pathways_visible_to(actor, patient_id)
        if one.status != PathwayStatus.CLOSED
    ]
    return [*people, *networks, (ALL, "Tout partage de son dossier")]
