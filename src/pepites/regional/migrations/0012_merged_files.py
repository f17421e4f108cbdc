"""Pépites' own merges in the regional server, undone with them (RNIV-13)."""

from django.db import migrations

from pepites.regional.functions import feed, local

SQL = "\n".join([feed.FEED_PEPITES, *local.ALL])


class Migration(migrations.Migration):
    dependencies = [("regional", "0011_figures_policies"), ("identity", "0009_merges_functions")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
