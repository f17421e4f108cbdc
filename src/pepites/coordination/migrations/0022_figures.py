"""The function that counts for the dashboards of a network."""

from django.db import migrations

from pepites.coordination.figures import sql


class Migration(migrations.Migration):
    dependencies = [
        ("coordination", "0021_takeover_policies"),
        ("assessments", "0001_initial"),
        ("networks", "0006_pack"),
        ("identity", "0009_merges_functions"),
    ]
    operations = [migrations.RunSQL("\n".join(sql.ALL), migrations.RunSQL.noop)]
