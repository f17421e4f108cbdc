"""Two merges of the same person at once: the second one sees the copies that the first has just made."""

from django.db import migrations

from pepites.access.merging.functions import MIRROR


class Migration(migrations.Migration):
    dependencies = [("access", "0006_merged_rights_functions")]
    operations = [migrations.RunSQL(MIRROR, migrations.RunSQL.noop)]
