"""Demandes on screens: send, read the queue, sort, answer; and the form of the public."""

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pepites.access.policies import require
from pepites.audit.attempts import attempt
from pepites.audit.unit import record
from pepites.common.errors import NotFound, TooMany
from pepites.common.identifiers import new_uuid
from pepites.common.rates import Bucket
from pepites.common.views import actor_of, client_ip, identifier, posted, public, status_of, whole_number
from pepites.coordination.referrals import policies, selectors, services
from pepites.coordination.referrals.enums import DECIDED, WAITING, ReferralState
from pepites.coordination.referrals.files import files_of
from pepites.coordination.referrals.forms import (
    AnswerForm,
    AskForm,
    MeansForm,
    PublicForm,
    QualifyForm,
    RedirectForm,
    RefuseForm,
)
from pepites.coordination.referrals.models import Referral
from pepites.coordination.views.base import found
from pepites.directory.models import Organization
from pepites.directory.selectors import organization_by_public_id, search_organizations
from pepites.documents import store
from pepites.networks.models import Network
from pepites.networks.packs.selectors import in_force, value_of
from pepites.networks.selectors import active_networks, network_by_slug

PER_MINUTE: Final = 20  # public demandes of one address
ASKERS: Final = Bucket()
NETWORK, STRUCTURE = "reseau:", "structure:"


@require_safe
def referrals(request: HttpRequest) -> HttpResponse:
    """The queue of what is asked of the reader's networks and structure, and what they asked."""
    actor = actor_of(request)
    require(policies.can_send(actor), code=services.REFUSED)
    view = request.GET.get("vue", "a-traiter")
    view = view if view in selectors.VIEWS else "a-traiter"
    page = min(whole_number(request.GET.get("page")) or 1, 400)
    lines, counts, subjects = selectors.list_visible_to(actor, view, page=page)
    record("coordination.referral.listed", subjects=subjects, detail={"shown": len(lines)})
    base = reverse("coordination:referrals")
    tabs = [
        {"url": f"{base}?vue={name}", "label": label, "active": name == view, "badge": counts[name] or "",
         "badge_label": f"{counts[name]} demandes", "icon": ""}
        for name, (label, _) in selectors.VIEWS.items()
    ]  # fmt: skip
    first, more = (page - 1) * selectors.PAGE + 1, page * selectors.PAGE < counts[view]
    context = {
        "tabs": tabs, "lines": lines, "sent": view == "envoyees",
        "previous": f"{base}?vue={view}&page={page - 1}" if page > 1 else "",
        "next": f"{base}?vue={view}&page={page + 1}" if more else "",
        "page_label": f"{first} à {first - 1 + len(lines)} sur {counts[view]}",
    }  # fmt: skip
    return render(request, "coordination/referrals/list.html", context)


@require_safe
def choose_target(request: HttpRequest) -> HttpResponse:
    """To whom: a network, or a structure found by its name."""
    require(policies.can_send(actor_of(request)), code=services.REFUSED)
    text = request.GET.get("q", "").strip()[:80]
    context = {"networks": active_networks(), "q": text, "found": search_organizations(text) if text else []}
    return render(request, "coordination/referrals/target.html", context)


@require_http_methods(["GET", "POST"])
def ask_network(request: HttpRequest, slug: str) -> HttpResponse:
    """A demande to a network."""
    network = network_by_slug(slug)
    if network is None:
        raise NotFound
    return _ask(request, network=network)


@require_http_methods(["GET", "POST"])
def ask_structure(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A demande to a structure."""
    return _ask(request, organization=found(organization_by_public_id(public_id)))


def _ask(
    request: HttpRequest, *, network: Network | None = None, organization: Organization | None = None
) -> HttpResponse:
    actor = actor_of(request)
    require(policies.can_send(actor), code=services.REFUSED)
    pack = in_force(network.pk) if network else None
    questions = value_of(pack, "reperage")["questions"] if pack else []
    form = AskForm(posted(request), request.FILES or None, questions=questions, initial={"cle": new_uuid()})
    if request.method == "POST" and form.is_valid():
        with attempt(form):
            made = services.send_referral(
                actor=actor, asked=form.asked(), key=form.cleaned_data["cle"] or new_uuid(), network=network,
                organization=organization, files=form.cleaned_data["fichiers"],
            )  # fmt: skip
        if not form.errors:
            messages.success(request, f"Demande envoyée. Référence : {made.reference}.")
            return redirect("coordination:referral", made.public_id)
    context = {
        "form": form, "questions": form.question_fields(), "intro": value_of(pack, "demandes")["intro"],
        "target": network.name if network else organization.name if organization else "",
    }  # fmt: skip
    return render(request, "coordination/referrals/ask.html", context, status=status_of(form))


@public
@require_http_methods(["GET", "POST"])
def ask_publicly(request: HttpRequest, slug: str) -> HttpResponse:
    """The form of a network for whoever has no account, where its settings open it."""
    network = network_by_slug(slug)
    pack = in_force(network.pk) if network else None
    if network is None or network.is_training or not value_of(pack, "demandes")["public"]:
        raise NotFound
    questions = value_of(pack, "reperage")["questions"]
    form = PublicForm(posted(request), request.FILES or None, questions=questions, initial={"cle": new_uuid()})
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["site"]:  # a machine: thanked, and nothing is kept
            return _thanks(request, network, "D-00000000")
        if wait := ASKERS.take(client_ip(request), PER_MINUTE):
            raise TooMany(f"Trop de demandes en peu de temps : réessayez dans {wait} secondes.")
        reference = ""
        with attempt(form):
            reference = services.receive_public(
                actor=actor_of(request),
                network=network,
                asked=form.asked(),
                key=form.cleaned_data["cle"] or new_uuid(),
                files=form.cleaned_data["fichiers"],
            )
        if not form.errors:
            return _thanks(request, network, reference)
    context = {
        "form": form, "questions": form.question_fields(), "network": network,
        "intro": value_of(pack, "demandes")["intro"],
    }  # fmt: skip
    return render(request, "coordination/referrals/public.html", context, status=status_of(form))


def _thanks(request: HttpRequest, network: Network, reference: str) -> HttpResponse:
    return render(request, "coordination/referrals/thanks.html", {"network": network, "reference": reference})


def _referral(request: HttpRequest, public_id: UUID) -> Referral:
    return found(selectors.referral_visible_to(actor_of(request), public_id))


@require_http_methods(["GET", "POST"])
def referral(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One demande: what it says, where it stands, what can be done; POST links it to a file."""
    actor, one = actor_of(request), _referral(request, public_id)
    may = bool(policies.can_sort(actor, one))
    candidates = selectors.candidates_for(actor, one) if may and one.about_person and one.patient_id is None else []
    if request.method == "POST":
        chosen = identifier(request.POST.get("patient"))
        patient = found(next((each for each in candidates if each.public_id == chosen), None))
        services.link_patient(actor=actor, referral=one, patient=patient)
        messages.success(request, "Demande rattachée au dossier.")
        return redirect("coordination:referral", public_id)
    subjects = (one.patient_id,) if one.patient_id else ()
    record("coordination.referral.read", subjects=subjects, object_type="referral", object_id=one.public_id)
    context = {
        "referral": one, "line": selectors.line_of(one), "may": may, "candidates": candidates,
        "history": selectors.history_of(one), "waiting": one.state in WAITING, "decided": one.state in DECIDED,
        "qualified": one.state == ReferralState.QUALIFIED, "files": (held := files_of(one)),
        "quarantined": any(each.released_at is None for each in held),
    }  # fmt: skip
    return render(request, "coordination/referrals/referral.html", context)


@require_POST
def release(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Let its files out of quarantine."""
    services.release_files(actor=actor_of(request), referral=_referral(request, public_id))
    messages.success(request, "Les fichiers peuvent être ouverts.")
    return redirect("coordination:referral", public_id)


@require_safe
def file(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A file let out, as a download: each opening is journalled."""
    one = found(selectors.file_visible_to(actor_of(request), public_id))
    subjects = (one.patient_id,) if one.patient_id else ()
    record("coordination.referral.file", subjects=subjects, object_type="referral", object_id=one.referral.public_id)
    response = HttpResponse(store.read(one.blob, sha256=one.sha256), content_type=one.content_type)
    response["Content-Disposition"] = content_disposition_header(True, one.name)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response


@require_http_methods(["GET", "POST"])
def qualify(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Say what it calls for."""
    one = _referral(request, public_id)
    form = QualifyForm(posted(request), levels=services.levels_of(one), initial={"urgency": one.urgency})

    def work() -> None:
        services.qualify(actor=actor_of(request), referral=one, **form.cleaned_data)

    return _act(request, one, form, work, "Qualifier la demande", "Enregistrer", "Demande qualifiée.")


@require_http_methods(["GET", "POST"])
def accept(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take it up."""
    one, form = _referral(request, public_id), AnswerForm(posted(request))

    def work() -> None:
        services.accept(actor=actor_of(request), referral=one, **form.cleaned_data)

    return _act(request, one, form, work, "Accepter la demande", "Accepter", "Demande acceptée.")


@require_http_methods(["GET", "POST"])
def refuse(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Say no, and why."""
    one = _referral(request, public_id)
    form = RefuseForm(posted(request), reasons=_reasons(one))

    def work() -> None:
        services.refuse(actor=actor_of(request), referral=one, **form.cleaned_data)

    return _act(request, one, form, work, "Refuser la demande", "Refuser", "Demande refusée.", danger=True)


@require_http_methods(["GET", "POST"])
def send_on(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Send it to another network, or to a structure found by its name (``?q=``)."""
    one = _referral(request, public_id)
    text = request.GET.get("q", "").strip()[:80]
    networks = {f"{NETWORK}{each.pk}": each for each in active_networks() if each.pk != one.network_id}
    structures = {f"{STRUCTURE}{each.pk}": each for each in search_organizations(text)} if text else {}
    targets = [(key, each.name) for key, each in networks.items()]
    targets += [(key, each.name) for key, each in structures.items()]
    form = RedirectForm(posted(request), reasons=_reasons(one), targets=targets)

    def work() -> None:
        data = form.cleaned_data
        services.redirect(
            actor=actor_of(request), referral=one, reason=data["reason"], answer=data["answer"],
            network=networks.get(data["target"]), organization=structures.get(data["target"]),
        )  # fmt: skip

    return _act(request, one, form, work, "Réorienter la demande", "Réorienter", "Demande réorientée.", search=text)


@require_http_methods(["GET", "POST"])
def close(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The requester was answered."""
    one, form = _referral(request, public_id), MeansForm(posted(request))

    def work() -> None:
        services.close(actor=actor_of(request), referral=one, **form.cleaned_data)

    return _act(request, one, form, work, "Réponse donnée", "Clore la demande", "Demande close.")


def _reasons(one: Referral) -> list[str]:
    return [row["title"] for row in value_of(one.pack, "demandes")["reasons"]]


def _act(
    request: HttpRequest, one: Referral, form: Form, work: Callable[[], None], title: str, submit: str, done: str,
    **more: Any,
) -> HttpResponse:  # fmt: skip
    require(policies.can_sort(actor_of(request), one), code=services.REFUSED, object_type="referral",
            object_id=one.public_id)  # fmt: skip
    if request.method == "POST" and form.is_valid():
        with attempt(form):
            work()
        if not form.errors:
            messages.success(request, done)
            return redirect("coordination:referral", one.public_id)
    context = {"form": form, "referral": one, "line": selectors.line_of(one), "title": title, "submit": submit, **more}
    return render(request, "coordination/referrals/act.html", context, status=status_of(form))
