"""Row-level security of the readers of reserved items."""

from django.db import migrations

from pepites.access import sql


class Migration(migrations.Migration):
    dependencies = [("access", "0009_item_readers")]
    operations = [migrations.RunSQL(sql.item_reader(), migrations.RunSQL.noop)]
