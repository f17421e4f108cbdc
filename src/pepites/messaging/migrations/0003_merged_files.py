"""Talks about a person whose files were merged: unread ones are counted, and outsiders leave, over all of them."""

from django.db import migrations

from pepites.messaging.functions import participation, reading

SQL = "\n".join([reading.UNREAD, participation.RIGHTS_CHANGED])


class Migration(migrations.Migration):
    dependencies = [("messaging", "0002_policies"), ("access", "0006_merged_rights_functions")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
