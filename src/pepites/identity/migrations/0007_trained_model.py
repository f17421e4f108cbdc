"""The trained model matches: keys and candidates as it wants them, every person's keys made again."""

from typing import Any

from django.db import migrations

from pepites.common import rls
from pepites.identity import functions
from pepites.identity.bulk import functions as bulk

SQL = "\n".join(
    [
        "DROP FUNCTION IF EXISTS identity_match_candidates(bigint[], uuid, date);",
        "DROP FUNCTION IF EXISTS identity_match_candidates(bigint[], uuid, date, date[]);",
        "DROP FUNCTION IF EXISTS identity_match_many(integer[], bigint[], date[], boolean[]);",
        rls.grant("identity_namefrequencies", "SELECT"),
        functions.MATCH,
        functions.STORE_FREQUENCIES,
        bulk.MATCH_MANY,
    ]
)


def rekey(apps: Any, editor: Any) -> None:
    """Nobody is found by the keys of the former matcher."""
    del apps, editor
    from pepites.identity.bulk.rekey import rekey_identities

    rekey_identities()


class Migration(migrations.Migration):
    dependencies = [("identity", "0006_name_frequencies")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop), migrations.RunPython(rekey, migrations.RunPython.noop)]
