"""A structure's people are read and changed by its managers and the platform's administrators, in the database too."""

from django.db import migrations

from pepites.accounts.sql import END_PRACTICE, MANAGES
from pepites.common import rls
from pepites.common.rls import ACTOR_USER, WEB, WORKER

PLATFORM = f"EXISTS (SELECT 1 FROM accounts_user u WHERE u.id = {ACTOR_USER} AND u.platform_admin AND u.is_active)"
MANAGER, CONTRACT, REGISTRATION = "accounts_structuremanager", "accounts_rppscontract", "accounts_rppsregistration"
MINE = "accounts_manages(organization_id)"

SQL = "\n".join(
    [
        MANAGES,
        END_PRACTICE,
        rls.enable(MANAGER),
        rls.grant(MANAGER, "SELECT", "INSERT", to=(WEB,)),
        f"GRANT UPDATE (ends_at) ON {MANAGER} TO {WEB};",
        rls.policy(MANAGER, "manager_read", "SELECT", using=f"user_id = {ACTOR_USER} OR {PLATFORM}", to=(WEB,)),
        rls.policy(MANAGER, "manager_name", "INSERT", check=f"named_by_id = {ACTOR_USER} AND {PLATFORM}", to=(WEB,)),
        rls.policy(MANAGER, "manager_end", "UPDATE", using=PLATFORM, check=PLATFORM, to=(WEB,)),
        *(
            part
            for table in (CONTRACT, REGISTRATION)
            for part in (
                rls.enable(table),
                rls.grant(table, "SELECT", "INSERT", "UPDATE", to=(WEB,)),
                rls.policy(table, f"{table}_read", "SELECT", using=MINE, to=(WEB,)),
                rls.policy(table, f"{table}_add", "INSERT", check=MINE, to=(WEB,)),
                rls.policy(table, f"{table}_change", "UPDATE", using=MINE, check=MINE, to=(WEB,)),
            )
        ),
        # The nightly comparison with the directory, and nothing else.
        rls.grant(REGISTRATION, "SELECT", to=(WORKER,)),
        f"GRANT UPDATE (check_result, checked_at) ON {REGISTRATION} TO {WORKER};",
        rls.policy(REGISTRATION, "rpps_night_read", "SELECT", using="rpps <> ''", to=(WORKER,)),
        rls.policy(REGISTRATION, "rpps_night_check", "UPDATE", using="rpps <> ''", check="rpps <> ''", to=(WORKER,)),
    ]
)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_rppsplus"), ("networks", "0002_privileges"), ("directory", "0002_privileges")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
