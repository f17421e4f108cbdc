"""The colleagues of a copy, making it new again, and the walls around it."""

from django.db import migrations

from pepites.training import functions


class Migration(migrations.Migration):
    dependencies = [
        ("training", "0003_colleagues"),
        ("access", "0002_policies"),
        ("accounts", "0002_privileges"),
        ("coordination", "0010_referral_policies"),
        ("messaging", "0002_policies"),
    ]
    operations = [migrations.RunSQL("\n".join(functions.ALL), migrations.RunSQL.noop)]
