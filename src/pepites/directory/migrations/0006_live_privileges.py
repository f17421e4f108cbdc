"""Answers of the directory itself: kept by whoever asks, refreshed and forgotten by the night (annuaire §3)."""

from django.db import migrations

from pepites.common import rls
from pepites.common.rls import WEB, WORKER

TABLE = "directory_livelookup"
SQL = "\n".join(
    [rls.grant(TABLE, "SELECT", "INSERT", "UPDATE", to=(WEB, WORKER)), rls.grant(TABLE, "DELETE", to=(WORKER,))]
)


class Migration(migrations.Migration):
    dependencies = [("directory", "0005_live_lookup")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
