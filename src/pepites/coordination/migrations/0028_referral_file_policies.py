"""Row-level security of the files of demandes; the two functions that carry them, made again."""

from django.db import migrations

from pepites.coordination.referrals import sql


class Migration(migrations.Migration):
    dependencies = [("coordination", "0027_referral_files")]
    operations = [migrations.RunSQL("\n".join(sql.FILES), migrations.RunSQL.noop)]
