"""Sign-in, step by step: password, second factor, first factor to choose."""

import json
from typing import Any
from uuid import UUID

import segno
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from pepites.accounts import selectors, services
from pepites.accounts.crypto import from_text, seal, to_text, unseal
from pepites.accounts.forms import CodeForm, NewPasswordForm, SignInForm
from pepites.accounts.models import User
from pepites.accounts.outage.selectors import outage_known
from pepites.accounts.ports import psc_configured
from pepites.accounts.services.factors import WRONG_CODE, seed_text
from pepites.accounts.values import Method
from pepites.accounts.views.button import picture
from pepites.accounts.views.flow import (
    acting,
    asked_path,
    finish,
    next_page,
    origin_of,
    passkey_site,
    pending_suite,
    pending_user,
    remember_device,
    set_pending,
    with_suite,
)
from pepites.common.errors import DomainError
from pepites.common.views import posted, public


@public
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """First step: identifier and password, or one of the demonstration accounts."""
    suite = asked_path(request)
    if acting(request).signed_in:
        return redirect(next_page(request, suite))
    form = SignInForm(posted(request))
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                user = services.check_password(**form.cleaned_data, origin=origin_of(request))
            except DomainError as error:
                form.add_error(None, error.message)
                status = error.status
            else:
                set_pending(request, user, suite)
                return redirect("accounts:second-factor")
    context = {
        "form": form,
        "suite": suite,
        "demo_groups": selectors.demo_accounts(),
        "psc": psc_configured(),
        "psc_picture": picture() is not None,
        "psc_down": outage_known(),
        "psc_phone": settings.PEPITES_PSC_CIBA,
        "local_open": selectors.local_sign_in_open(),
    }
    return render(request, "accounts/sign_in.html", context, status=status)


@public
@require_POST
def demo(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One click: a demonstration account, in demonstration mode only."""
    user = services.sign_in_demo(public_id=public_id)
    services.ensure_demo_factor(user=user)
    return finish(request, user, Method.DEMO, asked_path(request))


@public
@require_http_methods(["GET", "POST"])
def second_factor(request: HttpRequest) -> HttpResponse:
    """Second step: a code of the application, a passkey, or a recovery code."""
    user = pending_user(request)
    if user is None:
        return redirect(with_suite("accounts:sign-in", asked_path(request)))
    factors = selectors.factors_of(user)
    if not factors.any:
        return redirect("accounts:enrol")
    if request.method == "POST":
        return _check_factor(request, user)
    return _factor_page(request, user, CodeForm(), 200)


def _check_factor(request: HttpRequest, user: User) -> HttpResponse:
    form = CodeForm(request.POST)
    try:
        method = prove_factor(request, user, form)
    except DomainError as error:
        form.add_error(None, error.message)
        return _factor_page(request, user, form, error.status)
    if method is None:
        return _factor_page(request, user, form, 422)
    return finish(request, user, method, pending_suite(request))


def prove_factor(request: HttpRequest, user: User, form: CodeForm) -> Method | None:
    """Check what the form brings, passkey or code; None with the form's errors when it does not hold."""
    answer = request.POST.get("assertion", "")
    if answer:
        form.full_clean()
        form.errors.pop("code", None)
    if form.errors:
        return None
    method = services.verify_second_factor(
        user=user,
        code="" if answer else form.cleaned_data["code"],
        assertion=_json(answer) if answer else None,
        challenge=from_text(request.session.pop("passkey_challenge", "")),
        request=passkey_site(request),
        origin=origin_of(request),
    )
    if method is None:
        form.add_error(None if answer else "code", _PASSKEY_REFUSED if answer else WRONG_CODE)
    return method


_PASSKEY_REFUSED = "La clé d'accès n'a pas été reconnue. Recommencez, ou saisissez un code."


def _json(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def passkey_question(request: HttpRequest, user: User) -> dict[str, Any] | None:
    """What the page's script asks the browser; None when the account has no passkey or the site cannot use them."""
    site = passkey_site(request)
    if site is None or not selectors.factors_of(user).passkeys:
        return None
    options, challenge = services.assertion_options(user=user, request=site)
    request.session["passkey_challenge"] = challenge
    return options


def _factor_page(request: HttpRequest, user: User, form: CodeForm, status: int) -> HttpResponse:
    context = {
        "form": form,
        "factors": selectors.factors_of(user),
        "passkey_options": passkey_question(request, user),
    }
    return render(request, "accounts/second_factor.html", context, status=status)


@public
@require_http_methods(["GET", "POST"])
def enrol(request: HttpRequest) -> HttpResponse:
    """First sign-in: no way in without a second factor. The application by default, a passkey where the site allows."""
    user = pending_user(request)
    if user is None:
        return redirect("accounts:sign-in")
    if selectors.factors_of(user).any:
        return redirect("accounts:second-factor")
    form = CodeForm(posted(request))
    if request.method == "POST":
        try:
            method = adopt_factor(request, user, form)
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
            method = None
        if method is not None:
            return _first_entry(request, user, method)
    return enrolment_page(request, user, form, "accounts/enrol.html", 422 if request.method == "POST" else 200)


def _first_entry(request: HttpRequest, user: User, method: Method) -> HttpResponse:
    codes = services.new_recovery_codes(user=user)
    suite = pending_suite(request)
    services.open_session(request=request, user=user, method=method, origin=origin_of(request))
    context = {"codes": codes, "next": next_page(request, suite)}
    response = render(request, "accounts/recovery_codes.html", context)
    remember_device(request, response, user)
    return response


def adopt_factor(request: HttpRequest, user: User, form: CodeForm) -> Method | None:
    """Adopt the application or the passkey the form proves; None with the form's errors."""
    answer = request.POST.get("registration", "")
    site = passkey_site(request)
    if answer and site is not None:
        form.full_clean()
        form.errors.clear()
        challenge = request.session.pop("passkey_challenge", "")
        name = request.POST.get("name", "")
        services.register_passkey(user=user, answer=answer, challenge=challenge, request=site, name=name)
        return Method.PASSKEY
    if not form.is_valid():
        return None
    services.confirm_totp(user=user, seed=_enrolment_seed(request, user), code=form.cleaned_data["code"])
    request.session.pop("enrolment_seed", None)
    return Method.TOTP


def _enrolment_seed(request: HttpRequest, user: User) -> bytes:
    where = f"session|enrolment_seed|{user.pk}"
    kept = request.session.get("enrolment_seed")
    if kept:
        return unseal(from_text(str(kept)), where=where)
    seed = services.new_seed()
    request.session["enrolment_seed"] = to_text(seal(seed, where=where))
    return seed


def enrolment_page(request: HttpRequest, user: User, form: CodeForm, template: str, status: int) -> HttpResponse:
    """The page that shows a new seed as a picture and as text, and offers a passkey where the site can."""
    secret = seed_text(_enrolment_seed(request, user))
    uri = f"otpauth://totp/P%C3%A9pites:{user.login}?secret={secret.replace(' ', '')}&issuer=P%C3%A9pites"
    site = passkey_site(request)
    options = None
    if site is not None:
        options, request.session["passkey_challenge"] = services.registration_options(user=user, request=site)
    context = {
        "form": form,
        "secret": secret,
        "otp_uri": uri,
        "qr": segno.make(uri, error="m").svg_inline(
            omitsize=True, border=2, svgclass="pp-qr", lineclass="", dark="#0c3b43"
        ),
        "passkey_options": options,
    }
    return render(request, template, context, status=status)


@public
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """A one-time link: choose a password, then a second factor."""
    try:
        user = services.find_invitation(token=token).user
        form = NewPasswordForm(posted(request))
        if request.method == "POST" and form.is_valid():
            try:
                user = services.accept_invitation(
                    actor=acting(request), token=token, password=form.cleaned_data["password"]
                )
            except DomainError as error:
                if error.field is None:
                    raise
                form.add_error(error.field, error.message)
            else:
                set_pending(request, user, "")
                return HttpResponseRedirect(reverse("accounts:enrol"))
    except DomainError as error:
        return render(request, "accounts/link_over.html", {"message": error.message}, status=410)
    status = 422 if request.method == "POST" else 200
    return render(request, "accounts/invitation.html", {"form": form, "account": user}, status=status)


@public
def lost_factor(request: HttpRequest) -> HttpResponse:
    """What to do when the telephone is lost."""
    return render(request, "accounts/lost_factor.html")
