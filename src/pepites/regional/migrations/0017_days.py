"""The age of a newborn is counted in days of French Guiana."""

from django.db import migrations

from pepites.regional.functions import links


class Migration(migrations.Migration):
    dependencies = [("regional", "0016_planned_once")]
    operations = [migrations.RunSQL(links.JOIN, migrations.RunSQL.noop)]
