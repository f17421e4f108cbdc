"""The weekly look at what may drift; a link asked by a domain."""

import django.db.models.functions.datetime
from django.db import migrations, models

from pepites.regional.functions import cards, drift

SQL = "\n".join([*drift.ALL, drift.POLICIES, cards.ASK_LINK])


class Migration(migrations.Migration):

    dependencies = [
        ('regional', '0013_closure'),
    ]

    operations = [
        migrations.CreateModel(
            name='DriftReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('taken_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('model', models.CharField(max_length=80)),
                ('body', models.JSONField(default=dict)),
                ('alerts', models.JSONField(default=list)),
            ],
        ),
        migrations.RunSQL(SQL, migrations.RunSQL.noop),
    ]
