"""Feeds and look-ups keep their plans: planning them anew took longer than reading."""

from django.db import migrations

from pepites.regional.functions import feed, queries


class Migration(migrations.Migration):
    dependencies = [("regional", "0015_own_number")]
    operations = [
        migrations.RunSQL(
            queries.CANDIDATES_SQL + queries.MATCH + queries.PERSONS + feed.STORE, migrations.RunSQL.noop
        )
    ]
