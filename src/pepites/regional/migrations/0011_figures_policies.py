"""The function that counts a day, and who reads the counts."""

from django.db import migrations

from pepites.regional import sql
from pepites.regional.functions import figures

SQL = "\n".join([*figures.ALL, sql.FIGURES])


class Migration(migrations.Migration):
    dependencies = [("regional", "0010_figures"), ("identity", "0005_ins_policies")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
