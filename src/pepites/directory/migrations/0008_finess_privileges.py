"""FINESS is read by everyone signed in; the load alone writes it, as the owner."""

from django.db import migrations

from pepites.common import rls


class Migration(migrations.Migration):
    dependencies = [("directory", "0007_finess")]
    operations = [migrations.RunSQL(rls.grant("directory_finessstructure", "SELECT"), migrations.RunSQL.noop)]
