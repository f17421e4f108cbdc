"""Pathways of a person: opened with the network's criteria, moved from stage to stage, their protocols, their end."""

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from pepites.access.enums import Level
from pepites.access.selectors import level_on
from pepites.audit.attempts import attempt
from pepites.common.actor import Actor
from pepites.common.clock import today
from pepites.common.errors import NotFound
from pepites.common.views import actor_of, posted, status_of
from pepites.coordination import services
from pepites.coordination.enums import ClosingReason, PathwayStatus
from pepites.coordination.forms import CloseForm, ReasonForm
from pepites.coordination.forms_pathways import AnchorForm, InclusionForm, StartForm
from pepites.coordination.models import Pathway
from pepites.coordination.protocols.enums import Anchor
from pepites.coordination.referrals.selectors import linked_to
from pepites.coordination.selectors import around, settings
from pepites.coordination.selectors.family import family_visible_to
from pepites.coordination.selectors.pathways import pathway_cards
from pepites.coordination.selectors.protocols import run_visible_to
from pepites.coordination.stays.selectors import last_discharge, stays_visible_to
from pepites.coordination.views.base import found, open_file
from pepites.networks.acts import act_left
from pepites.networks.models import Network
from pepites.networks.packs.selectors import in_force, value_of

READ = "coordination.pathways.read"
TAB = "coordination:pathways"


@require_http_methods(["GET", "POST"])
def pathways(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Pathways of a person and their protocols; opening one that asks nothing."""
    actor = actor_of(request)
    patient, context = open_file(request, public_id, "pathways", READ)
    held = around.pathways_visible_to(actor, patient.pk)
    taken = {one.network_id for one in held if one.status != PathwayStatus.CLOSED}
    openable = [network for network in _mine(actor) if network.pk not in taken]
    if request.method == "POST":
        network = _chosen(_mine(actor), request.POST.get("reseau", ""))
        services.open_pathway(actor=actor, patient_id=patient.pk, network_id=network.pk)
        messages.success(request, f"Parcours ouvert : {network.name}.")
        return redirect(TAB, public_id)
    full = context["level"] >= Level.FULL
    context |= {
        "cards": pathway_cards(actor, patient.pk, held, may=full),
        "openable": [
            (network, asks)
            for network, asks in ((one, settings.asks_at_inclusion(one)) for one in openable)
            if act_left(actor, "pathway.open") and (not asks or network.pk in actor.coordinated)
        ],
        "family": family_visible_to(actor, patient.pk),
        "referrals": linked_to(actor, patient.pk),
        "today": today().isoformat(),
        "stays": stays_visible_to(actor, patient.pk) if full else [],
    }
    return render(request, "coordination/pathways.html", context)


@require_http_methods(["GET", "POST"])
def open_one(request: HttpRequest, public_id: UUID, slug: str) -> HttpResponse:
    """Open a pathway: its criteria, the protocols that start with it."""
    actor = actor_of(request)
    patient, context = open_file(request, public_id, "pathways", READ)
    network = _chosen(_mine(actor), slug)
    pack = in_force(network.pk)
    criteria = value_of(pack, "inclusion")["criteria"]
    protocols = [one for one in value_of(pack, "protocoles")["protocols"] if one["at_inclusion"] and one["steps"]]
    form = InclusionForm(
        posted(request), criteria=criteria, protocols=protocols, birth_date=patient.birth_date, opened_on=today()
    )
    if request.method == "POST" and form.is_valid():
        with attempt(form):
            services.include_person(
                actor=actor, patient_id=patient.pk, network=network, met=form.met(),
                waiver=form.cleaned_data["waiver"], opened_on=form.cleaned_data["opened_on"], anchors=form.anchors(),
            )  # fmt: skip
        if not form.errors:
            messages.success(request, f"Parcours ouvert : {network.name}.")
            return redirect(TAB, public_id)
    context |= {
        "form": form, "network": network, "criteria": form.criteria_fields(), "protocols": form.protocol_fields(),
    }  # fmt: skip
    return render(request, "coordination/pathway_open.html", context, status=status_of(form))


def _mine(actor: Actor) -> list[Network]:
    return list(Network.objects.filter(pk__in=actor.coordinated | actor.administered, active=True).order_by("name"))


def _chosen(networks: list[Network], slug: str) -> Network:
    network = next((one for one in networks if one.slug == slug), None)
    if network is None:
        raise NotFound
    return network


def _pathway(request: HttpRequest, public_id: UUID) -> Pathway:
    return found(around.pathway_visible_to(actor_of(request), public_id))


@require_POST
def change_pathway(request: HttpRequest, public_id: UUID, act: str) -> HttpResponse:
    """Suspend or resume."""
    pathway = _pathway(request, public_id)
    if act == "suspendre":
        services.suspend_pathway(actor=actor_of(request), pathway=pathway)
    else:
        services.resume_pathway(actor=actor_of(request), pathway=pathway)
    return redirect(TAB, pathway.patient.public_id)


@require_POST
def stage(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Move to another stage."""
    pathway = _pathway(request, public_id)
    chosen, before = request.POST.get("etape", "")[:40], request.POST.get("avant", "")[:40]
    services.change_stage(actor=actor_of(request), pathway=pathway, stage=chosen, before=before)
    messages.success(request, "Étape enregistrée.")
    return redirect(TAB, pathway.patient.public_id)


@require_POST
def adopt(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Follow the settings in force."""
    pathway = services.adopt_pack(actor=actor_of(request), pathway=_pathway(request, public_id))
    messages.success(request, "Ce suivi emploie maintenant les réglages en vigueur du réseau.")
    return redirect(TAB, pathway.patient.public_id)


@require_http_methods(["GET", "POST"])
def start(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Start a protocol of the case's settings."""
    actor, pathway = actor_of(request), _pathway(request, public_id)
    patient, context = open_file(request, pathway.patient.public_id, "pathways", READ)
    offered = settings.protocols_of(pathway)
    choices = [(one["code"], one["title"]) for one in offered]
    form = StartForm(posted(request), choices=choices, initial=_suggested(actor, pathway, offered))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        with attempt(form):
            services.start_protocol(actor=actor, pathway=pathway, code=data["protocol"], anchor_on=data["anchor_on"])
        if not form.errors:
            messages.success(request, "Parcours commencé : ses étapes sont dans les tâches.")
            return redirect(TAB, patient.public_id)
    context |= _act(patient.public_id, form, "Commencer un parcours protocolisé", "Commencer",
                    "Chaque étape devient une tâche, confiée au rôle prévu.")  # fmt: skip
    return render(request, "coordination/act.html", context, status=status_of(form))


def _suggested(actor: Actor, pathway: Pathway, offered: list[dict[str, Any]]) -> dict[str, Any]:
    """After an exit from hospital, the protocol counted from it, on its day; else today."""
    code = next((one["code"] for one in offered if one["anchor"] == Anchor.DISCHARGE), "")
    left = last_discharge(actor, pathway.patient_id) if code else None
    return {"protocol": code, "anchor_on": left} if left else {"anchor_on": today()}


@require_http_methods(["GET", "POST"])
def move(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Date the open steps from another day."""
    run = found(run_visible_to(actor_of(request), public_id))
    patient, context = open_file(request, run.patient.public_id, "pathways", READ)
    form = AnchorForm(posted(request), initial={"anchor_on": run.anchor_on})
    if request.method == "POST" and form.is_valid():
        day: date = form.cleaned_data["anchor_on"]
        moved = 0
        with attempt(form):
            moved = services.move_anchor(actor=actor_of(request), run=run, anchor_on=day)
        if not form.errors:
            messages.success(
                request, f"{moved} étape{'s' if moved > 1 else ''} datée{'s' if moved > 1 else ''} de nouveau."
            )
            return redirect(TAB, patient.public_id)
    lead = f"{run.title} ({run.get_anchor_display().lower()}). Les étapes déjà faites ne bougent pas."
    context |= _act(patient.public_id, form, "Changer le jour de référence", "Dater de nouveau", lead)
    return render(request, "coordination/act.html", context, status=status_of(form))


@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Stop a protocol."""
    run = found(run_visible_to(actor_of(request), public_id))
    patient, context = open_file(request, run.patient.public_id, "pathways", READ)
    form = ReasonForm(posted(request))
    if request.method == "POST" and form.is_valid():
        with attempt(form):
            services.end_protocol(actor=actor_of(request), run=run, reason=form.cleaned_data["reason"])
        if not form.errors:
            messages.success(request, "Parcours protocolisé arrêté.")
            return redirect(TAB, patient.public_id)
    context |= _act(patient.public_id, form, "Arrêter un parcours protocolisé", "Arrêter",
                    f"{run.title} : ses étapes encore ouvertes seront annulées.") | {"danger": True}  # fmt: skip
    return render(request, "coordination/act.html", context, status=status_of(form))


@require_http_methods(["GET", "POST"])
def close_pathway(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Close a pathway with its reason."""
    actor, pathway = actor_of(request), _pathway(request, public_id)
    patient, context = open_file(request, pathway.patient.public_id, "pathways", READ)
    offered = value_of(pathway.pack, "cloture")["reasons"]
    reasons = [(value, label) for value, label in ClosingReason.choices if value in offered]
    form = CloseForm(posted(request), reasons=reasons, initial={"closed_on": today()})
    if request.method == "POST" and form.is_valid():
        with attempt(form):
            services.close_pathway(actor=actor, pathway=pathway, **form.cleaned_data)
        if not form.errors:
            messages.success(request, "Parcours clos.")
            gone = level_on(patient.pk) < Level.SOCIAL
            return redirect("coordination:home") if gone else redirect(TAB, patient.public_id)
    context |= _act(
        patient.public_id, form, f"Clore le parcours {pathway.network.short_name}", "Clore le parcours",
        "Après un refus de la personne, votre accès se ferme aussitôt. Les parcours protocolisés s'arrêtent.",
    ) | {"danger": True}  # fmt: skip
    return render(request, "coordination/act.html", context, status=status_of(form))


def _act(public_id: UUID, form: Any, title: str, submit: str, lead: str) -> dict[str, Any]:
    return {"form": form, "title": title, "lead": lead, "submit": submit, "back": reverse(TAB, args=[public_id])}
