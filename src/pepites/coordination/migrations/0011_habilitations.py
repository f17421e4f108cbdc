"""Opening a pathway, one or by a file, is refused to a role from which its networks withhold it (annuaire §6.3).

The act on tasks is making one for a person: neither one's own, nor the next of a series, nor those the house makes.
"""

from django.db import migrations

from pepites.coordination import functions
from pepites.coordination.importing.functions import IMPORT_LINES
from pepites.networks.sql import narrowed

OTHER = "patient_id IS NULL OR previous_id IS NOT NULL OR kind <> ''"
SQL = "\n".join(
    [
        functions.OPEN_PATHWAY,
        IMPORT_LINES,
        "DROP POLICY coordination_task_act ON coordination_task;",
        narrowed("coordination_task", "task.write", unless=OTHER),
    ]
)


class Migration(migrations.Migration):
    dependencies = [("coordination", "0010_referral_policies"), ("networks", "0005_matrix_privileges")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
