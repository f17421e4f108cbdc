"""A local account is asked for by one administrator of the network and approved by another, in the database too."""

from django.db import migrations

from pepites.common import rls
from pepites.common.rls import ACTOR_USER, WEB, WORKER

TABLE = "accounts_localenrolment"
MAY = "networks_may_administer(network_id)"
ANSWER = f"(approved_by_id IS NULL OR approved_by_id = {ACTOR_USER}) AND (refused_by_id IS NULL OR refused_by_id = {ACTOR_USER})"

SQL = "\n".join(
    [
        f"GRANT UPDATE (suspension) ON accounts_user TO {WEB};",
        f"GRANT UPDATE (is_active, suspension) ON accounts_user TO {WORKER};",
        rls.enable(TABLE),
        rls.grant(TABLE, "SELECT", "INSERT", to=(WEB,)),
        rls.grant(TABLE, "SELECT", to=(WORKER,)),
        f"GRANT UPDATE (approved_by_id, approved_at, refused_by_id, refused_at, user_id, ends_on) ON {TABLE} TO {WEB};",
        rls.policy(TABLE, "enrolment_read", "SELECT", using=MAY, to=(WEB,)),
        rls.policy(TABLE, "enrolment_night", "SELECT", using="true", to=(WORKER,)),
        rls.policy(
            TABLE, "enrolment_ask", "INSERT", to=(WEB,),
            check=f"requested_by_id = {ACTOR_USER} AND approved_by_id IS NULL AND {MAY}",
        ),
        # Open: answered by the actor. Answered: only its end changes.
        rls.policy(
            TABLE, "enrolment_answer", "UPDATE", to=(WEB,),
            using=f"approved_by_id IS NULL AND refused_by_id IS NULL AND {MAY}", check=f"{ANSWER} AND {MAY}",
        ),
        rls.policy(
            TABLE, "enrolment_renew", "UPDATE", using=f"approved_by_id IS NOT NULL AND {MAY}",
            check=f"approved_by_id IS NOT NULL AND user_id <> {ACTOR_USER} AND {MAY}", to=(WEB,),
        ),
    ]
)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0009_enrolment"), ("networks", "0002_privileges")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
