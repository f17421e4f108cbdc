"""What web may do on accounts: never raise a right (``platform_admin``, ``professional``) of an existing account.

Sign-in happens before anybody is known: factors and invitations are found without an actor, so their protection is that
nothing in them opens anything (sealed seeds, public keys, keyed hashes), and that nobody but the owner deletes them.
"""

from django.db import migrations

from pepites.common import rls
from pepites.common.rls import ACTOR_PRACTICE, ACTOR_USER

ADMINISTRATOR = (
    f"(EXISTS (SELECT 1 FROM accounts_user u WHERE u.id = {ACTOR_USER} AND u.platform_admin AND u.is_active)"
    f" OR EXISTS (SELECT 1 FROM networks_networkmembership m WHERE m.practice_id = {ACTOR_PRACTICE}"
    " AND m.role = 'administration' AND m.starts_at <= statement_timestamp() AND (m.ends_at IS NULL OR m.ends_at > statement_timestamp())))"
)
OWN_TABLES = ("accounts_totpdevice", "accounts_passkey", "accounts_recoverycode", "accounts_throttle")

SQL = "\n".join(
    [
        rls.grant("accounts_user", "SELECT"),
        rls.grant("accounts_user", "INSERT"),
        "GRANT UPDATE (password, last_login, email, is_active, last_practice_id) ON accounts_user TO pepites_web;",
        rls.grant("accounts_session", "SELECT", "INSERT", "UPDATE", "DELETE"),
        rls.enable("accounts_user"),
        rls.policy("accounts_user", "user_read", "SELECT", using="true"),
        rls.policy(
            "accounts_user",
            "user_add",
            "INSERT",
            check="NOT platform_admin AND (network_id IS NULL OR networks_may_administer(network_id))",
            to=(rls.WEB,),
        ),
        # A demonstration account opens nothing in production, whatever it holds (settings refuse the mode).
        rls.policy("accounts_user", "user_add_demo", "INSERT", check="demo OR NOT platform_admin", to=(rls.WORKER,)),
        rls.policy("accounts_user", "user_change", "UPDATE", using="true", check="true"),
        *(rls.grant(table, "SELECT", "INSERT", "UPDATE") for table in OWN_TABLES),
        rls.grant("accounts_invitation", "SELECT", "INSERT"),
        "GRANT UPDATE (used_at) ON accounts_invitation TO pepites_web, pepites_worker;",
        rls.enable("accounts_invitation"),
        rls.policy("accounts_invitation", "invitation_read", "SELECT", using="true"),
        rls.policy("accounts_invitation", "invitation_use", "UPDATE", using="true", check="true"),
        rls.policy("accounts_invitation", "invitation_add", "INSERT", check=f"created_by_id = {ACTOR_USER} AND {ADMINISTRATOR}"),
        rls.grant("accounts_factorreset", "SELECT", "INSERT"),
        "GRANT UPDATE (confirmed_by_id, confirmed_at, cancelled_at) ON accounts_factorreset TO pepites_web;",
        rls.enable("accounts_factorreset"),
        rls.policy("accounts_factorreset", "reset_read", "SELECT", using=ADMINISTRATOR),
        rls.policy(
            "accounts_factorreset", "reset_ask", "INSERT", check=f"requested_by_id = {ACTOR_USER} AND {ADMINISTRATOR}"
        ),
        rls.policy(
            "accounts_factorreset",
            "reset_confirm",
            "UPDATE",
            using=ADMINISTRATOR,
            check=f"(confirmed_by_id IS NULL OR confirmed_by_id = {ACTOR_USER}) AND {ADMINISTRATOR}",
        ),
    ]
)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial"), ("networks", "0002_privileges")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
