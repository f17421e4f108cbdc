"""One request from end to end: who, what, may it, do it in one unit of work, journal it, answer."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict

from pepites.accounts import services as accounts
from pepites.accounts.machines.certificates import presented
from pepites.accounts.services.tokens import ProvedClient
from pepites.audit import journal
from pepites.audit.unit import record, unit_of_work
from pepites.common.actor import Actor, ActorRef, Channel
from pepites.common.errors import Refused
from pepites.common.views import client_ip
from pepites.fhir import limits
from pepites.fhir.capability import statement
from pepites.fhir.errors import FhirError, invalid, of_exception
from pepites.fhir.negotiation import Format, answer_format, read_body
from pepites.fhir.registry import Call, Interaction, Result
from pepites.fhir.routing import Route, route

PREFIX: Final = "/fhir"
REFUSED: Final = "fhir.refused"
MAX_QUERY: Final = 8192
MAX_PARAMETERS: Final = 50
logger = logging.getLogger("pepites.fhir")


def serve(request: HttpRequest, path: str) -> HttpResponse:
    """The answer to a request under ``/fhir/``, whatever happens."""
    shape = Format()
    try:
        shape = answer_format(request)
        if path.strip("/") == "metadata":
            return _metadata(request, shape)
        return _interaction(request, path, shape)
    except Exception as error:  # noqa: BLE001
        refusal = of_exception(error)
        if refusal.status == 500:
            logger.error("fhir request failed: %s", type(error).__name__)  # the text could quote a person (law 6)
        return _refusal(refusal, shape)


def _metadata(request: HttpRequest, shape: Format) -> HttpResponse:
    limits.take_for_network(client_ip(request))
    if request.method not in {"GET", "HEAD"}:
        raise FhirError(405, "Cette méthode n'est pas admise ici.", headers={"Allow": "GET"})
    base = base_url(request)
    body = statement(base, f"{base.removesuffix(PREFIX)}/oauth2/token")
    return _answer(shape, 200, body, {"Cache-Control": "max-age=300"})


def base_url(request: HttpRequest) -> str:
    """Address of the interface: the public one when it is set."""
    root = settings.PEPITES_PUBLIC_URL.rstrip("/") or f"{request.scheme}://{request.get_host()}"
    return f"{root}{PREFIX}"


def _interaction(request: HttpRequest, path: str, shape: Format) -> HttpResponse:
    proved = _proved(request)
    limits.take_for_client(proved.row.client_id)
    actor = accounts.acting_as(
        proved, channel=Channel.API, request_id=getattr(request, "request_id", ""), ip=client_ip(request)
    )
    found: Interaction | None = None
    try:
        way = route(request.method or "", path)
        found = way.interaction
        if found.scope not in actor.scopes:
            raise FhirError(403, f"Votre client n'a pas la portée {found.scope}.")
        result = _done(actor, found, _call(request, actor, proved, way, path))
    except Exception as error:
        _note(actor, found, error)
        raise
    headers = {"ETag": result.etag} if result.etag else {}
    if result.location:
        headers["Location"] = result.location
    if result.etag and request.method in {"GET", "HEAD"} and request.headers.get("If-None-Match") == result.etag:
        return _answer(shape, 304, None, headers)
    return _answer(shape, result.status, result.resource, headers)


def _done(actor: Actor, interaction: Interaction, call: Call) -> Result:
    """The work and its journal line, in one transaction (law 4)."""
    with unit_of_work(actor, read_only=interaction.safe):
        result = interaction.handler(call)
        record(
            interaction.code, action=result.action or interaction.action, subjects=result.subjects,
            object_type=interaction.resource, object_id=call.id, basis=interaction.scope,
            detail={"status": result.status, **result.detail},
        )  # fmt: skip
    return result


def _note(actor: Actor, interaction: Interaction | None, error: BaseException) -> None:
    """The line of what was not done: a ``Refused`` has its own already. Codes only, never the words of the request."""
    if isinstance(error, Refused):
        return
    told = of_exception(error)
    line = journal.Line(
        code=interaction.code if interaction else REFUSED, action=interaction.action if interaction else "E",
        object_type=interaction.resource if interaction else "fhir", basis=interaction.scope if interaction else "",
        outcome=8 if told.status >= 500 else 4, reason=f"http {told.status}",
    )  # fmt: skip
    with unit_of_work(actor) as unit:
        unit.lines.append(line)


def _proved(request: HttpRequest) -> ProvedClient:
    """The client behind the request, by its token or by its certificate; raises ``FhirError`` 401."""
    certificate = presented(request.META)
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and 20 <= len(token.strip()) <= 200:
        proved = accounts.prove_by_token(token.strip(), certificate)
    else:
        proved = None if scheme else accounts.prove_by_certificate(certificate)
    if proved is not None:
        return proved
    limits.take_for_network(client_ip(request))
    ref = ActorRef(channel=Channel.API, request_id=getattr(request, "request_id", ""), ip=client_ip(request))
    with unit_of_work(Actor(ref=ref)) as unit:
        unit.lines.append(journal.Line(code=REFUSED, action="E", object_type="fhir", outcome=4, reason="http 401"))
    challenge = 'Bearer realm="pepites"' + (', error="invalid_token"' if scheme else "")
    raise FhirError(
        401, "Présentez un jeton obtenu à /oauth2/token, ou votre certificat.", headers={"WWW-Authenticate": challenge}
    )


def _call(request: HttpRequest, actor: Actor, proved: ProvedClient, way: Route, path: str) -> Call:
    interaction, method = way.interaction, request.method
    params = _parameters(request, form=way.form)
    resource = None
    if not way.form and method in {"POST", "PUT"} and interaction.body:
        resource = read_body(request, "" if interaction.body == "*" else interaction.body)
    return Call(
        actor=actor, client=proved.row, base=base_url(request), params=params, resource=resource, id=way.id,
        if_match=request.headers.get("If-Match", "")[:100], path=path.strip("/").removesuffix("/_search"),
        key=_safe_key(request.headers.get("Idempotency-Key", "")),
    )  # fmt: skip


def _safe_key(text: str) -> str:
    if text and (len(text) > 100 or not (text.isascii() and text.isprintable())):
        raise invalid("Idempotency-Key compte au plus 100 caractères imprimables.")
    return text


def _parameters(request: HttpRequest, *, form: bool) -> Mapping[str, Sequence[str]]:
    if len(request.META.get("QUERY_STRING", "")) > MAX_QUERY:
        raise invalid("L'adresse est trop longue : employez POST _search.", code="too-long")
    found: dict[str, list[str]] = {}
    for source in (request.GET, _form(request) if form else QueryDict()):
        for name, values in source.lists():
            if name not in {"_format", "_pretty"}:
                found.setdefault(name, []).extend(str(value) for value in values)
    if sum(map(len, found.values())) > MAX_PARAMETERS:
        raise invalid("Trop de critères de recherche.", code="too-long")
    if any("\x00" in text for values in found.values() for text in values):
        raise invalid("Un critère contient un caractère impossible.", code="value")
    return found


def _form(request: HttpRequest) -> QueryDict:
    length = request.META.get("CONTENT_LENGTH") or "0"
    if request.content_type != "application/x-www-form-urlencoded":
        raise FhirError(415, "_search attend application/x-www-form-urlencoded.")
    if not length.isdigit() or int(length) > MAX_QUERY:
        raise FhirError(413, "La recherche est trop longue.")
    return request.POST


def _refusal(error: FhirError, shape: Format) -> HttpResponse:
    return _answer(shape, error.status, error.outcome(), error.headers)


def _answer(shape: Format, status: int, body: dict[str, Any] | None, headers: Mapping[str, str]) -> HttpResponse:
    content = shape.write(body) if body is not None else b""
    response = HttpResponse(content, status=status, content_type=shape.content_type)
    response["Cache-Control"] = "no-store"
    response["Vary"] = "Accept, Authorization"
    response["X-Content-Type-Options"] = "nosniff"
    for name, value in headers.items():
        response[name] = value
    return response
