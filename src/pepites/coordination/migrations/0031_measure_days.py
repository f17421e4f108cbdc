"""A measure begins and ends with the day of French Guiana, not three hours before."""

from django.db import migrations

from pepites.coordination.measures import sql


class Migration(migrations.Migration):
    dependencies = [("coordination", "0030_figure_counts_policies")]
    operations = [migrations.RunSQL(sql.WALL, migrations.RunSQL.noop)]
