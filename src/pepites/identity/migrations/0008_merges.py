"""Merges, collisions, the rows to sort, incidents (RNIV-13, RNIV-14)."""

import django.db.models.deletion
import django.db.models.functions.datetime
import pepites.common.identifiers
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('directory', '0002_privileges'),
        ('identity', '0007_trained_model'),
        ('patients', '0002_regional_id_shared'),
    ]

    operations = [
        migrations.CreateModel(
            name='Collision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=pepites.common.identifiers.new_uuid, editable=False, unique=True)),
                ('state', models.CharField(choices=[('signalee', 'Signalée'), ('averee', 'Avérée, dossier gelé'), ('ecartee', 'Écartée'), ('reglee', 'Réglée')], max_length=10)),
                ('description', models.CharField(max_length=500)),
                ('declared_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('decided_at', models.DateTimeField(null=True)),
                ('decision_reason', models.CharField(blank=True, default='', max_length=300)),
                ('settled_at', models.DateTimeField(null=True)),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.practitionerrole')),
                ('declared_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.practitionerrole')),
                ('other', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient')),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient')),
                ('settled_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.practitionerrole')),
            ],
        ),
        migrations.CreateModel(
            name='Incident',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=pepites.common.identifiers.new_uuid, editable=False, unique=True)),
                ('kind', models.CharField(choices=[('collision', 'Deux personnes dans un dossier'), ('usurpation', 'Identité prêtée ou empruntée'), ('fusion', 'Fusion à tort'), ('doublon', "Soin ou examen refait faute d'avoir trouvé le dossier"), ('dossier', "Écrit dans le dossier d'un autre"), ('autre', 'Autre')], max_length=10)),
                ('happened_on', models.DateField()),
                ('description', models.CharField(max_length=500)),
                ('harm', models.BooleanField(default=False)),
                ('declared_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('measures', models.CharField(blank=True, default='', max_length=500)),
                ('closed_at', models.DateTimeField(null=True)),
                ('closed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.practitionerrole')),
                ('declared_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.practitionerrole')),
                ('organization', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.organization')),
                ('patient', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient')),
            ],
        ),
        migrations.CreateModel(
            name='Merge',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=pepites.common.identifiers.new_uuid, editable=False, unique=True)),
                ('state', models.CharField(choices=[('demandee', 'À relire'), ('faite', 'Faite'), ('refusee', 'Refusée'), ('defaite', 'Défaite')], max_length=10)),
                ('reason', models.CharField(max_length=300)),
                ('asked_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('decided_at', models.DateTimeField(null=True)),
                ('decision_reason', models.CharField(blank=True, default='', max_length=300)),
                ('marks', models.JSONField(default=dict)),
                ('undone_at', models.DateTimeField(null=True)),
                ('undone_reason', models.CharField(blank=True, default='', max_length=300)),
                ('asked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.practitionerrole')),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.practitionerrole')),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='merges', to='patients.patient')),
                ('survivor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient')),
                ('undone_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.practitionerrole')),
            ],
        ),
        migrations.CreateModel(
            name='RowToSort',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=pepites.common.identifiers.new_uuid, editable=False, unique=True)),
                ('table', models.CharField(max_length=63)),
                ('row_id', models.BigIntegerField()),
                ('written_at', models.DateTimeField(null=True)),
                ('decision', models.CharField(blank=True, choices=[('reste', 'Reste ici'), ('autre', "Concerne l'autre personne")], default='', max_length=5)),
                ('decided_at', models.DateTimeField(null=True)),
                ('author', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.practitionerrole')),
                ('collision', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='rows', to='identity.collision')),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.practitionerrole')),
                ('merge', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='rows', to='identity.merge')),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient')),
            ],
        ),
        migrations.AddIndex(
            model_name='collision',
            index=models.Index(fields=['state', '-declared_at'], name='identity_collision_state'),
        ),
        migrations.AddConstraint(
            model_name='collision',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ('signalee', 'averee'))), fields=('patient',), name='identity_collision_once'),
        ),
        migrations.AddConstraint(
            model_name='collision',
            constraint=models.CheckConstraint(condition=models.Q(('patient', models.F('other')), _negated=True), name='identity_collision_other'),
        ),
        migrations.AddConstraint(
            model_name='collision',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at', None), ('settled_at', None), ('state', 'signalee')), models.Q(('decided_at__isnull', False), ('settled_at', None), ('state', 'ecartee'), models.Q(('decision_reason', ''), _negated=True)), models.Q(('decided_at__isnull', False), ('settled_at', None), ('state', 'averee')), models.Q(('decided_at__isnull', False), ('other__isnull', False), ('settled_at__isnull', False), ('state', 'reglee')), _connector='OR'), name='identity_collision_shape'),
        ),
        migrations.AddIndex(
            model_name='incident',
            index=models.Index(fields=['-declared_at'], name='identity_incident_told'),
        ),
        migrations.AddConstraint(
            model_name='incident',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at', None), ('measures', '')), models.Q(('closed_at__isnull', False), models.Q(('measures', ''), _negated=True)), _connector='OR'), name='identity_incident_shape'),
        ),
        migrations.AddIndex(
            model_name='merge',
            index=models.Index(fields=['state', '-asked_at'], name='identity_merge_state'),
        ),
        migrations.AddConstraint(
            model_name='merge',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ('demandee', 'faite'))), fields=('patient',), name='identity_merge_once'),
        ),
        migrations.AddConstraint(
            model_name='merge',
            constraint=models.CheckConstraint(condition=models.Q(('patient', models.F('survivor')), _negated=True), name='identity_merge_other'),
        ),
        migrations.AddConstraint(
            model_name='merge',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at', None), ('state', 'demandee'), ('undone_at', None)), models.Q(('decided_at__isnull', False), ('state', 'refusee'), ('undone_at', None), models.Q(('decision_reason', ''), _negated=True)), models.Q(('decided_at__isnull', False), ('state', 'faite'), ('undone_at', None)), models.Q(('decided_at__isnull', False), ('state', 'defaite'), ('undone_at__isnull', False), models.Q(('undone_reason', ''), _negated=True)), _connector='OR'), name='identity_merge_shape'),
        ),
        migrations.AddConstraint(
            model_name='rowtosort',
            constraint=models.UniqueConstraint(fields=('merge', 'table', 'row_id'), name='identity_sort_merge_once'),
        ),
        migrations.AddConstraint(
            model_name='rowtosort',
            constraint=models.UniqueConstraint(fields=('collision', 'table', 'row_id'), name='identity_sort_collision_once'),
        ),
        migrations.AddConstraint(
            model_name='rowtosort',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('collision__isnull', False), ('merge__isnull', True)), models.Q(('collision__isnull', True), ('merge__isnull', False)), _connector='OR'), name='identity_sort_why'),
        ),
        migrations.AddConstraint(
            model_name='rowtosort',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at', None), ('decision', '')), models.Q(models.Q(('decision', ''), _negated=True), ('decided_at__isnull', False)), _connector='OR'), name='identity_sort_shape'),
        ),
    ]
