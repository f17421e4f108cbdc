"""Row-level security of the demandes, and the narrow way in of the public form."""

from django.db import migrations

from pepites.coordination.referrals import sql


class Migration(migrations.Migration):
    dependencies = [("coordination", "0009_referrals")]
    operations = [migrations.RunSQL(sql.ALL, migrations.RunSQL.noop)]
