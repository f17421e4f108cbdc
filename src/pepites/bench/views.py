"""The page every other is compared with: one query, a few lines, on the same stack."""

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse

from pepites.common.views import public


@public
def bare(request: HttpRequest) -> HttpResponse:
    """One query, one line: what a request costs before it does anything."""
    del request
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM networks_network ORDER BY id LIMIT 1")
        name = cursor.fetchone()[0]
    return HttpResponse(f"<!doctype html><title>nue</title><p>{name}</p>")


class BareMiddleware:
    """Outermost of all when measuring: answers the bare page at once, and counts the queries of the others."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/mesure/nue/":
            return bare(request)
        count = 0

        def counting(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
            nonlocal count
            count += 1
            return execute(sql, params, many, context)

        with connection.execute_wrapper(counting):
            response = self.get_response(request)
        response["X-Requetes"] = str(count)
        return response
