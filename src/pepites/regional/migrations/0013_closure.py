"""The end of the server: the day announced, the moment it closed; then it takes nothing."""

from django.db import migrations, models

from pepites.regional.functions import closure, feed, local

SQL = "\n".join([closure.REFUSE_CLOSED, closure.TRIGGERS, feed.FEED_PEPITES, *local.ALL])


class Migration(migrations.Migration):

    dependencies = [
        ('regional', '0012_merged_files'),
    ]

    operations = [
        migrations.AddField(
            model_name='ruleset',
            name='closed_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='ruleset',
            name='closes_on',
            field=models.DateField(null=True),
        ),
        migrations.RunSQL(SQL, migrations.RunSQL.noop),
    ]
