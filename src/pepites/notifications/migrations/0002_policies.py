"""Row-level security of the notices, and what the worker is told of those to write to."""

from django.db import migrations

from pepites.notifications import sql

SQL = "\n".join(sql.ALL)


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0001_initial"),
        ("access", "0002_policies"),
        ("accounts", "0002_privileges"),
        ("networks", "0002_privileges"),
    ]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
