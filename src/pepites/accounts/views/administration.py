"""Administration of networks and accounts, for their administrators."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pepites.accounts import administration as reading
from pepites.accounts import selectors, services
from pepites.accounts.enrolment.selectors import waiting_count
from pepites.accounts.forms import InviteForm, NewOrganizationForm, ResetForm
from pepites.accounts.models import User
from pepites.accounts.outage.selectors import uses_to_review
from pepites.accounts.policies import can_administer_account, can_administer_accounts, can_administer_platform
from pepites.accounts.rppsplus.policies import can_follow_rpps
from pepites.accounts.rppsplus.selectors import late_in_all
from pepites.accounts.services import InvitedPerson
from pepites.accounts.views.flow import acting
from pepites.common.errors import DomainError, NotFound, Refused
from pepites.common.views import posted, without_context
from pepites.directory.enums import OrganizationKind
from pepites.directory.professions import PROFESSIONS
from pepites.directory.selectors import practice_by_public_id, search_organizations, search_practices
from pepites.directory.services import create_organization
from pepites.networks.enums import MemberRole
from pepites.networks.models import Network
from pepites.networks.review import due_count
from pepites.networks.selectors import administered_network as network_of
from pepites.networks.selectors import members_of, networks_administered_by
from pepites.networks.services import add_membership, end_membership

REFUSED = "accounts.administration.refused"


def administrators(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Open to administrators only; a platform administrator needs no place of practice."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        decision = can_administer_accounts(acting(request))
        if not decision:
            raise Refused(decision, code=REFUSED)
        return view(request, *args, **kwargs)

    return without_context(checked)


def administered_network(request: HttpRequest, slug: str) -> Network:
    """The network of that slug, for who administers it."""
    return network_of(acting(request), slug, code=REFUSED)


@administrators
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Networks one administers, and what waits."""
    actor = acting(request)
    context = {
        "networks": reading.network_cards(networks_administered_by(actor)),
        "resets": len(selectors.open_resets(actor)),
        "machines": bool(can_administer_platform(actor)),
        "waiting": len(reading.waiting_accounts(actor)),
        "emergency_uses": len(uses_to_review(actor)),
        "rpps": bool(can_follow_rpps(actor)),
        "local_waiting": waiting_count(actor),
        "roles_due": due_count(actor),
        "rpps_late": late_in_all(actor),
    }
    return render(request, "accounts/administration/home.html", context)


@administrators
@require_GET
def network(request: HttpRequest, slug: str) -> HttpResponse:
    """Members of a network; search of somebody to add."""
    found = administered_network(request, slug)
    text = request.GET.get("q", "").strip()
    context = {
        "network": found,
        "members": members_of(found),
        "text": text,
        "found": search_practices(text) if text else [],
        "roles": MemberRole.choices,
    }
    return render(request, "accounts/administration/network.html", context)


@administrators
@require_POST
def add_member(request: HttpRequest, slug: str) -> HttpResponse:
    """Give somebody of the directory a role in the network."""
    found = administered_network(request, slug)
    practice = practice_by_public_id(_uuid(request.POST.get("practice", "")))
    if practice is None or request.POST.get("role") not in MemberRole.values:
        raise NotFound
    role = MemberRole(request.POST["role"])
    add_membership(actor=acting(request), network_id=found.pk, practice_id=practice.pk, role=role)
    messages.success(request, f"{practice.professional.display_name} : {role.label.lower()} du réseau.")
    return redirect("accounts:network-members", slug=slug)


@administrators
@require_POST
def end_member(request: HttpRequest, slug: str) -> HttpResponse:
    """End somebody's role in the network."""
    found = administered_network(request, slug)
    number = request.POST.get("membership", "")
    if not number.isdecimal() or len(number) > 18:
        raise NotFound
    try:
        end_membership(actor=acting(request), network_id=found.pk, membership_id=int(number))
    except NotFound:
        raise
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, "Rôle terminé.")
    return redirect("accounts:network-members", slug=slug)


@administrators
@require_http_methods(["GET", "POST"])
def invite(request: HttpRequest, slug: str) -> HttpResponse:
    """Bring a professional in; the one-time link is shown once."""
    found = administered_network(request, slug)
    form = InviteForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            link = _invite(request, found, form.cleaned_data)
        except DomainError as error:
            if isinstance(error, Refused):
                raise
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            if not link:
                messages.success(request, "Ajoutée. Elle entre par Pro Santé Connect : aucun lien n'est à remettre.")
                return redirect("accounts:network-members", slug=slug)
            return invitation_page(request, link, form.cleaned_data["login"], f"/administration/reseaux/{slug}/")
    context = {"network": found, "form": form}
    status = 422 if request.method == "POST" else 200
    return render(request, "accounts/administration/invite.html", context, status=status)


def _invite(request: HttpRequest, found: Network, values: dict[str, Any]) -> str:
    person = InvitedPerson(
        family_name=values["family_name"],
        given_name=values["given_name"],
        profession=PROFESSIONS[values["profession"]],
        organization_id=values["found_organization"].pk,
        login=values["login"],
        rpps=values["rpps"],
        email=values["email"],
    )
    return reading.undo_on_error(
        lambda: services.invite_professional(
            actor=acting(request), network_id=found.pk, person=person, role=MemberRole(values["role"])
        )
    )


def invitation_page(request: HttpRequest, link: str, login: str, back: str) -> HttpResponse:
    """Show a one-time link, to be handed over in person."""
    context = {"link": request.build_absolute_uri(link), "login": login, "back": back}
    return render(request, "accounts/administration/link.html", context)


@administrators
@require_GET
def organizations(request: HttpRequest) -> JsonResponse:
    """Structures that match, for the field of the invitation form."""
    found = search_organizations(request.GET.get("q", ""), limit=10)
    results = [
        {"value": str(item.public_id), "label": item.name, "hint": OrganizationKind(item.kind).label} for item in found
    ]
    return JsonResponse({"results": results})


@administrators
@require_http_methods(["GET", "POST"])
def new_organization(request: HttpRequest) -> HttpResponse:
    """Add a structure that the directory lacks."""
    form = NewOrganizationForm(posted(request))
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            made = create_organization(
                actor=acting(request),
                name=values["name"],
                kind=OrganizationKind(values["kind"]),
                finess=values["finess"] or None,
            )
        except DomainError as error:
            if isinstance(error, Refused):
                raise
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, f"Structure ajoutée : {made.name}.")
            return redirect("accounts:administration")
    status = 422 if request.method == "POST" else 200
    return render(request, "accounts/administration/organization.html", {"form": form}, status=status)


@administrators
@require_GET
def accounts(request: HttpRequest) -> HttpResponse:
    """Find an account one administers."""
    text = request.GET.get("q", "").strip()
    context = {"text": text, "found": reading.search_accounts(acting(request), text)}
    return render(request, "accounts/administration/accounts.html", context)


def _administered(request: HttpRequest, public_id: UUID) -> User:
    user = reading.account_by_public_id(public_id)
    if user is None:
        raise NotFound
    decision = can_administer_account(acting(request), user)
    if not decision:
        raise Refused(decision, code=REFUSED, object_type="user", object_id=str(public_id))
    return user


@administrators
@require_http_methods(["GET", "POST"])
def account(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One account: sessions, activity, lost factor, invitation."""
    user = _administered(request, public_id)
    form = ResetForm(request.POST if request.POST.get("act") == "reset" else None)
    if request.method == "POST":
        try:
            response = _act_on(request, user, form)
        except DomainError as error:
            if isinstance(error, Refused):
                raise
            if form.is_bound:
                form.add_error(error.field if error.field in form.fields else None, error.message)
            else:
                messages.error(request, error.message)
            response = None
        if response is not None:
            return response
    context = {
        "account": user,
        "factors": selectors.factors_of(user),
        "sessions": selectors.sessions_of(user, None),
        "choices": selectors.practices_of(user),
        "form": form,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "accounts/administration/account.html", context, status=status)


def _act_on(request: HttpRequest, user: User, form: ResetForm) -> HttpResponse | None:
    actor, act = acting(request), request.POST.get("act")
    if act == "reset":
        if not form.is_valid():
            return None
        services.request_factor_reset(actor=actor, user=user, motive=form.cleaned_data["motive"])
        messages.success(request, "Demande enregistrée. Un autre administrateur doit la confirmer dans les 24 heures.")
    elif act == "sessions":
        services.end_all_sessions(actor=actor, user=user)
        messages.success(request, "Toutes ses sessions sont terminées.")
    elif act in ("activate", "deactivate"):
        services.set_active(actor=actor, user=user, active=act == "activate")
        messages.success(request, "Compte activé." if act == "activate" else "Compte désactivé, sessions terminées.")
    elif act == "invite":
        link = services.create_invitation(login=user.login, actor=actor)
        return invitation_page(request, link, user.login, request.path)
    return redirect("accounts:account-admin", public_id=user.public_id)


@administrators
@require_http_methods(["GET", "POST"])
def resets(request: HttpRequest) -> HttpResponse:
    """Lost factors waiting for a second administrator."""
    actor = acting(request)
    if request.method == "POST":
        public_id = _uuid(request.POST.get("reset", ""))
        try:
            if request.POST.get("act") == "confirm":
                link = services.confirm_factor_reset(actor=actor, public_id=public_id)
                return invitation_page(request, link, "", request.path)
            services.cancel_factor_reset(actor=actor, public_id=public_id)
            messages.success(request, "Demande abandonnée.")
        except (NotFound, Refused):
            raise
        except DomainError as error:
            messages.error(request, error.message)
        return redirect("accounts:factor-resets")
    context = {"resets": selectors.open_resets(actor), "own": actor.user_id}
    return render(request, "accounts/administration/resets.html", context)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound from None
