"""Gives each request an identifier, returned to the reader and written in the journal."""

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from pepites.common.identifiers import new_uuid

_SAFE = re.compile(r"^[A-Za-z0-9-]{8,64}$")


def request_id_of(given: str) -> str:
    """The identifier that the reverse proxy gave, when it can be one, else a new one."""
    return given if _SAFE.match(given) else str(new_uuid())


class RequestIdMiddleware:
    """Sets ``request.request_id`` and the ``X-Request-Id`` header."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = request_id_of(request.headers.get("X-Request-Id", ""))
        request.request_id = request_id  # type: ignore[attr-defined]
        response = self.get_response(request)
        response["X-Request-Id"] = request_id
        return response
