"""Counting by set rather than person by person; who reads the counts kept."""

from django.db import migrations

from pepites.coordination.figures import sql


class Migration(migrations.Migration):
    dependencies = [("coordination", "0025_figure_counts")]
    operations = [migrations.RunSQL("\n".join((*sql.ALL, *sql.KEPT)), migrations.RunSQL.noop)]
