"""Functions behind the bris de glace screens."""

from django.db import migrations

from pepites.access.emergency import functions


class Migration(migrations.Migration):
    dependencies = [("access", "0002_policies")]
    operations = [migrations.RunSQL("\n".join(functions.ALL), migrations.RunSQL.noop)]
