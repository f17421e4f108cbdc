"""Marks on views, read by the middleware: sign-in and a place of practice are required unless a view opts out."""

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase, QueryDict

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def public(view: View) -> View:
    """Open to anybody: sign-in, invitation, information pages."""
    view.pepites_public = True  # type: ignore[attr-defined]
    return view


def without_context(view: View) -> View:
    """Needs an account, but no place of practice nor second factor yet: the pages that obtain them."""
    view.pepites_without_context = True  # type: ignore[attr-defined]
    return view


def client_ip(request: HttpRequest) -> str:
    """Address of the reader as the front process gives it."""
    return str(request.META.get("REMOTE_ADDR", ""))[:45]


def whole_number(text: str | None, default: int = 0) -> int:
    """A number typed in an address, ``default`` for anything else; « ² » is a digit for Python, and no number."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else default


def identifier(text: str | None) -> UUID | None:
    """A public identifier typed in an address, None for anything else."""
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: the body of a POST, be it empty, else nothing (``request.POST or None`` leaves an empty
    POST unbound, and a form that was sent then has no errors)."""
    return request.POST if request.method == "POST" else None
