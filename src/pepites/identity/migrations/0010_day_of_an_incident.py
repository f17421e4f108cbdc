"""The day of an incident is that of French Guiana: in the evening, the base's own day is already tomorrow."""

from django.db import migrations

from pepites.identity.collisions import functions as collisions
from pepites.identity.merging import functions as merging


class Migration(migrations.Migration):
    dependencies = [("identity", "0009_merges_functions")]
    operations = [migrations.RunSQL(merging.UNDO + collisions.DECIDE, migrations.RunSQL.noop)]
