"""The trained model matches: its thresholds, its keys, its counts of names."""

from typing import Any

from django.db import migrations, models

from pepites.regional.functions import queries

SQL = "\n".join(
    [
        "DROP FUNCTION IF EXISTS regional_match(bigint[], date, text, text);",
        queries.CANDIDATES_SQL,
        queries.MATCH,
        queries.NAMES,
        "UPDATE regional_ruleset SET t_high = NULL, t_low = NULL;",
    ]
)


def rekey(apps: Any, editor: Any) -> None:
    """Nobody is found by the keys of the former matcher."""
    del apps, editor
    from pepites.regional.rekey import count_names, rekey_records

    rekey_records()
    count_names()


class Migration(migrations.Migration):
    dependencies = [("regional", "0002_policies"), ("identity", "0007_trained_model")]
    operations = [
        migrations.RemoveField("ruleset", "version"),
        migrations.AlterField("ruleset", "t_high", models.FloatField(null=True)),
        migrations.AlterField("ruleset", "t_low", models.FloatField(null=True)),
        migrations.RunSQL(SQL, migrations.RunSQL.noop),
        migrations.RunPython(rekey, migrations.RunPython.noop),
    ]
