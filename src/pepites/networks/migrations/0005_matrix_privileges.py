"""A network's matrix: read by everyone, a version added by its administrators, none ever changed."""

from django.db import migrations

from pepites.common import rls
from pepites.common.rls import ACTOR_USER, WEB, WORKER
from pepites.networks.sql import ACT_WITHHELD, WITHHELD

TABLE = "networks_habilitationversion"
SQL = "\n".join(
    [
        WITHHELD,
        ACT_WITHHELD,
        rls.enable(TABLE),
        rls.grant(TABLE, "SELECT", "INSERT", to=(WEB,)),
        rls.grant(TABLE, "SELECT", to=(WORKER,)),
        rls.policy(TABLE, "matrix_read", "SELECT", using="true"),
        rls.policy(
            TABLE, "matrix_publish", "INSERT", to=(WEB,),
            check=f"published_by = {ACTOR_USER} AND networks_may_administer(network_id)",
        ),
    ]
)


class Migration(migrations.Migration):
    dependencies = [("networks", "0004_matrix")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
