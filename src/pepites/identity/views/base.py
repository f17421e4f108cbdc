"""What the identity screens share."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import cast

from django import forms
from django.db import transaction
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from pepites.common.actor import Actor
from pepites.common.errors import Conflict, DomainError, Refused, TooMany
from pepites.identity.services import LikelyDoubles


def actor_of(request: HttpRequest) -> Actor:
    """The actor set by the middleware."""
    return cast("Actor", request.actor)  # type: ignore[attr-defined]


@contextmanager
def attempt(form: forms.Form) -> Generator[None]:
    """Do the work in a savepoint; what the domain refuses becomes an error of the form, what was typed is kept.

    Refusals of a right, conflicts and likely doubles go up: their screen is another one.
    """
    try:
        with transaction.atomic():
            yield
    except (Refused, Conflict, TooMany, LikelyDoubles):
        raise
    except DomainError as error:
        field = error.field if error.field in form.fields else None
        form.add_error(field, error.message)


def status_of(form: forms.Form) -> int:
    """422 when the form was refused."""
    return 422 if form.is_bound and form.errors else 200


def address(name: str, *args: object) -> str:
    """URL of a screen of an upper app, empty while it does not exist."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""
