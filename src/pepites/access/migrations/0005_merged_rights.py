"""Copies of rights on merged files (ADR 0023)."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('access', '0004_trace_of_machines'),
        ('directory', '0002_privileges'),
        ('networks', '0002_privileges'),
        ('patients', '0002_regional_id_shared'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='accessgrant',
            name='access_grant_open_once',
        ),
        migrations.RemoveConstraint(
            model_name='networkpatient',
            name='access_enrolment_open_once',
        ),
        migrations.AddField(
            model_name='accessgrant',
            name='merged',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name='networkpatient',
            name='merged',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddConstraint(
            model_name='accessgrant',
            constraint=models.UniqueConstraint(condition=models.Q(('ends_at__isnull', True), ('merged', False)), fields=('patient', 'practice', 'basis'), name='access_grant_open_once'),
        ),
        migrations.AddConstraint(
            model_name='accessgrant',
            constraint=models.UniqueConstraint(condition=models.Q(('ends_at__isnull', True), ('merged', True)), fields=('patient', 'practice', 'basis'), name='access_grant_merged_once'),
        ),
        migrations.AddConstraint(
            model_name='networkpatient',
            constraint=models.UniqueConstraint(condition=models.Q(('ends_at__isnull', True), ('merged', False)), fields=('patient', 'network'), name='access_enrolment_open_once'),
        ),
        migrations.AddConstraint(
            model_name='networkpatient',
            constraint=models.UniqueConstraint(condition=models.Q(('ends_at__isnull', True), ('merged', True)), fields=('patient', 'network'), name='access_enrolment_merged_once'),
        ),
    ]
