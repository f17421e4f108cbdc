"""What web and worker may do on machine clients: the platform's administrators add and revoke, a client revives nothing.

A client is found before anybody is known: what is readable opens nothing (public keys, fingerprints). Nothing is
deleted, but tokens and assertions that are over, by the nightly job.
"""

from django.db import migrations

from pepites.accounts.sql import ACTIVE_CLIENT, CLIENT_DOMAIN
from pepites.common import rls
from pepites.common.rls import ACTOR_CLIENT, ACTOR_USER, WEB, WORKER

PLATFORM = f"EXISTS (SELECT 1 FROM accounts_user u WHERE u.id = {ACTOR_USER} AND u.platform_admin AND u.is_active)"
CLIENT, ASSERTION, TOKEN = "accounts_serviceclient", "accounts_usedassertion", "accounts_accesstoken"
CHANGES = "is_active, revoked_by_id, revoked_at, last_used_at"

SQL = "\n".join(
    [
        rls.enable(CLIENT),
        rls.grant(CLIENT, "SELECT", "INSERT", to=(WEB,)),
        rls.grant(CLIENT, "SELECT", to=(WORKER,)),
        f"GRANT UPDATE ({CHANGES}) ON {CLIENT} TO {WEB};",
        rls.policy(CLIENT, "client_read", "SELECT", using="true"),
        rls.policy(CLIENT, "client_add", "INSERT", check=f"{PLATFORM} AND created_by_id = {ACTOR_USER}", to=(WEB,)),
        rls.policy(CLIENT, "client_revoke", "UPDATE", using=PLATFORM, check=f"NOT is_active AND {PLATFORM}", to=(WEB,)),
        # It says that it was used; what is revoked stays so.
        rls.policy(
            CLIENT, "client_use", "UPDATE", using=f"id = {ACTOR_CLIENT} AND is_active",
            check=f"id = {ACTOR_CLIENT} AND is_active", to=(WEB,),
        ),
        *(
            part
            for table in (ASSERTION, TOKEN)
            for part in (
                rls.enable(table),
                rls.grant(table, "SELECT", "INSERT", to=(WEB,)),
                rls.grant(table, "SELECT", "DELETE", to=(WORKER,)),
                rls.policy(
                    table, f"{table}_add", "INSERT",
                    check=f"client_id = {ACTOR_CLIENT} AND EXISTS ({ACTIVE_CLIENT})", to=(WEB,),
                ),
                rls.policy(table, f"{table}_forget", "DELETE", using="expires_at < now()", to=(WORKER,)),
                rls.policy(table, f"{table}_sweep", "SELECT", using="expires_at < now()", to=(WORKER,)),
            )
        ),
        rls.policy(ASSERTION, "assertion_own", "SELECT", using=f"client_id = {ACTOR_CLIENT}", to=(WEB,)),
        rls.policy(TOKEN, "token_read", "SELECT", using="expires_at > now()", to=(WEB,)),
        CLIENT_DOMAIN,
    ]
)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_machine_clients")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
