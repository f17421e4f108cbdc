"""The acts that a network withholds from a role, refused by the functions and policies themselves (annuaire §6.3)."""

from django.db import migrations

from pepites.access import functions
from pepites.networks.sql import narrowed, unchanged

TABLES = ("access_consentrecord", "access_opposition")
SQL = "\n".join(
    [
        functions.LIFT_OPPOSITION,
        functions.OFFER,
        functions.ENROL,
        functions.BREAK_GLASS,
        *(narrowed(table, "consent.record") + unchanged(table, "consent.record") for table in TABLES),
    ]
)


class Migration(migrations.Migration):
    dependencies = [("access", "0007_copies_by_the_clock"), ("networks", "0005_matrix_privileges")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
