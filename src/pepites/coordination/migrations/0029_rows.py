"""The rows of a list read no more discussions than those of the persons shown."""

from django.db import migrations

from pepites.coordination.functions import ROWS


class Migration(migrations.Migration):
    dependencies = [("coordination", "0028_referral_file_policies")]
    operations = [migrations.RunSQL(ROWS, migrations.RunSQL.noop)]
