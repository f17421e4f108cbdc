"""Row-level security of measures of protection, and the wall before mandataires of the property alone."""

from django.db import migrations

from pepites.coordination.measures import sql


class Migration(migrations.Migration):
    dependencies = [("coordination", "0023_measures"), ("networks", "0005_matrix_privileges")]
    operations = [migrations.RunSQL("\n".join(sql.ALL), migrations.RunSQL.noop)]
