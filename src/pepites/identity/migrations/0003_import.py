"""The functions that match and create the lines of an import."""

from django.db import migrations

from pepites.identity.bulk import functions


class Migration(migrations.Migration):
    dependencies = [("identity", "0002_policies")]
    operations = [migrations.RunSQL("\n".join(functions.ALL), migrations.RunSQL.noop)]
