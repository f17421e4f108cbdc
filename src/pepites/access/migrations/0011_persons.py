"""Every file of a person as rows, for the statements that join it."""

from django.db import migrations

from pepites.access.merging.functions import PERSONS


class Migration(migrations.Migration):
    dependencies = [("access", "0010_item_reader_policies")]
    operations = [migrations.RunSQL(PERSONS, "DROP FUNCTION access_persons(bigint)")]
