"""What the identity screens share."""

from contextlib import AbstractContextManager

from django import forms
from django.urls import NoReverseMatch, reverse

from pepites.audit.attempts import attempt as run_for_form
from pepites.common.errors import Conflict, TooMany
from pepites.identity.services import LikelyDoubles


def attempt(form: forms.Form) -> AbstractContextManager[None]:
    """Run a service for a form; conflicts, limits and likely doubles go up: their screen is another one."""
    return run_for_form(form, Conflict, TooMany, LikelyDoubles)


def address(name: str, *args: object) -> str:
    """URL of a screen of an upper app, empty while it does not exist."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""
