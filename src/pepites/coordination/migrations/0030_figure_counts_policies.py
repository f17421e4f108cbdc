"""Counting by set rather than person by person; who reads the counts kept; lists that read only what they show."""

from django.db import migrations

from pepites.coordination.figures import sql
from pepites.coordination.functions import ROWS


class Migration(migrations.Migration):
    dependencies = [("coordination", "0029_figure_counts")]
    operations = [migrations.RunSQL("\n".join((*sql.ALL, *sql.KEPT, ROWS)), migrations.RunSQL.noop)]
