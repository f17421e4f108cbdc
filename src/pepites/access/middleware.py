"""One unit of work per request, with the actor set; refusals are journalled, then shown."""

import logging
from collections.abc import Callable
from urllib.parse import quote

from django.conf import settings
from django.db import DatabaseError, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from pepites.access.selectors import actor_of
from pepites.audit.unit import UnitOfWork, unit_of_work
from pepites.common.errors import DomainError, Refused
from pepites.ui.views import error_page

logger = logging.getLogger("pepites.web")
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


class ActorMiddleware:
    """Builds the actor, opens the unit, and turns the domain's errors into pages.

    The views of ``OWN_UNIT_PATHS`` wait for another server: they open their own unit once it has answered, so that its
    slowness holds no transaction (ADR 0024).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            actor = actor_of(request)
            request.actor = actor  # type: ignore[attr-defined]
            if request.path_info.startswith(settings.OWN_UNIT_PATHS):
                return self._kept_by_nobody(self.get_response(request))
            with unit_of_work(actor, read_only=request.method in SAFE_METHODS) as unit:
                request.unit = unit  # type: ignore[attr-defined]
                response = self.get_response(request)
                if response.status_code >= 500:
                    transaction.set_rollback(True)
        except DatabaseError as error:
            # The journal or the database failed: nothing of what was prepared may be shown (law 4).
            logger.error("unit of work failed: %s", type(error).__name__)
            return error_page(request, 500)
        if actor.signed_in:
            self._kept_by_nobody(response)
            response.headers.setdefault("Vary", "HX-Request, Cookie, Accept-Language")
        return response

    @staticmethod
    def _kept_by_nobody(response: HttpResponse) -> HttpResponse:
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: object, kwargs: object
    ) -> HttpResponse | None:
        """Send to sign-in, second factor or choice of context whoever lacks one of them."""
        del args, kwargs
        if getattr(view, "pepites_public", False):
            return None
        actor = request.actor  # type: ignore[attr-defined]
        if not actor.signed_in:
            return self._send_to(request, "accounts:sign-in", 401)
        if getattr(view, "pepites_without_context", False):
            return None
        if not actor.strong:
            return self._send_to(request, "accounts:second-factor", 401)
        if actor.practice_id is None:
            return self._send_to(request, "accounts:contexts", 403)
        return None

    @staticmethod
    def _send_to(request: HttpRequest, url_name: str, status: int) -> HttpResponse:
        target = reverse(url_name)
        if getattr(request, "htmx", False):
            return error_page(request, 403 if status == 403 else 401, message="Votre session est terminée.")
        if request.method not in SAFE_METHODS:
            return HttpResponseRedirect(target)
        return HttpResponseRedirect(f"{target}?suite={quote(request.get_full_path())}")

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Undo the work; a refusal is written in the journal once undone."""
        unit: UnitOfWork | None = getattr(request, "unit", None)
        if isinstance(exception, Refused) and unit is not None:
            unit.refuse(exception)
            if exception.status == 404:
                return error_page(request, 404)
            return error_page(request, 403, message=exception.message)
        if unit is not None:
            transaction.set_rollback(True)
        if isinstance(exception, DomainError):
            return error_page(request, exception.status, message=exception.message)
        if not isinstance(exception, Http404):
            # The type alone: a message or a traceback could hold health data (law 6).
            logger.error("request failed: %s", type(exception).__name__)
        return None
