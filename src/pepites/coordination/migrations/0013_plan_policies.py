"""Row-level security of the plan, and the function by which a task tells its action that it ended."""

from django.db import migrations

from pepites.coordination.plan import sql


class Migration(migrations.Migration):
    dependencies = [("coordination", "0012_plan"), ("access", "0002_policies"), ("identity", "0009_merges_functions")]
    operations = [migrations.RunSQL("\n".join(sql.ALL), migrations.RunSQL.noop)]
