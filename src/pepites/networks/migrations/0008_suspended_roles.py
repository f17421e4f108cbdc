"""Roles that end by themselves when nobody reviewed them, and what ends them (RIE §6.3)."""

from django.db import migrations, models

from pepites.networks.sql import SUSPEND


class Migration(migrations.Migration):
    dependencies = [("networks", "0007_pack_privileges")]
    operations = [
        migrations.AddField("networkmembership", "suspended_at", models.DateTimeField(null=True)),
        migrations.RunSQL(SUSPEND, migrations.RunSQL.noop),
    ]
