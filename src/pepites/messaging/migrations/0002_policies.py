"""Functions, row-level security and bells of the conversations."""

from django.db import migrations

from pepites.messaging import functions, sql

SQL = "\n".join([*functions.ALL, sql.TABLES, sql.ESCALATION, sql.BELLS])


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0001_initial"),
        ("access", "0002_policies"),
        ("accounts", "0002_privileges"),
        ("directory", "0002_privileges"),
        ("networks", "0002_privileges"),
        ("procrastinate", "0041_post_retry_failed_job"),
    ]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
