"""Screens of who takes part: new conversation, members."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from pepites.access.enums import Level
from pepites.access.selectors import patient_for
from pepites.audit.unit import current, refusal_line
from pepites.common.actor import Actor
from pepites.common.errors import DomainError, NotFound, Refused
from pepites.common.identifiers import new_uuid
from pepites.common.views import actor_of, identifier, posted
from pepites.directory.models import PractitionerRole
from pepites.directory.selectors import practice_by_public_id, search_practices
from pepites.messaging import selectors, services
from pepites.messaging.enums import ConversationKind
from pepites.messaging.forms import ConversationForm, MemberForm
from pepites.messaging.models import Conversation
from pepites.patients.models import Patient

OUTSIDE = "hors_r1110_2"


def _chosen(values: list[str]) -> list[PractitionerRole]:
    asked = dict.fromkeys(key for value in values[:60] if (key := identifier(value)))
    return [found for one in asked if (found := practice_by_public_id(one))]


def _candidates(request: HttpRequest, without: set[int]) -> list[PractitionerRole]:
    found = search_practices(request.GET.get("q", "").strip()[:80], limit=20)
    return [one for one in found if one.pk not in without and one.professional.category != OUTSIDE]


@require_http_methods(["GET", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    """Open a conversation: one to one, a team, or a subgroup of a person's circle (``personne``)."""
    actor = actor_of(request)
    asked = request.POST if request.method == "POST" else request.GET
    patient = _person(actor, asked["personne"]) if asked.get("personne") else None
    chosen, form, status = (
        _chosen(asked.getlist("membres")),
        ConversationForm(posted(request), initial={"cle": new_uuid()}),
        200,
    )
    if request.method == "POST":
        try:
            return _opened(request, form, patient, chosen)
        except Refused:
            raise
        except DomainError as error:
            form.add_error("titre" if error.field == "titre" else None, error.message)
            status = error.status
    context: dict[str, Any] = {
        "form": form, "patient": patient, "chosen": chosen, "query": request.GET.get("q", "")[:80],
        "circle": _circle(request, patient) if patient else [],
        "chosen_ids": {one.public_id for one in chosen},
        "found": [] if patient else _candidates(request, {one.pk for one in chosen} | {actor.practice_id or 0}),
    }  # fmt: skip
    return render(request, "messaging/create.html", context, status=status)


def _person(actor: Actor, text: str) -> Patient:
    public_id = identifier(text)
    if public_id is None:
        raise NotFound
    return patient_for(actor, public_id, level=Level.SOCIAL)


def _circle(request: HttpRequest, patient: Patient) -> list[Any]:
    actor = actor_of(request)
    circle = selectors.circle_visible_to(actor, patient.pk)
    participants = selectors.participants_of(circle) if circle else []
    return [one for one in participants if one.practice_id != actor.practice_id]


def _opened(
    request: HttpRequest, form: ConversationForm, patient: Patient | None, chosen: list[PractitionerRole]
) -> HttpResponse:
    if not form.is_valid():
        raise DomainError("Le nom de la discussion est trop long.", field="titre")
    title = form.cleaned_data["titre"]
    if patient is not None:
        kind = ConversationKind.SUBGROUP
    else:
        kind = ConversationKind.DIRECT if len(chosen) == 1 and not title else ConversationKind.TEAM
    conversation = services.create_conversation(
        actor=actor_of(request), kind=kind, patient_id=patient.pk if patient else None,
        practice_ids=[one.pk for one in chosen], title=title, key=form.cleaned_data["cle"],
    )  # fmt: skip
    return redirect("messaging:conversation", conversation.public_id)


@require_http_methods(["GET", "POST"])
def members(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Who takes part, since when; bring somebody in, saying from which date the history is visible."""
    actor = actor_of(request)
    conversation = selectors.conversation_visible_to(actor, public_id)
    asked = request.POST if request.method == "POST" else request.GET
    form, status = MemberForm(posted(request)), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return _added(request, conversation, form)
            except DomainError as error:
                if isinstance(error, Refused):  # shown in the form; nothing was written, the trace keeps it
                    current().refusals.append(refusal_line(error))
                form.add_error(None, error.message)
    participants = selectors.participants_of(conversation)
    chosen = _chosen([asked.get("membre", "")])
    context = {
        "conversation": conversation, "participants": participants, "form": form,
        "query": request.GET.get("q", "")[:80], "own": actor.practice_id,
        "title": selectors.title_of(conversation, participants, actor),
        "chosen": chosen[0] if chosen else None, "direct": conversation.kind == ConversationKind.DIRECT,
        "found": _candidates(request, {one.practice_id for one in participants}),
    }  # fmt: skip
    return render(request, "messaging/members.html", context, status=status)


def _added(request: HttpRequest, conversation: Conversation, form: MemberForm) -> HttpResponse:
    practice = practice_by_public_id(form.cleaned_data["membre"])
    if practice is None:
        raise DomainError("Cette personne n'est plus dans l'annuaire. Choisissez-en une autre.")
    services.add_participant(
        actor=actor_of(request), conversation=conversation, practice_id=practice.pk, visible_from=form.visible_from()
    )
    messages.success(request, f"{practice.professional.display_name} participe à la discussion.")
    return redirect("messaging:members", conversation.public_id)


@require_http_methods(["GET", "POST"])
def remove_member(request: HttpRequest, public_id: UUID, practice: UUID) -> HttpResponse:
    """Take somebody out, or leave, after a page that names who."""
    actor = actor_of(request)
    conversation = selectors.conversation_visible_to(actor, public_id)
    participants = selectors.participants_of(conversation)
    target = next((one for one in participants if one.public_id == practice), None)
    if target is None:
        raise NotFound
    leaving = target.practice_id == actor.practice_id
    if request.method == "POST":
        services.remove_participant(actor=actor, conversation=conversation, practice_id=target.practice_id)
        return redirect("messaging:list") if leaving else redirect("messaging:members", public_id)
    context = {"conversation": conversation, "target": target, "leaving": leaving}
    return render(request, "messaging/remove_member.html", context)
