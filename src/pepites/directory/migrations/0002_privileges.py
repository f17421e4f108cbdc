"""The directory is read by everyone; web adds sponsored professionals and their practices (rights in the services).

A practice of the identity cell opens every identity, one of the data protection officer every review: the database too
lets only the platform's administrators name them, and an open practice never changes its structure or its role.
"""

from django.db import migrations

from pepites.common import rls
from pepites.common.rls import ACTOR_USER, TRUSTED, WEB, WORKER

PRACTICE = "directory_practitionerrole"

MAY_NAME_CELL = rls.definer_function(
    "directory_may_name_cell()",
    "boolean",
    f"""
    BEGIN
      RETURN {TRUSTED}
        OR EXISTS (SELECT 1 FROM accounts_user u WHERE u.id = {ACTOR_USER} AND u.platform_admin AND u.is_active);
    END
    """,
    language="plpgsql",
    volatile="STABLE",
)

SQL = "\n".join(
    [
        MAY_NAME_CELL,
        # The category of a professional opens the bris de glace, a structure's kind the sharing regime: written once.
        *(rls.grant(table, "SELECT", "INSERT") for table in ("directory_organization", "directory_professional")),
        rls.enable(PRACTICE),
        rls.grant(PRACTICE, "SELECT", "INSERT"),
        f"GRANT UPDATE (ends_at, role_label) ON {PRACTICE} TO {WEB}, {WORKER};",
        rls.policy(PRACTICE, "practice_read", "SELECT", using="true"),
        rls.policy(
            PRACTICE,
            "practice_add",
            "INSERT",
            check="NOT (identity_cell OR role_code = 'dpo') OR directory_may_name_cell()",
        ),
        rls.policy(PRACTICE, "practice_change", "UPDATE", using="true", check="true"),
    ]
)


class Migration(migrations.Migration):
    dependencies = [("directory", "0001_initial")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
