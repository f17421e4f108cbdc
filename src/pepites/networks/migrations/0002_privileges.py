"""Networks are read by everyone; memberships, which open files, are written by the network's administrators only."""

from django.db import migrations

from pepites.common import rls
from pepites.common.rls import ACTOR_PRACTICE, ACTOR_USER, TRUSTED

MAY_ADMINISTER = rls.definer_function(
    "networks_may_administer(p_network bigint)",
    "boolean",
    f"""
    BEGIN
      RETURN {TRUSTED}
        OR EXISTS (SELECT 1 FROM accounts_user u WHERE u.id = {ACTOR_USER} AND u.platform_admin AND u.is_active)
        OR EXISTS (SELECT 1 FROM networks_networkmembership m WHERE m.network_id = p_network
                   AND m.practice_id = {ACTOR_PRACTICE} AND m.role = 'administration'
                   AND m.starts_at <= statement_timestamp() AND (m.ends_at IS NULL OR m.ends_at > statement_timestamp()));
    END
    """,
    language="plpgsql",
    volatile="STABLE",
)

TABLE = "networks_networkmembership"
SQL = "\n".join(
    [
        MAY_ADMINISTER,
        rls.grant("networks_network", "SELECT"),
        "GRANT UPDATE (name, short_name, colour, person_word, settings) ON networks_network TO pepites_web;",
        rls.enable(TABLE),
        rls.grant(TABLE, "SELECT", "INSERT", "UPDATE"),
        rls.policy(TABLE, "membership_read", "SELECT", using="true"),
        rls.policy(TABLE, "membership_add", "INSERT", check="networks_may_administer(network_id)"),
        rls.policy(
            TABLE,
            "membership_change",
            "UPDATE",
            using="networks_may_administer(network_id)",
            check="networks_may_administer(network_id)",
        ),
    ]
)


class Migration(migrations.Migration):
    dependencies = [("networks", "0001_initial")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
