"""A file in which two persons are mixed takes nothing new (RNIV-14)."""

from django.db import migrations

from pepites.identity.collisions.functions import TRIGGER

TABLES = ("coordination_liaisonnote", "coordination_careteammember", "coordination_contact", "coordination_pathway")
SQL = "\n".join(TRIGGER.format(table) for table in TABLES)


class Migration(migrations.Migration):
    dependencies = [("coordination", "0004_person_shown"), ("identity", "0009_merges_functions")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
