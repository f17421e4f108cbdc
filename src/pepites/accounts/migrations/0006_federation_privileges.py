"""What web may do with outside identities: a national identifier is given once, and only an account without any right
may lose it, when it closes.

A sign-in happens before anybody is known: what may be written then opens nothing that the identifier does not prove.
"""

from django.db import migrations

from pepites.accounts.sql import NUMBER_ONCE, RPPS_PROVED
from pepites.common import rls
from pepites.common.rls import ACTOR_USER, WEB, WORKER

PLATFORM = f"EXISTS (SELECT 1 FROM accounts_user u WHERE u.id = {ACTOR_USER} AND u.platform_admin AND u.is_active)"
IDENTITY, SIGN_IN = "accounts_federatedidentity", "accounts_federatedsignin"
LOGOUT, HOMOLOGATION = "accounts_usedlogouttoken", "accounts_homologation"

SQL = "\n".join(
    [
        NUMBER_ONCE,
        RPPS_PROVED,
        f"GRANT UPDATE (national_id, professional_id) ON accounts_user TO {WEB};",
        "CREATE TRIGGER accounts_number_once BEFORE UPDATE OF national_id, professional_id ON accounts_user"
        " FOR EACH ROW EXECUTE FUNCTION accounts_number_once();",
        f"GRANT UPDATE (rpps) ON directory_professional TO {WEB};",
        "CREATE TRIGGER accounts_rpps_proved BEFORE UPDATE OF rpps ON directory_professional"
        " FOR EACH ROW EXECUTE FUNCTION accounts_rpps_proved();",
        rls.enable(IDENTITY),
        rls.grant(IDENTITY, "SELECT", "INSERT", to=(WEB,)),
        f"GRANT UPDATE (user_id, family_name, given_name, last_seen_at) ON {IDENTITY} TO {WEB};",
        rls.policy(IDENTITY, "federated_read", "SELECT", using="true", to=(WEB,)),
        # The alias names the account's own identifier, or the closed account it is taken from.
        rls.policy(
            IDENTITY, "federated_add", "INSERT", to=(WEB,),
            check=f"national_id = (SELECT u.national_id FROM accounts_user u WHERE u.id = {IDENTITY}.user_id)",
        ),
        rls.policy(
            IDENTITY, "federated_change", "UPDATE", using="true", to=(WEB,),
            check=f"national_id = (SELECT u.national_id FROM accounts_user u WHERE u.id = {IDENTITY}.user_id)",
        ),
        rls.enable(SIGN_IN),
        rls.grant(SIGN_IN, "SELECT", "INSERT", to=(WEB,)),
        rls.policy(SIGN_IN, "federated_sign_in_read", "SELECT", using="true", to=(WEB,)),
        rls.policy(SIGN_IN, "federated_sign_in_add", "INSERT", check="true", to=(WEB,)),
        rls.enable(LOGOUT),
        rls.grant(LOGOUT, "SELECT", "INSERT", "DELETE", to=(WEB,)),
        rls.policy(LOGOUT, "logout_read", "SELECT", using="true", to=(WEB,)),
        rls.policy(LOGOUT, "logout_add", "INSERT", check="true", to=(WEB,)),
        rls.policy(LOGOUT, "logout_forget", "DELETE", using="expires_at < now()", to=(WEB,)),
        rls.enable(HOMOLOGATION),
        rls.grant(HOMOLOGATION, "SELECT", "INSERT", to=(WEB,)),
        rls.grant(HOMOLOGATION, "SELECT", to=(WORKER,)),
        f"GRANT UPDATE (withdrawn_by_id, withdrawn_at) ON {HOMOLOGATION} TO {WEB};",
        rls.policy(HOMOLOGATION, "homologation_read", "SELECT", using="true"),
        rls.policy(
            HOMOLOGATION, "homologation_add", "INSERT", check=f"recorded_by_id = {ACTOR_USER} AND {PLATFORM}", to=(WEB,)
        ),
        rls.policy(
            HOMOLOGATION, "homologation_withdraw", "UPDATE", using=PLATFORM,
            check=f"withdrawn_by_id = {ACTOR_USER} AND {PLATFORM}", to=(WEB,),
        ),
    ]
)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_federation"), ("directory", "0002_privileges")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
