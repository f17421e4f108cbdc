"""Row-level security of reserved items, and of the person and their carers in the circle."""

from django.db import migrations

from pepites.coordination.relatives import sql as relatives
from pepites.coordination.reserved import sql as reserved


class Migration(migrations.Migration):
    dependencies = [("coordination", "0015_reserved"), ("access", "0010_item_reader_policies")]
    operations = [migrations.RunSQL("\n".join([*reserved.ALL, *relatives.ALL]), migrations.RunSQL.noop)]
