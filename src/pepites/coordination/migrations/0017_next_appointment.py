"""The next appointment of a list row is that of the agenda: the column that waited for it goes."""

from django.db import migrations

from pepites.coordination.functions import ROWS


class Migration(migrations.Migration):
    dependencies = [("coordination", "0016_reserved_policies"), ("agenda", "0002_policies")]
    operations = [
        migrations.RunSQL(ROWS, migrations.RunSQL.noop),
        migrations.RemoveField("patientactivity", "next_appointment_at"),
    ]
