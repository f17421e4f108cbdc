"""Place of practice, sign-out, life of the session."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from pepites.accounts import selectors, services
from pepites.accounts.views.flow import acting, asked_path, own_account
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
        "choices": selectors.practices_of(user),
        "suite": suite,
        "current": acting(request).practice_id,
        "may_administer": acting(request).platform_admin,
    }
    return render(request, "accounts/contexts.html", context)


@public
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session in use."""
    if acting(request).signed_in:
        services.sign_out(actor=acting(request), request=request)
        messages.success(request, "Vous êtes déconnecté.")
    return redirect("accounts:sign-in")


@without_context
@require_POST
def extend_session(request: HttpRequest) -> HttpResponse:
    """« Rester connecté »: the request itself is the sign of life (SessionLimitsMiddleware)."""
    own_account(request)
    return HttpResponse(status=204)
