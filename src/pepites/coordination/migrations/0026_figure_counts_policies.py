"""Counting by set rather than person by person; who reads the counts kept; a next appointment found by its person."""

from django.db import migrations

from pepites.coordination.figures import sql
from pepites.coordination.functions import ROWS


class Migration(migrations.Migration):
    dependencies = [("coordination", "0025_figure_counts")]
    operations = [migrations.RunSQL("\n".join((*sql.ALL, *sql.KEPT, ROWS)), migrations.RunSQL.noop)]
