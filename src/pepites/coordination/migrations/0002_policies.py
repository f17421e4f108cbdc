"""Row-level security of the work around a person, the functions that pass over it, and the copies a list reads."""

from django.db import migrations

from pepites.coordination import functions, sql

SQL = "\n".join([*functions.ALL, *sql.ALL])


class Migration(migrations.Migration):
    dependencies = [("coordination", "0001_initial"), ("access", "0002_policies")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
