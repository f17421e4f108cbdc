"""Running a service for a form: what the domain refuses is undone, and said beside the field."""

from collections.abc import Generator
from contextlib import contextmanager

from django.db import transaction
from django.forms import Form

from pepites.audit.unit import current
from pepites.common.errors import DomainError, Refused


@contextmanager
def attempt(form: Form, *aloud: type[DomainError]) -> Generator[None]:
    """A domain error is undone, with its journal lines, and becomes an error of the form; what was typed is kept.

    A right that is missing goes up, and so do the errors of ``aloud``: their screen is another one.
    """
    unit = current()
    kept = len(unit.lines)
    try:
        with transaction.atomic():
            yield
    except DomainError as error:
        if isinstance(error, (Refused, *aloud)):
            raise
        del unit.lines[kept:]
        form.add_error(error.field if error.field in form.fields else None, error.message)
