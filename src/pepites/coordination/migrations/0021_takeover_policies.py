"""Row-level security of the history taken over, and the two functions that match and write it."""

from django.db import migrations

from pepites.coordination.takeover import functions, sql


class Migration(migrations.Migration):
    dependencies = [
        ("coordination", "0020_takeover"),
        ("access", "0002_policies"),
        ("identity", "0009_merges_functions"),
        ("networks", "0005_matrix_privileges"),
    ]
    operations = [migrations.RunSQL("\n".join([*functions.ALL, *sql.ALL]), migrations.RunSQL.noop)]
