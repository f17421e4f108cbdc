"""Row-level security of reserved assessments: for the readers named."""

from django.db import migrations

from pepites.assessments import sql


class Migration(migrations.Migration):
    dependencies = [("assessments", "0003_reserved"), ("access", "0010_item_reader_policies")]
    operations = [migrations.RunSQL("\n".join(sql.RESERVED), migrations.RunSQL.noop)]
