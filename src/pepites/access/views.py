"""Bris de glace: opening a file in an emergency, and reviewing those who did."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pepites.access import selectors_emergency as selectors
from pepites.access.enums import EmergencyMotive, Level, ReviewResult
from pepites.access.forms import EmergencyForm, ReviewForm
from pepites.access.selectors import level_on, patient_for
from pepites.access.selectors_emergency import EmergencyPerson
from pepites.access.services import break_glass
from pepites.access.services_emergency import close_emergency, note_refusal, review_emergency
from pepites.accounts.selectors import factors_of
from pepites.accounts.services.factors import demo_code
from pepites.accounts.views.button import picture
from pepites.accounts.views.flow import (
    acting,
    entered_by_provider,
    own_account,
    provider_just_confirmed,
    use_provider_confirmation,
)
from pepites.accounts.views.sign_in import passkey_question, prove_factor
from pepites.common.decision import Reason, deny
from pepites.common.errors import DomainError, Refused
from pepites.common.views import posted, without_context


@require_http_methods(["GET", "POST"])
def emergency(request: HttpRequest, patient: UUID) -> HttpResponse:
    """Open one person's file for four hours, with a motive and the second factor again."""
    person = selectors.person_for_emergency(acting(request), patient)
    form, status = EmergencyForm(posted(request)), 200
    if request.method == "POST":
        try:
            if _open(request, person, form):
                return redirect("access:emergency", patient=patient)
            status = 422
        except Refused as error:
            if error.decision.reason is not Reason.OPPOSITION:
                raise
            note_refusal(error)
            form.add_error("motive", "La personne s'oppose à ce partage : seule l'urgence vitale permet l'accès.")
            status = 422
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
            status = error.status
    return _emergency_page(request, person, form, status)


def _open(request: HttpRequest, person: EmergencyPerson, form: EmergencyForm) -> bool:
    if person.opposed and request.POST.get("motive") != EmergencyMotive.VITAL:
        raise Refused(deny(Reason.OPPOSITION), code="access.emergency.refused", subject_ids=(person.patient_id,))
    if not _proved(request, form):
        return False
    break_glass(
        actor=acting(request),
        patient_id=person.patient_id,
        motive=EmergencyMotive(form.cleaned_data["motive"]),
        explanation=form.cleaned_data["explanation"],
    )
    return True


def _proved(request: HttpRequest, form: EmergencyForm) -> bool:
    """The second factor again (rgpd §3.6): a local one, or Pro Santé Connect a moment ago, which serves once."""
    if provider_just_confirmed(request):
        form.fields["code"].required = False
        return form.is_valid() and use_provider_confirmation(request)
    return prove_factor(request, own_account(request), form) is not None


def _emergency_page(request: HttpRequest, person: EmergencyPerson, form: EmergencyForm, status: int) -> HttpResponse:
    user, until = own_account(request), selectors.open_emergency(acting(request), person.patient_id)
    by_provider = entered_by_provider(request)
    confirmed = by_provider and provider_just_confirmed(request)
    context = {
        "psc": by_provider and not confirmed,
        "psc_picture": picture() is not None,
        "confirmed": confirmed,
        "has_factor": not by_provider or factors_of(user).any,
        "person": person,
        "form": form,
        "until": selectors.hour_label(until) if until else "",
        "has_access": level_on(person.patient_id) >= Level.FULL,
        "file_url": _file_url(person.public_id),
        "passkey_options": None if until or confirmed else passkey_question(request, user),
        "demo_code": demo_code(user),
    }
    return render(request, "access/emergency.html", context, status=status)


def _file_url(public_id: UUID) -> str:
    try:
        return reverse("coordination:file", args=[public_id])
    except NoReverseMatch:
        return ""


@require_POST
def close(request: HttpRequest, patient: UUID) -> HttpResponse:
    """Close one's own access before its end."""
    found = patient_for(acting(request), patient)
    close_emergency(actor=acting(request), patient_id=found.pk)
    messages.success(request, "Accès en urgence fermé.")
    return redirect("/")


def _require_reviewer(request: HttpRequest) -> None:
    if not selectors.may_review_some(acting(request)):
        raise Refused(deny(Reason.ROLE_MISSING), code="access.emergency.review")


@without_context
@require_GET
def reviews(request: HttpRequest) -> HttpResponse:
    """Emergency accesses to review, then those already reviewed."""
    _require_reviewer(request)
    context = {
        "waiting": selectors.emergencies_to_review(reviewed=False),
        "done": selectors.emergencies_to_review(reviewed=True)[:20],
    }
    return render(request, "access/reviews.html", context)


@without_context
@require_http_methods(["GET", "POST"])
def review(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One emergency access: who, when, why; the reviewer's finding."""
    _require_reviewer(request)
    line = selectors.emergency_to_review(public_id)
    form = ReviewForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            review_emergency(
                actor=acting(request),
                public_id=public_id,
                result=ReviewResult(form.cleaned_data["result"]),
                comment=form.cleaned_data["comment"],
            )
        except Refused:
            raise
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, "Avis enregistré.")
            return redirect("access:reviews")
    status = 422 if request.method == "POST" else 200
    return render(request, "access/review.html", {"line": line, "form": form}, status=status)
