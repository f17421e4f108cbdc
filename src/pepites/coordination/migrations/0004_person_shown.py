"""The file a person is shown under, beside the one a pathway was written in: lists follow merges (ADR 0023)."""

import django.db.models.deletion
from django.db import migrations, models

from pepites.coordination import functions
from pepites.coordination.importing.functions import IMPORT_LINES

FILL = """
UPDATE coordination_pathway SET person_id = patient_id;
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""
SQL = "\n".join([functions.FOLLOW_MERGE, *functions.MERGED, IMPORT_LINES])


class Migration(migrations.Migration):

    dependencies = [
        ('access', '0006_merged_rights_functions'),
        ('coordination', '0003_import'),
        ('directory', '0002_privileges'),
        ('networks', '0002_privileges'),
        ('patients', '0002_regional_id_shared'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='pathway',
            name='coordination_pathway_sort',
        ),
        migrations.RemoveIndex(
            model_name='pathway',
            name='coordination_pathway_birth',
        ),
        migrations.AddField(
            model_name='pathway',
            name='person',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient'),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name='pathway',
            name='person',
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient'),
        ),
        migrations.AddIndex(
            model_name='pathway',
            index=models.Index(fields=['network', 'status', 'sort_key', 'person'], include=('organization',), name='coordination_pathway_order'),
        ),
        migrations.AddIndex(
            model_name='pathway',
            index=models.Index(fields=['network', 'status', 'birth_date', 'person'], name='coordination_pathway_born'),
        ),
        migrations.RunSQL(SQL, migrations.RunSQL.noop),
    ]
