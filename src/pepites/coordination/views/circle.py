"""The circle of care: members, invitation with the person's agreement, answer, departure."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pepites.access.enums import ConsentMode, GivenBy, Level, Regime
from pepites.access.policies import regime_between
from pepites.access.selectors import level_on
from pepites.audit.attempts import attempt
from pepites.audit.idempotency import once
from pepites.audit.unit import record
from pepites.common.actor import Actor, ProfessionCategory
from pepites.common.clock import local_day, today
from pepites.common.identifiers import new_uuid
from pepites.common.views import actor_of, posted, status_of
from pepites.coordination import services
from pepites.coordination.enums import MemberRole, MemberStatus
from pepites.coordination.forms import InviteForm, ReasonForm
from pepites.coordination.models import CareTeamMember
from pepites.coordination.relatives.selectors import relatives_visible_to
from pepites.coordination.selectors import around
from pepites.coordination.selectors.labels import moment_label, short_day, who
from pepites.coordination.selectors.settings import consent_text, missing_roles
from pepites.coordination.views.base import found, open_file
from pepites.directory.models import PractitionerRole
from pepites.directory.selectors import practice_by_public_id, search_practices
from pepites.identity.selectors import band
from pepites.networks.acts import act_left

ROLE_OF_PROFESSION = {
    "medecin": MemberRole.PHYSICIAN,
    "infirm": MemberRole.NURSE,
    "sage": MemberRole.MIDWIFE,
    "pharm": MemberRole.PHARMACIST,
    "kiné": MemberRole.THERAPIST,
    "masseur": MemberRole.THERAPIST,
    "diét": MemberRole.DIETITIAN,
    "psycho": MemberRole.PSYCHOLOGIST,
    "social": MemberRole.SOCIAL_WORKER,
    "cas": MemberRole.CASE_MANAGER,
    "coordin": MemberRole.COORDINATOR,
    "médiat": MemberRole.MEDIATOR,
}
CONSENT_TEXT = (
    "J'accepte que les professionnels de mon cercle de soins partagent les informations utiles à mon accompagnement."
    " Je peux retirer cet accord à tout moment."
)


@require_safe
def circle(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Members of the circle."""
    actor = actor_of(request)
    patient, context = open_file(request, public_id, "circle", "coordination.circle.read")
    present, past = around.circle_visible_to(actor, patient.pk)
    context |= {
        "members": [_row(member) for member in present],
        "past": [_row(member) for member in past],
        "may_invite": context["standing"] >= Level.FULL,
        "may_add": context["standing"] >= Level.FULL and bool(act_left(actor, "circle.invite")),
        "trusted": [contact for contact in around.contacts_visible_to(actor, patient.pk) if contact.trusted],
        "relatives": relatives_visible_to(actor, patient.pk),
        "may_welcome": context["standing"] >= Level.FULL and bool(act_left(actor, "consent.record")),
        "mine": actor.practice_id,
        "missing": missing_roles(actor, patient.pk, present),
    }
    return render(request, "coordination/circle.html", context)


def _row(member: CareTeamMember) -> dict[str, Any]:
    names = who(member.practice)
    return {
        "member": member,
        "name": names["name"],
        "job": names["role"],
        "organization": names["organization"],
        "role": member.get_role_display(),
        "level": around.LEVEL_WORDS[Level(member.level)],
        "status": member.get_status_display(),
        "tone": {"actif": "success", "invite": "info", "attente": "warning"}.get(member.status, "neutral"),
        "since": short_day(local_day(member.answered_at or member.invited_at)),
        "until": short_day(local_day(member.ends_at)) if member.ends_at else "",
        "invited_by": member.invited_by.professional.display_name if member.invited_by else "",
    }


@require_http_methods(["GET", "POST"])
def invite(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Find a professional, then invite them with the person's agreement."""
    actor = actor_of(request)
    patient, context = open_file(request, public_id, "circle", "coordination.circle.read", level=Level.FULL)
    text = request.GET.get("q", "").strip()
    chosen = request.POST.get("practice") or request.GET.get("practice", "")
    practice = _practice(chosen)
    context |= {"q": text, "back": reverse("coordination:circle", args=[patient.public_id])}
    if practice is None:
        context |= {"found": [_choice(one) for one in search_practices(text)] if text else [], "searched": bool(text)}
        template = "coordination/invite_search.html"
        return render(request, f"{template}#found" if getattr(request, "htmx", False) else template, context)
    regime = _regime(actor, practice)
    form = InviteForm(posted(request), initial=_guess(practice) | {"cle": new_uuid()})
    if request.method == "POST" and form.is_valid():
        with attempt(form):
            _invite(actor, patient.pk, practice, form.cleaned_data)
        if not form.errors:
            messages.success(request, f"Invitation envoyée à {practice.professional.display_name}.")
            return redirect("coordination:circle", patient.public_id)
    context |= {
        "form": form,
        "chosen": _choice(practice),
        "outside": regime == Regime.OUTSIDE_TEAM,
        "has_consent": around.has_consent(actor, patient.pk),
        "consent_text": consent_text(actor, patient.pk) or CONSENT_TEXT,
    }
    return render(request, "coordination/invite.html", context, status=status_of(form))


def _invite(actor: Actor, patient_id: int, practice: PractitionerRole, data: dict[str, Any]) -> None:
    def work() -> dict[str, object]:
        if data["agreed"]:
            services.collect_consent(
                actor=actor, patient_id=patient_id, mode=ConsentMode(data["mode"] or ConsentMode.ORAL),
                given_by=GivenBy(data["given_by"] or GivenBy.PERSON),
            )  # fmt: skip
        member = services.invite_member(
            actor=actor, patient_id=patient_id, practice_id=practice.pk, role=data["role"], level=data["level"],
            message=data["message"], attending=data["attending"],
        )  # fmt: skip
        return {"id": member.pk}

    once(actor, data["cle"], {"patient": patient_id, "practice": practice.pk}, work)


def _practice(text: str) -> PractitionerRole | None:
    try:
        return practice_by_public_id(UUID(text)) if text else None
    except ValueError:
        return None


def _choice(practice: PractitionerRole) -> dict[str, str]:
    return who(practice) | {"id": str(practice.public_id), "profession": practice.professional.profession_label}


def _regime(actor: Actor, practice: PractitionerRole) -> Regime:
    return regime_between(
        same_organization=practice.organization_id == actor.ref.organization_id,
        sender=actor.category,
        recipient=ProfessionCategory(practice.professional.category),
    )


def _guess(practice: PractitionerRole) -> dict[str, Any]:
    words = f"{practice.role_label} {practice.professional.profession_label}".lower().replace("é", "e")
    plain = {key.replace("é", "e"): role for key, role in ROLE_OF_PROFESSION.items()}
    role = next((role for key, role in plain.items() if key in words), MemberRole.OTHER)
    social = practice.professional.category == ProfessionCategory.SOCIAL
    return {"role": role, "level": Level.SOCIAL if social else Level.FULL}


@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One's own invitation: identity, inviter and message, nothing else (coordination §2.4-5)."""
    actor = actor_of(request)
    member = found(around.member_visible_to(actor, public_id))
    if member.practice_id != actor.practice_id:
        member = found(None)
    patient = member.patient
    if request.method == "POST":
        return _answer(request, member)
    record("coordination.invitation.read", subjects=(patient.pk,), object_type="member", object_id=member.public_id)
    context = {
        "identity": band(patient),
        "member": member,
        "inviter": who(member.invited_by) if member.invited_by else None,
        "when": moment_label(member.invited_at, today()),
        "level": around.LEVEL_WORDS[Level(member.level)],
        "waiting": member.status == MemberStatus.WAITING_CONSENT,
        "open": member.status == MemberStatus.INVITED,
        "active": member.status == MemberStatus.ACTIVE,
        "patient": patient,
    }
    return render(request, "coordination/invitation.html", context)


def _answer(request: HttpRequest, member: CareTeamMember) -> HttpResponse:
    actor = actor_of(request)
    if request.POST.get("reponse") == "accepter":
        if member.status in (MemberStatus.ACTIVE, MemberStatus.WAITING_CONSENT):  # the same tap twice
            return redirect("coordination:invitation", member.public_id)
        services.accept_invitation(actor=actor, member=member)
        if member.status == MemberStatus.ACTIVE:
            messages.success(request, "Vous êtes dans le cercle de soins.")
            return redirect("coordination:file", member.patient.public_id)
        messages.info(request, "Votre accord est noté. Le dossier s'ouvrira avec l'accord de la personne.")
        return redirect("coordination:invitation", member.public_id)
    services.decline_invitation(actor=actor, member=member)
    messages.info(request, "Invitation refusée. Le professionnel qui vous a invité le verra.")
    return redirect("coordination:home")


@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take a member out, or leave."""
    actor = actor_of(request)
    member = found(around.member_visible_to(actor, public_id))
    patient, context = open_file(request, member.patient.public_id, "circle", "coordination.circle.read")
    own = member.practice_id == actor.practice_id
    form = ReasonForm(posted(request))
    if request.method == "POST" and form.is_valid():
        with attempt(form):
            services.remove_member(actor=actor, member=member, reason=form.cleaned_data["reason"])
        if not form.errors:
            messages.success(request, "Le cercle est à jour.")
            left = level_on(patient.pk) < Level.SOCIAL
            return redirect("coordination:home") if left else redirect("coordination:circle", patient.public_id)
    name = member.practice.professional.display_name
    context |= {
        "form": form,
        "title": "Quitter le cercle" if own else f"Retirer {name} du cercle",
        "lead": "L'accès au dossier et à la discussion se ferme aussitôt. Ce qui a été écrit reste.",
        "submit": "Quitter le cercle" if own else f"Retirer {name} du cercle",
        "danger": True,
        "back": reverse("coordination:circle", args=[patient.public_id]),
    }
    return render(request, "coordination/act.html", context, status=status_of(form))


@require_POST
def attending(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Mark or unmark the médecin traitant."""
    member = found(around.member_visible_to(actor_of(request), public_id))
    services.set_attending(actor=actor_of(request), member=member, attending=request.POST.get("attending") == "1")
    return redirect("coordination:circle", member.patient.public_id)
