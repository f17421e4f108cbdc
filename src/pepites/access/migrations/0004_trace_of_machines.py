"""The trace of a file says what kind of actor opened it, and from which structure: software is named as such."""

from django.db import migrations

from pepites.access.functions import TRACE

DROP = "DROP FUNCTION IF EXISTS access_trace(bigint, integer, integer);"


class Migration(migrations.Migration):
    dependencies = [("access", "0003_emergency_review")]
    operations = [migrations.RunSQL(f"{DROP}\n{TRACE}", migrations.RunSQL.noop)]
