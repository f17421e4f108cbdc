"""Imports made through the screen, local numbers, and the functions that open the files of imported lines."""

import django.db.models.deletion
import django.db.models.functions.datetime
import pepites.common.identifiers
from django.conf import settings
from django.db import migrations, models

from pepites.coordination.importing import functions, sql


class Migration(migrations.Migration):

    dependencies = [
        ('coordination', '0002_policies'),
        ('identity', '0003_import'),
        ('directory', '0002_privileges'),
        ('networks', '0002_privileges'),
        ('patients', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ImportRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=pepites.common.identifiers.new_uuid, editable=False, unique=True)),
                ('file_name', models.CharField(max_length=150)),
                ('mapping', models.JSONField(default=dict)),
                ('state', models.CharField(choices=[('depose', 'Fichier reçu'), ('verification', 'Vérification en cours'), ('verifie', 'Fichier vérifié'), ('import', 'Import en cours'), ('termine', 'Import terminé'), ('echoue', 'Import arrêté')], default='depose', max_length=12)),
                ('counts', models.JSONField(default=dict)),
                ('preview', models.JSONField(default=dict)),
                ('total', models.PositiveIntegerField(default=0)),
                ('done', models.PositiveIntegerField(default=0)),
                ('last_line', models.PositiveIntegerField(default=0)),
                ('message', models.CharField(blank=True, default='', max_length=300)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('ended_at', models.DateTimeField(null=True)),
                ('network', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='networks.network')),
                ('practice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.practitionerrole')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['network', '-created_at'], name='coordination_import_network')],
            },
        ),
        migrations.CreateModel(
            name='LocalIdentifier',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('value', models.CharField(max_length=64)),
                ('network', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='networks.network')),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='local_identifiers', to='patients.patient')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('patient', 'network', 'value'), name='coordination_local_identifier_once')],
            },
        ),
        migrations.RunSQL("\n".join([*functions.ALL, *sql.ALL]), migrations.RunSQL.noop),
    ]
