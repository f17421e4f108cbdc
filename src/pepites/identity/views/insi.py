"""The INSi screens of a person: ask, compare, accept or set aside; and the answers that wait for the cell."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pepites.access.policies import require
from pepites.common.errors import Conflict, DomainError, NotFound, Refused
from pepites.common.views import actor_of, posted, status_of
from pepites.identity import policies, services
from pepites.identity.forms import ReasonForm
from pepites.identity.forms_insi import AcceptForm, AsideForm, AskForm, RegistrationForm
from pepites.identity.models import DomainIdentity, InsiCall
from pepites.identity.selectors import insi, pages
from pepites.identity.selectors.label import label_of
from pepites.identity.views.base import attempt
from pepites.identity.views.person import person_context


@require_POST
def ask(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """« Interroger INSi »: the answer has its own page, which may be read again."""
    identity = pages.identity_for(actor_of(request), public_id, level=2)
    form = AskForm(request.POST)
    if not form.is_valid():
        raise NotFound
    return _called(
        request,
        identity,
        lambda: services.ask_insi(actor=actor_of(request), identity=identity, variant=form.cleaned_data["variante"]),
    )


@require_POST
def verify(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """« Vérifier l'INS »."""
    identity = pages.identity_for(actor_of(request), public_id, level=2)
    return _called(request, identity, lambda: services.verify_ins(actor=actor_of(request), identity=identity))


def _called(request: HttpRequest, identity: DomainIdentity, call: Any) -> HttpResponse:
    try:
        made: InsiCall = call()
    except Refused:
        raise
    except DomainError as error:
        messages.warning(request, error.message)
        return redirect("identity:page", identity.patient_public_id)
    return redirect("identity:insi-answer", identity.patient_public_id, made.public_id)


def _answer(
    request: HttpRequest, identity: DomainIdentity, call: InsiCall, status: int = 200, **forms: Any
) -> HttpResponse:
    context = person_context(request, identity) | {
        "answer": insi.comparison(actor_of(request), identity, call),
        "accept_form": AcceptForm(),
        "aside_form": AsideForm(),
    }
    context["wrong"] = next((form for form in forms.values() if form.errors), None)
    return render(request, "identity/insi.html", context | forms, status=status)


@require_safe
def answer(request: HttpRequest, public_id: UUID, call_id: UUID) -> HttpResponse:
    """What INSi answered, beside the stored traits."""
    identity = pages.identity_for(actor_of(request), public_id, level=2)
    return _answer(request, identity, insi.call_for(identity, call_id))


@require_POST
def accept(request: HttpRequest, public_id: UUID, call_id: UUID) -> HttpResponse:
    """« Accepter ces traits »."""
    actor = actor_of(request)
    identity = pages.identity_for(actor, public_id, level=2)
    call = insi.call_for(identity, call_id)
    form = AcceptForm(request.POST)
    if form.is_valid():
        try:
            with attempt(form):
                done = services.accept_insi(actor=actor, call=call, confirmed=form.cleaned_data["confirmed"])
                if done.status == "QUAL":
                    messages.success(request, "Identité qualifiée : l'INS peut être partagé.")
                else:
                    messages.success(request, "Identité récupérée. Vérifiez une pièce d'identité pour la qualifier.")
                return redirect("identity:page", public_id)
        except Conflict as stale:
            messages.warning(request, stale.message)
            return redirect("identity:page", public_id)
    return _answer(request, identity, call, status_of(form), accept_form=form)


@require_POST
def aside(request: HttpRequest, public_id: UUID, call_id: UUID) -> HttpResponse:
    """« Ce n'est pas cette personne »."""
    actor = actor_of(request)
    identity = pages.identity_for(actor, public_id, level=2)
    call = insi.call_for(identity, call_id)
    form = AsideForm(request.POST)
    if form.is_valid():
        values = form.cleaned_data
        try:
            with attempt(form):
                services.refuse_insi(actor=actor, call=call, reason=values["reason"], to_cell=values["to_cell"])
                messages.success(request, "Réponse écartée : rien ne change dans l'identité.")
                return redirect("identity:page", public_id)
        except Conflict as stale:
            messages.warning(request, stale.message)
            return redirect("identity:page", public_id)
    return _answer(request, identity, call, status_of(form), aside_form=form)


@require_POST
def registration(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """« Immatriculation en cours » (GUY-1)."""
    actor = actor_of(request)
    identity = pages.identity_for(actor, public_id, level=2)
    form = RegistrationForm(request.POST)
    pending = form.is_valid() and form.cleaned_data["pending"]
    services.set_registration(actor=actor, identity=identity, pending=pending)
    messages.success(request, "Un rappel INSi sera montré." if pending else "Aucun rappel INSi ne sera montré.")
    return redirect("identity:page", public_id)


@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """« Retirer l'INS », by the identity cell."""
    actor = actor_of(request)
    identity = pages.identity_for(actor, public_id, level=2)
    require(policies.can_withdraw_ins(actor), code="identity.insi.refused", subjects=(identity.patient_id,))
    form = ReasonForm(posted(request))
    if form.is_bound and form.is_valid():
        with attempt(form):
            services.withdraw_ins(actor=actor, identity=identity, reason=form.cleaned_data["reason"])
            messages.success(request, "INS retiré. Le statut a baissé, l'ancien numéro reste dans l'historique.")
            return redirect("identity:page", public_id)
    context = person_context(request, identity) | {"form": form}
    return render(request, "identity/ins_withdraw.html", context, status=status_of(form))


@require_safe
def label(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The label to print, of a qualified identity only (§2.6-1)."""
    identity = pages.identity_for(actor_of(request), public_id)
    try:
        made = label_of(actor_of(request), identity)
    except DomainError as error:
        messages.warning(request, error.message)
        return redirect("identity:page", public_id)
    return render(request, "identity/label.html", person_context(request, identity) | {"label": made})


@require_safe
def issues(request: HttpRequest) -> HttpResponse:
    """Answers that wait for the identity cell."""
    actor = actor_of(request)
    require(policies.can_withdraw_ins(actor), code="identity.insi.refused")
    return render(request, "identity/insi_issues.html", {"issues": insi.issues_visible_to(actor)})


@require_POST
def close(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """« Traité »."""
    actor = actor_of(request)
    require(policies.can_withdraw_ins(actor), code="identity.insi.refused")
    call = InsiCall.objects.filter(public_id=public_id).first()
    if call is None:
        raise NotFound
    try:
        services.close_issue(actor=actor, call=call)
        messages.success(request, "Réponse marquée comme traitée.")
    except Conflict as done:
        messages.info(request, done.message)
    return redirect("identity:insi-issues")
