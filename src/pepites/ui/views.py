"""Pages of the frame itself: errors, information pages, component gallery."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from pepites.common.views import public
from pepites.ui.errors import text_for
from pepites.ui.gallery import sample_context

SHORT_CODE_LENGTH = 8


@public
def gallery(request: HttpRequest) -> HttpResponse:
    """Every component with its variants, for screen builders and for the accessibility tests."""
    if not (settings.DEBUG or getattr(settings, "PEPITES_DEMO", False)):
        raise Http404
    name = "ui/gallery.html#results" if getattr(request, "htmx", False) else "ui/gallery.html"
    return render(request, name, sample_context(request))


@public
def information(request: HttpRequest, page: str) -> HttpResponse:
    """Pages that anybody may read: accessibility, legal notices, personal data, help."""
    return render(request, f"ui/pages/{page}.html")


def error_page(request: HttpRequest, status: int, *, message: str = "", reason: str = "") -> HttpResponse:
    """The page of an error, or its short alert when htmx asked for a fragment.

    ``message`` replaces the standard sentence of what happened; ``reason`` says why, in plain French.
    """
    code = f"{status}-{str(getattr(request, 'request_id', ''))[:SHORT_CODE_LENGTH]}".rstrip("-")
    context = {"error": text_for(status), "message": message, "reason": reason, "error_code": code}
    name = "ui/errors/page.html#alert" if getattr(request, "htmx", False) else "ui/errors/page.html"
    return render(request, name, context, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler400."""
    del exception
    return error_page(request, 400)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler403; the exception's own text is shown when it is one of ours."""
    return error_page(request, 403, reason=str(getattr(exception, "message", "")))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form older than the session: the text typed stays in the browser."""
    del reason
    return error_page(
        request,
        403,
        message="Ce formulaire a été ouvert avant votre dernière connexion.",
        reason="Revenez en arrière, rechargez la page, puis envoyez à nouveau.",
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler404; says nothing of what exists."""
    del exception
    return error_page(request, 404)


def conflict(request: HttpRequest, message: str = "") -> HttpResponse:
    """409, when a view has no comparison page of its own."""
    return error_page(request, 409, message=message)


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500."""
    return error_page(request, 500)
