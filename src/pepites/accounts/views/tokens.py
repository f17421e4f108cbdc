"""`/oauth2/token`: a machine client proves itself and receives a token of five minutes."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from pepites.accounts import services
from pepites.accounts.machines.certificates import presented
from pepites.accounts.services.tokens import OAuthError, TokenRequest
from pepites.accounts.values import Origin
from pepites.common.actor import Actor, ActorRef, Channel
from pepites.common.errors import TooMany
from pepites.common.views import client_ip, public

PATH = "/oauth2/token"
MAX_BODY = 16 * 1024
_FIELDS = ("grant_type", "client_id", "client_assertion_type", "client_assertion", "scope")


@public
@require_POST
def token(request: HttpRequest) -> HttpResponse:
    """Client credentials (RFC 6749 §4.4); answers are JSON and say no more than the standard's words."""
    try:
        issued = services.issue_token(actor=_nobody(request), asked=_asked(request))
    except TooMany as error:
        return _answer({"error": "temporarily_unavailable", "error_description": error.message}, 429)
    except OAuthError as error:
        return _answer({"error": error.error}, error.status)
    return _answer(
        {
            "access_token": issued.token, "token_type": "Bearer", "expires_in": issued.seconds,
            "scope": " ".join(issued.scopes),
        },
        200,
    )  # fmt: skip


def _nobody(request: HttpRequest) -> Actor:
    request_id = getattr(request, "request_id", "")
    return Actor(ref=ActorRef(channel=Channel.API, request_id=request_id, ip=client_ip(request)))


def _asked(request: HttpRequest) -> TokenRequest:
    length = request.META.get("CONTENT_LENGTH") or "0"
    if request.content_type != "application/x-www-form-urlencoded" or not length.isdigit() or int(length) > MAX_BODY:
        raise OAuthError("invalid_request", 413 if length.isdigit() and int(length) > MAX_BODY else 400)
    form = request.POST
    if any(len(form.getlist(name)) > 1 for name in _FIELDS):
        raise OAuthError("invalid_request")  # RFC 6749 §3.2: no parameter twice
    values = {name: form.get(name, "") for name in _FIELDS}
    if any("\x00" in value for value in values.values()):
        raise OAuthError("invalid_request")
    return TokenRequest(
        grant_type=values["grant_type"], client_id=values["client_id"][:64],
        assertion_type=values["client_assertion_type"], assertion=values["client_assertion"],
        scope=values["scope"][:1000], certificate_sha256=presented(request.META), audiences=_audiences(request),
        origin=Origin(ip=client_ip(request)),
    )  # fmt: skip


def _audiences(request: HttpRequest) -> frozenset[str]:
    """Our own address, never what a caller says it is when the public one is set."""
    base = settings.PEPITES_PUBLIC_URL.rstrip("/") or f"{request.scheme}://{request.get_host()}"
    return frozenset({base, f"{base}{PATH}"})


def _answer(body: dict[str, object], status: int) -> HttpResponse:
    response = JsonResponse(body, status=status)
    response["Cache-Control"], response["Pragma"] = "no-store", "no-cache"
    if status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="pepites"'
    if status == 429:
        response["Retry-After"] = "60"
    return response
