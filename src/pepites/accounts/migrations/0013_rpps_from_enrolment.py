"""A local account opened for somebody who waits for a number opens their RPPS+ line (annuaire §6.3)."""

import django.db.models.deletion
from django.db import migrations, models

from pepites.accounts.sql import RPPS_FROM_ENROLMENT


class Migration(migrations.Migration):
    dependencies = [("accounts", "0012_emergency_code_privileges")]
    operations = [
        migrations.AddField(
            "rppsregistration",
            "enrolment",
            models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="registration",
                to="accounts.localenrolment",
            ),
        ),
        migrations.RunSQL(RPPS_FROM_ENROLMENT, migrations.RunSQL.noop),
    ]
