"""Row-level security of the regional server, its functions and triggers, and the Pépites domain with everybody in it."""

from django.db import migrations

from pepites.regional import functions, sql
from pepites.regional.functions import base

SQL = "\n".join([*functions.ALL, *base.TRIGGERS, sql.POLICIES])


class Migration(migrations.Migration):
    dependencies = [
        ("regional", "0001_initial"),
        ("identity", "0003_import"),
        ("access", "0002_policies"),
        ("audit", "0002_privileges"),
        ("patients", "0002_regional_id_shared"),
    ]
    operations = [
        migrations.RunSQL(SQL, migrations.RunSQL.noop),
        migrations.RunSQL(sql.FIRST_RULES + sql.FIRST_DOMAIN, migrations.RunSQL.noop),
    ]
