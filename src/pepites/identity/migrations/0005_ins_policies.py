"""The INS tables under row-level security, their guards, and the guard of the statuses that INSi now gives."""

from django.db import migrations

from pepites.identity import functions, sql
from pepites.identity.insi import sql as ins

SQL = "\n".join(
    [
        *ins.FUNCTIONS,
        ins.TRIGGERS,
        ins.POLICIES,
        sql.GUARD,
        functions.SET_BLOCKS,
        functions.SEARCH_INS,
    ]
)


class Migration(migrations.Migration):
    dependencies = [("identity", "0004_ins"), ("access", "0002_policies")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
