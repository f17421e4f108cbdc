"""A published pack never changes; a draft is seen and changed by the network's administrators only."""

from django.db import migrations

from pepites.networks.packs import sql


class Migration(migrations.Migration):
    dependencies = [("networks", "0006_pack")]
    operations = [migrations.RunSQL(sql.ALL, migrations.RunSQL.noop)]
