"""Place of practice, sign-out, life of the session."""

import secrets
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from pepites.accounts import services
from pepites.accounts.ports import identity_provider
from pepites.accounts.views.flow import acting, asked_path, own_account, public_url
from pepites.common.errors import NotFound
from pepites.common.views import public, without_context


@without_context
@require_http_methods(["GET", "POST"])
def contexts(request: HttpRequest) -> HttpResponse:
    """Choose from which place of practice one works."""
    user, suite = own_account(request), asked_path(request)
    if request.method == "POST":
        try:
            public_id = UUID(request.POST.get("practice", ""))
        except ValueError:
            raise NotFound from None
        services.choose_practice(actor=acting(request), request=request, user=user, public_id=public_id)
        return redirect(suite or "/")
    context = {
        "choices": services.session_choices(request, user),
        "account": user,
        "suite": suite,
        "current": acting(request).practice_id,
        "may_administer": acting(request).platform_admin,
    }
    return render(request, "accounts/contexts.html", context)


@public
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session in use first; then Pro Santé Connect's own, or it would let the next person of this workstation
    in as this one (§5.4)."""
    if not acting(request).signed_in:
        return redirect("accounts:sign-in")
    provider = identity_provider()
    id_token = services.provider_token(request, own_account(request)) if provider else ""
    services.sign_out(actor=acting(request), request=request)
    messages.success(request, "Vous êtes déconnecté.")
    if provider is None or not id_token:
        return redirect("accounts:sign-in")
    state = secrets.token_urlsafe(16)
    back = public_url(request, reverse("accounts:sign-in"))
    away = provider.logout_url(id_token=id_token, return_to=back, state=state)
    if not away:
        messages.warning(request, "Pro Santé Connect ne répond pas : fermez aussi sa session, ou ce navigateur.")
        return redirect("accounts:sign-in")
    return HttpResponseRedirect(away)


@without_context
@require_POST
def extend_session(request: HttpRequest) -> HttpResponse:
    """« Rester connecté »: the request itself is the sign of life (SessionLimitsMiddleware)."""
    own_account(request)
    return HttpResponse(status=204)
