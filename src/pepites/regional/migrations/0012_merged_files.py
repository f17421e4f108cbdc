"""Candidates read with less; notices to the domains."""

from django.db import migrations

from pepites.regional.functions import notices, queries

SQL = "\n".join(
    [
        "DROP FUNCTION IF EXISTS regional_candidates(bigint[], boolean);",
        "DROP FUNCTION IF EXISTS regional_match(bigint[], smallint, smallint, boolean, text, text);",
        queries.CANDIDATES_SQL,
        queries.MATCH,
        *notices.ALL,
    ]
)


class Migration(migrations.Migration):
    dependencies = [("regional", "0011_figures_policies"), ("identity", "0009_merges_functions")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
