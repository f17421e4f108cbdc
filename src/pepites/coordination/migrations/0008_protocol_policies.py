"""Row-level security of the protocols, and the version of a network's settings that each case is opened with."""

from django.db import migrations

from pepites.coordination.protocols import sql

SQL = "\n".join([sql.ALL, sql.PIN_PACK])


class Migration(migrations.Migration):
    dependencies = [("coordination", "0007_protocols"), ("networks", "0007_pack_privileges")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
