"""Marks on views, read by the middleware: sign-in and a place of practice are required unless a view opts out."""

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from django.forms import Form
from django.http import HttpRequest, HttpResponseBase, QueryDict

from pepites.common.actor import Actor

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def public(view: View) -> View:
    """Open to anybody: sign-in, invitation, information pages."""
    view.pepites_public = True  # type: ignore[attr-defined]
    return view


def without_context(view: View) -> View:
    """Needs an account, but no place of practice nor second factor yet: the pages that obtain them."""
    view.pepites_without_context = True  # type: ignore[attr-defined]
    return view


def actor_of(request: HttpRequest) -> Actor:
    """Who acts in this request, set by the middleware."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def status_of(form: Form) -> int:
    """422 for a form that was refused, so that the fragment is swapped and tools see it."""
    return 422 if form.is_bound and form.errors else 200


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
