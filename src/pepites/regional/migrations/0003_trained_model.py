"""The trained model matches: its thresholds, its keys with their dates, its counts of names."""

from typing import Any

from django.db import migrations, models

from pepites.regional.functions import feed, queries
from pepites.regional.sql import FIRST_PERSONS

SQL = "\n".join(
    [
        "ALTER TABLE regional_recordkey DROP CONSTRAINT regional_recordkey_pkey;",
        "ALTER TABLE regional_recordkey ADD PRIMARY KEY (key, domain_id, record_id) INCLUDE (year, day, weak);",
        "DROP FUNCTION IF EXISTS regional_match(bigint[], date, text, text);",
        "DROP FUNCTION IF EXISTS regional_match(bigint[], date, boolean, boolean, text, text);",
        "DROP FUNCTION IF EXISTS regional_candidates(bigint[], boolean);",
        feed.PUT,
        queries.CANDIDATES_SQL,
        queries.MATCH,
        queries.NAMES,
        queries.UNFORMED,
        queries.KEEP_FORMS,
        "UPDATE regional_ruleset SET t_high = NULL, t_low = NULL;",
        FIRST_PERSONS,
    ]
)


def rekey(apps: Any, editor: Any) -> None:
    """Nobody is found by the keys of the former matcher."""
    del apps, editor
    from pepites.regional.rekey import count_names, form_records, rekey_records

    rekey_records()
    form_records()
    count_names()


class Migration(migrations.Migration):
    dependencies = [("regional", "0002_policies"), ("identity", "0007_trained_model")]
    operations = [
        migrations.RemoveField("ruleset", "version"),
        migrations.AlterField("ruleset", "t_high", models.FloatField(null=True)),
        migrations.AlterField("ruleset", "t_low", models.FloatField(null=True)),
        migrations.AddField("regionalrecord", "form", models.TextField(blank=True, default="")),
        migrations.AddField("recordkey", "year", models.SmallIntegerField(null=True)),
        migrations.AddField("recordkey", "day", models.SmallIntegerField(null=True)),
        migrations.AddField("recordkey", "weak", models.BooleanField(default=False)),
        migrations.RunSQL(SQL, migrations.RunSQL.noop),
        migrations.RunPython(rekey, migrations.RunPython.noop),
    ]
