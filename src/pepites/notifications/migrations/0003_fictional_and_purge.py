"""Nothing about a fictional person waits for a message; what was read long ago leaves."""

from django.db import migrations

from pepites.notifications import sql


class Migration(migrations.Migration):
    dependencies = [("notifications", "0002_policies"), ("patients", "0001_initial")]
    operations = [migrations.RunSQL(f"{sql.WAITING}\n{sql.PURGE}", migrations.RunSQL.noop)]
