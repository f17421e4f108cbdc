"""Row-level security of the editions."""

from django.db import migrations

from pepites.coordination.editions import sql


class Migration(migrations.Migration):
    dependencies = [("coordination", "0025_editions"), ("assessments", "0004_reserved_policies")]
    operations = [migrations.RunSQL("\n".join(sql.ALL), migrations.RunSQL.noop)]
