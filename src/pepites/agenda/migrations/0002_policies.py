"""Row-level security of the agenda; a file of two persons takes no new appointment (RNIV-14)."""

from django.db import migrations

from pepites.agenda import sql
from pepites.identity.collisions.functions import TRIGGER

SQL = "\n".join([*sql.ALL, TRIGGER.format("agenda_appointment")])


class Migration(migrations.Migration):
    dependencies = [
        ("agenda", "0001_initial"),
        ("access", "0002_policies"),
        ("accounts", "0002_privileges"),
        ("identity", "0009_merges_functions"),
        ("networks", "0002_privileges"),
    ]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
