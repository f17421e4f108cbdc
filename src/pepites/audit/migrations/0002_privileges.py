"""Append-only by privileges and by trigger, dated by the base alone; one's own idempotency keys only."""

from django.db import migrations

from pepites.audit.journal import COLUMNS
from pepites.common import rls
from pepites.common.rls import ACTOR_USER, WEB, WORKER

SQL = "\n".join(
    [
        # Neither the number nor the hour of a line is for web or worker to choose; nor, once somebody acts, the name.
        f"GRANT INSERT ({COLUMNS}) ON audit_entry TO {WEB}, {WORKER};",
        rls.enable("audit_entry"),
        rls.policy(
            "audit_entry",
            "in_ones_own_name",
            "INSERT",
            check=f"{ACTOR_USER} IS NULL OR user_id IS NOT DISTINCT FROM {ACTOR_USER}",
        ),
        """
        CREATE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          RAISE EXCEPTION 'the journal is append-only' USING ERRCODE = 'PE403';
        END $$;
        CREATE TRIGGER audit_entry_append_only BEFORE UPDATE OR DELETE ON audit_entry
          FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();
        CREATE TRIGGER audit_entry_no_truncate BEFORE TRUNCATE ON audit_entry
          FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
        """,
        rls.enable("audit_idempotencyrecord"),
        rls.grant("audit_idempotencyrecord", "SELECT", "INSERT", "UPDATE"),
        rls.grant("audit_idempotencyrecord", "DELETE", to=(WORKER,)),
        rls.policy(
            "audit_idempotencyrecord",
            "own_keys",
            "ALL",
            using=f"user_id = coalesce({ACTOR_USER}, 0)",
            check=f"user_id = coalesce({ACTOR_USER}, 0)",
        ),
        rls.policy(
            "audit_idempotencyrecord",
            "forget_after_30_days",
            "DELETE",
            using="created_at < now() - interval '30 days'",
            to=(WORKER,),
        ),
    ]
)


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
