"""How common names are, in one packed row."""

import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("identity", "0005_ins_policies")]
    operations = [
        migrations.CreateModel(
            name="NameFrequencies",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.CharField(max_length=40)),
                ("total", models.BigIntegerField()),
                ("body", models.BinaryField()),
                ("counted_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="identity_frequencies_single")
                ],
            },
        ),
    ]
