"""The national copy is read by everyone signed in; the load alone writes it, as the owner (annuaire §2)."""

from django.db import migrations

from pepites.common import rls

TABLES = ("person", "structure", "activity", "skill", "diploma", "mailbox", "label", "word")
SQL = "\n".join(
    [
        *(rls.grant(f"directory_national{table}", "SELECT") for table in TABLES),
        rls.grant("directory_directoryload", "SELECT"),
    ]
)


class Migration(migrations.Migration):
    dependencies = [("directory", "0003_national_directory")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
