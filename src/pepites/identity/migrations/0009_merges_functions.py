"""Merging two files and separating them again (RNIV-13): the functions, and what search and matching read of merged files."""

from django.db import migrations

from pepites.identity import functions, sql
from pepites.identity.bulk import functions as bulk
from pepites.identity.collisions import functions as collisions
from pepites.identity.merging import functions as merging

FROZEN = (
    "access_consentrecord", "identity_alias", "identity_phone", "identity_documentcheck", "identity_filiation",
)
SQL = "\n".join([sql.SYNC, functions.MATCH, bulk.MATCH_MANY, *merging.ALL, merging.POLICIES, *collisions.ALL,
                 collisions.POLICIES, *(collisions.TRIGGER.format(table) for table in FROZEN)])


class Migration(migrations.Migration):
    dependencies = [("identity", "0008_merges"), ("access", "0006_merged_rights_functions")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
