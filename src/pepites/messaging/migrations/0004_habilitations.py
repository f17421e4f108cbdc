"""Opening a talk is refused to a role from which its networks withhold it (annuaire §6.3)."""

from django.db import migrations

from pepites.messaging.functions import participation


class Migration(migrations.Migration):
    dependencies = [("messaging", "0003_merged_files"), ("networks", "0005_matrix_privileges")]
    operations = [migrations.RunSQL(participation.CREATE, migrations.RunSQL.noop)]
