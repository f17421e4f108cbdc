"""Every table of a person's file says whether its rows are sorted when a merge is undone (RNIV-13)."""

import pytest
from django.db import connection
from tests.conftest import as_owner

from pepites.common.sorting import sorted_tables, tables_left_out

pytestmark = pytest.mark.django_db


def columns() -> dict[str, set[str]]:
    """Columns of each table that has ``patient_id``."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.table_name, array_agg(c.column_name::text) FROM information_schema.columns c"
            " JOIN pg_tables t ON t.tablename = c.table_name AND t.schemaname = 'public'"
            " WHERE c.table_schema = 'public' GROUP BY c.table_name HAVING bool_or(c.column_name = 'patient_id')"
        )
        return {table: set(found) for table, found in cursor.fetchall()}


def test_each_table_is_sorted_or_left_out_with_its_reason() -> None:
    declared = set(sorted_tables()) | set(tables_left_out())
    assert declared == set(columns())
    assert not set(sorted_tables()) & set(tables_left_out())
    assert all(tables_left_out().values())


def test_what_is_declared_exists() -> None:
    known = columns()
    for table in sorted_tables().values():
        assert {"id", table.at or "id", table.author or "id"} <= known[table.name], table.name


def test_a_frozen_file_takes_nothing_new_where_it_is_declared() -> None:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'identity_frozen'")
        guarded = {table for (table,) in cursor.fetchall()}
    assert guarded == {one.name for one in sorted_tables().values() if one.frozen}
