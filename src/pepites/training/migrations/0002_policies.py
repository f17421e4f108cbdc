"""Rights of the training's tables, and the functions that open and close a copy."""

from django.db import migrations

from pepites.training import sql


class Migration(migrations.Migration):
    dependencies = [
        ("training", "0001_initial"),
        ("access", "0002_policies"),
        ("networks", "0008_suspended_roles"),
    ]
    operations = [migrations.RunSQL("\n".join(sql.ALL), migrations.RunSQL.noop)]
