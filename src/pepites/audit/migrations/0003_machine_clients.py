"""The journal names the machine client; a client writes in its own name only, and has its own idempotency keys."""

from django.db import migrations, models

from pepites.common import rls
from pepites.common.rls import ACTOR_CLIENT, ACTOR_USER, WEB, WORKER

OWNER = f"coalesce({ACTOR_USER}, -{ACTOR_CLIENT}, 0)"
SQL = "\n".join(
    [
        f"GRANT INSERT (service_client_id) ON audit_entry TO {WEB}, {WORKER};",
        "DROP POLICY in_ones_own_name ON audit_entry;",
        rls.policy(
            "audit_entry",
            "in_ones_own_name",
            "INSERT",
            check=(
                f"({ACTOR_USER} IS NULL AND {ACTOR_CLIENT} IS NULL)"
                f" OR (user_id IS NOT DISTINCT FROM {ACTOR_USER}"
                f" AND service_client_id IS NOT DISTINCT FROM {ACTOR_CLIENT})"
            ),
        ),
        "DROP POLICY own_keys ON audit_idempotencyrecord;",
        rls.policy(
            "audit_idempotencyrecord", "own_keys", "ALL", using=f"user_id = {OWNER}", check=f"user_id = {OWNER}"
        ),
    ]
)


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_privileges")]
    operations = [
        migrations.AddField("entry", "service_client_id", models.BigIntegerField(null=True)),
        migrations.AddIndex(
            "entry",
            models.Index(
                fields=["service_client_id", "-occurred_at"],
                name="audit_entry_client",
                condition=models.Q(service_client_id__isnull=False),
            ),
        ),
        migrations.RunSQL(SQL, migrations.RunSQL.noop),
    ]
