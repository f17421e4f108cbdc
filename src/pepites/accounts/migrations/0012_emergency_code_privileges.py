"""Emergency codes: printed by their owner, used by nobody known yet, looked at by an administrator; never deleted."""

from django.db import migrations

from pepites.common import rls
from pepites.common.rls import ACTOR_USER, WEB

SERIES, CODE, OUTAGE = "accounts_emergencyseries", "accounts_emergencycode", "accounts_declaredoutage"
PLATFORM = f"EXISTS (SELECT 1 FROM accounts_user u WHERE u.id = {ACTOR_USER} AND u.platform_admin AND u.is_active)"
OWN = f"EXISTS (SELECT 1 FROM {SERIES} s WHERE s.id = series_id AND s.user_id = {ACTOR_USER})"

SQL = "\n".join(
    [
        *(rls.enable(table) + rls.grant(table, "SELECT", "INSERT", to=(WEB,)) for table in (SERIES, CODE, OUTAGE)),
        rls.policy(SERIES, "sheet_read", "SELECT", using="true", to=(WEB,)),
        rls.policy(SERIES, "sheet_print", "INSERT", check=f"user_id = {ACTOR_USER}", to=(WEB,)),
        f"GRANT UPDATE (disabled_at) ON {SERIES} TO {WEB};",
        rls.policy(
            SERIES, "sheet_replace", "UPDATE", using=f"user_id = {ACTOR_USER}", check=f"user_id = {ACTOR_USER}",
            to=(WEB,),
        ),
        rls.policy(CODE, "code_read", "SELECT", using="true", to=(WEB,)),
        rls.policy(CODE, "code_print", "INSERT", check=f"used_at IS NULL AND {OWN}", to=(WEB,)),
        f"GRANT UPDATE (used_at, used_from, reviewed_by_id, reviewed_at) ON {CODE} TO {WEB};",
        # A code used never serves again, whoever asks; and nobody looks at a use of their own.
        rls.policy(
            CODE, "code_use", "UPDATE", using="used_at IS NULL", check="used_at IS NOT NULL AND reviewed_at IS NULL",
            to=(WEB,),
        ),
        rls.policy(
            CODE, "code_review", "UPDATE", using=f"used_at IS NOT NULL AND reviewed_at IS NULL AND {PLATFORM} AND NOT {OWN}",
            check=f"used_at IS NOT NULL AND reviewed_by_id = {ACTOR_USER}", to=(WEB,),
        ),
        f"GRANT UPDATE (ends_at) ON {OUTAGE} TO {WEB};",
        rls.policy(OUTAGE, "outage_read", "SELECT", using="true", to=(WEB,)),
        rls.policy(
            OUTAGE, "outage_declare", "INSERT", check=f"declared_by_id = {ACTOR_USER} AND {PLATFORM}", to=(WEB,)
        ),
        rls.policy(OUTAGE, "outage_end", "UPDATE", using=PLATFORM, check=PLATFORM, to=(WEB,)),
        f"ALTER TABLE {OUTAGE} ADD CONSTRAINT accounts_outage_length"
        " CHECK (ends_at <= starts_at + interval '12 hours');",
    ]
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("accounts", "0011_emergency_codes")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
