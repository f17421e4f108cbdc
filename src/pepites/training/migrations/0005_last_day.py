"""A copy lives through its last day in French Guiana, not until nine in the evening."""

from django.db import migrations

from pepites.training import sql


class Migration(migrations.Migration):
    dependencies = [("training", "0004_walls")]
    operations = [migrations.RunSQL(sql.CLOSE, migrations.RunSQL.noop)]
