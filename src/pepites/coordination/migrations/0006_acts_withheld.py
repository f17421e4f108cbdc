"""A role from which a network withholds an act adds nothing, whatever the service says (matrix of habilitations)."""

from django.db import migrations

from pepites.networks.sql import narrowed

SQL = "\n".join([narrowed("coordination_liaisonnote", "note.write"), narrowed("coordination_task", "task.write")])


class Migration(migrations.Migration):
    dependencies = [("coordination", "0005_frozen_files"), ("networks", "0005_matrix_privileges")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
