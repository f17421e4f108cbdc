"""Row-level security of the identities, the functions that search and create, the triggers that guard, the devices."""

from django.db import migrations

from pepites.access.sql import history_table
from pepites.common import rls
from pepites.common.rls import ACTOR_USER
from pepites.identity import functions, sql
from pepites.identity.devices import DEVICES

SQL = "\n".join(
    [
        *functions.ALL,
        sql.SYNC,
        sql.GUARD,
        sql.DOCUMENT_GUARD,
        sql.TRIGGERS,
        *sql.CARD_FUNCTIONS,
        sql.identity_table("identity_domainidentity", read=1),
        history_table("identity_domainidentityevent", read=1, write=2),
        sql.cell_branch("identity_domainidentityevent", "SELECT", "INSERT"),
        sql.identity_table("identity_alias", read=1, append_only=True),
        sql.identity_table("identity_phone", read=2),
        sql.identity_table("identity_documentcheck", read=2),
        rls.enable("identity_identityblock"),
        # The same rows by person: the index that rewrites one person's keys.
        "ALTER TABLE identity_identityblock"
        " ADD CONSTRAINT identity_identityblock_patient_key UNIQUE (patient_id, key);",
        # A search on an exact date also shows the interpreted dates of that year (RNIV-10).
        "CREATE INDEX patients_patient_interpreted ON patients_patient (birth_date) WHERE birth_date_interpreted;",
        rls.enable("identity_notsame"),
        rls.composite_key("identity_notsame"),
        rls.enable("identity_doublecandidate"),
        rls.composite_key("identity_doublecandidate"),
        rls.grant("identity_doublecandidate", "SELECT"),
        rls.policy(
            "identity_doublecandidate",
            "card_read",
            "SELECT",
            using=functions.card_readable("identity_doublecandidate"),
        ),
        rls.enable("identity_searchtrace"),
        rls.grant("identity_searchtrace", "SELECT"),
        rls.policy("identity_searchtrace", "own_searches", "SELECT", using=f"user_id = {ACTOR_USER}"),
        rls.grant("identity_device", "SELECT"),
    ]
)


def load_devices(apps, schema_editor):
    device = apps.get_model("identity", "Device")
    for rank, (code, label, strength, population, companion, refusal, active) in enumerate(DEVICES):
        device.objects.update_or_create(
            code=code,
            defaults={
                "label": label, "strength": strength, "population": population, "needs_companion": companion,
                "refusal": refusal, "active": active, "rank": rank,
            },
        )


class Migration(migrations.Migration):
    dependencies = [("identity", "0001_initial"), ("access", "0002_policies")]
    operations = [
        migrations.RunSQL(SQL, migrations.RunSQL.noop),
        migrations.RunPython(load_devices, migrations.RunPython.noop),
    ]
