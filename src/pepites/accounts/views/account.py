"""One's own account: password, factors, sessions."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from pepites.accounts import selectors, services
from pepites.accounts.forms import ChangePasswordForm, CodeForm
from pepites.accounts.outage.selectors import sheet_of
from pepites.accounts.ports import psc_configured
from pepites.accounts.services.factors import demo_code
from pepites.accounts.views.button import picture
from pepites.accounts.views.flow import (
    acting,
    asked_path,
    origin_of,
    own_account,
    recently_confirmed,
    with_suite,
)
from pepites.accounts.views.sign_in import adopt_factor, enrolment_page, passkey_question, prove_factor
from pepites.common.clock import now
from pepites.common.errors import DomainError
from pepites.common.views import posted, without_context


@without_context
def account(request: HttpRequest) -> HttpResponse:
    """What protects one's account."""
    user = own_account(request)
    context = {
        "account": user,
        "factors": selectors.factors_of(user),
        "choices": services.session_choices(request, user),
        "psc": psc_configured(),
        "psc_picture": picture() is not None,
        "sheet": sheet_of(user),
        "federated": user.federated.order_by("-last_seen_at").first(),
        "local": user.has_usable_password(),
    }
    return render(request, "accounts/account.html", context)


@without_context
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """Prove the second factor again before a sensitive act."""
    user, suite = own_account(request), asked_path(request)
    form, status = CodeForm(), 200
    if request.method == "POST":
        form, status = CodeForm(request.POST), 422
        try:
            if prove_factor(request, user, form) is not None:
                request.session["confirmed_at"] = now().isoformat()
                return redirect(suite or "accounts:account")
        except DomainError as error:
            form.add_error(None, error.message)
            status = error.status
    context: dict[str, Any] = {
        "form": form,
        "suite": suite,
        "passkey_options": passkey_question(request, user),
        "demo_code": demo_code(user),
        "psc": psc_configured() and user.national_id is not None,
        "psc_picture": picture() is not None,
    }
    context["has_factor"] = selectors.factors_of(user).any or not context["psc"]
    return render(request, "accounts/confirm.html", context, status=status)


def _must_confirm(request: HttpRequest) -> HttpResponse | None:
    if recently_confirmed(request):
        return None
    return redirect(with_suite("accounts:confirm", request.path))


@without_context
@require_http_methods(["GET", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Change one's password; the other sessions close."""
    user = own_account(request)
    form = ChangePasswordForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            changed = services.change_password(
                actor=acting(request),
                user=user,
                current=form.cleaned_data["current"],
                new=form.cleaned_data["password"],
                keep_session=request.session.session_key or "",
                origin=origin_of(request),
            )
        except DomainError as error:
            form.add_error(error.field, error.message)
        else:
            if changed:
                update_session_auth_hash(request, user)
                messages.success(request, "Mot de passe changé. Vos autres sessions sont fermées.")
                return redirect("accounts:account")
            form.add_error("current", "Le mot de passe actuel est incorrect.")
    return render(request, "accounts/password.html", {"form": form}, status=422 if request.method == "POST" else 200)


@without_context
@require_http_methods(["GET", "POST"])
def application(request: HttpRequest) -> HttpResponse:
    """Add or replace an authenticator application, or add a passkey."""
    response = _must_confirm(request)
    if response is not None:
        return response
    user, form = own_account(request), CodeForm(posted(request))
    if request.method == "POST":
        try:
            if adopt_factor(request, user, form) is not None:
                messages.success(request, "Second facteur enregistré.")
                return redirect("accounts:account")
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
    return enrolment_page(request, user, form, "accounts/application.html", 422 if request.method == "POST" else 200)


@without_context
@require_POST
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """Ten new recovery codes, shown once."""
    response = _must_confirm(request)
    if response is not None:
        return redirect(with_suite("accounts:confirm", "/compte/"))
    codes = services.new_recovery_codes(user=own_account(request))
    return render(request, "accounts/recovery_codes.html", {"codes": codes, "next": "/compte/"})


@without_context
@require_POST
def remove_passkey(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Stop one passkey."""
    if not recently_confirmed(request):
        return redirect(with_suite("accounts:confirm", "/compte/"))
    user = own_account(request)
    factors = selectors.factors_of(user)
    other = factors.totp or len(factors.passkeys) > 1
    try:
        services.remove_passkey(actor=acting(request), user=user, public_id=public_id, other_factor=other)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, "Clé d'accès retirée.")
    return redirect("accounts:account")


@without_context
@require_http_methods(["GET", "POST"])
def sessions(request: HttpRequest) -> HttpResponse:
    """Open sessions; end one, or all the others."""
    user, here = own_account(request), request.session.session_key or ""
    if request.method == "POST":
        ref = request.POST.get("ref", "")
        if ref:
            services.end_session(actor=acting(request), user=user, ref=ref)
            messages.success(request, "Session terminée.")
        else:
            ended = services.end_all_sessions(actor=acting(request), user=user, keep=here)
            text = f"{ended} autres sessions terminées." if ended > 1 else "Autre session terminée."
            messages.success(request, text if ended else "Aucune autre session n'était ouverte.")
        return redirect("accounts:sessions")
    return render(request, "accounts/sessions.html", {"sessions": selectors.sessions_of(user, here)})
