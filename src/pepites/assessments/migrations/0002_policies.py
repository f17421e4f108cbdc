"""Row-level security of forms and assessments; a published form never changes; a file of two persons takes none."""

from django.db import migrations

from pepites.assessments import sql
from pepites.identity.collisions.functions import TRIGGER

SQL = "\n".join([*sql.ALL, TRIGGER.format("assessments_assessment")])


class Migration(migrations.Migration):
    dependencies = [
        ("assessments", "0001_initial"),
        ("access", "0002_policies"),
        ("identity", "0009_merges_functions"),
        ("networks", "0002_privileges"),
    ]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
