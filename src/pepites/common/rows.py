"""Models read by SQL written once, for what every request asks: composing such a query costs more than running it."""

from collections.abc import Sequence
from typing import Any, TypeVar

from django.db import models

Model = TypeVar("Model", bound=models.Model)


def columns(model: type[models.Model], alias: str) -> str:
    """The columns of a model under an alias, in the order ``build`` takes them."""
    return ", ".join(f'{alias}."{field.column}"' for field in model._meta.concrete_fields)  # noqa: SLF001


def build(model: type[Model], row: Sequence[Any]) -> Model:
    """The model of a row as the database gives it; for fields that Python reads without conversion."""
    return model.from_db("default", [field.attname for field in model._meta.concrete_fields], row)  # noqa: SLF001
