"""A client's own number found among a person's records, without reading its whole domain."""

from django.db import migrations

from pepites.regional.functions import queries


class Migration(migrations.Migration):
    dependencies = [("regional", "0014_drift")]
    operations = [migrations.RunSQL(queries.FIND + queries.PERSONS, migrations.RunSQL.noop)]
