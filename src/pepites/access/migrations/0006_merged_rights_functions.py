"""Rights follow the person over merged files (ADR 0023); consents and oppositions hold for all of them."""

from django.db import migrations

from pepites.access import functions
from pepites.access.merging.functions import TRIGGERS

SQL = "\n".join(["DROP FUNCTION IF EXISTS access_trace(bigint, integer, integer);", *functions.ALL, TRIGGERS])


class Migration(migrations.Migration):
    dependencies = [("access", "0005_merged_rights")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
