"""``patient_id__same_person=key``: the rows of a person, whichever of their merged files they were written in."""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import ForeignKey, Lookup
from django.db.models.sql.compiler import SQLCompiler


@ForeignKey.register_lookup
class SamePerson(Lookup):
    """``column = ANY(access_person_set(key))``: evaluated once, then an index of the column serves."""

    lookup_name = "same_person"

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        """The condition and its parameters."""
        left, left_values = self.process_lhs(compiler, connection)
        right, right_values = self.process_rhs(compiler, connection)
        return f"{left} = ANY(access_person_set({right}))", (*left_values, *right_values)
