"""Row-level security of the stays, the one way to write them, and what the notices know of a person's team."""

from django.db import migrations

from pepites.coordination.alerting import functions
from pepites.coordination.stays import sql


class Migration(migrations.Migration):
    dependencies = [
        ("coordination", "0018_stays"),
        ("access", "0006_merged_rights_functions"),
        ("regional", "0014_drift"),
        ("regional", "0014_drift"),
        ("notifications", "0002_policies"),
    ]
    operations = [migrations.RunSQL("\n".join((*sql.ALL, *functions.ALL)), migrations.RunSQL.noop)]
