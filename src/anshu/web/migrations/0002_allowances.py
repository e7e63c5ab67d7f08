# SPDX-License-Identifier: Apache-2.0
"""How often each caller of SensorThings may ask, for all web processes together."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """Adds the table, without a log: after a crash everybody begins anew."""

    dependencies: ClassVar = [
        ('web', '0001_descriptions'),
    ]

    operations: ClassVar = [
        migrations.CreateModel(
            name='Allowance',
            fields=[
                ('caller', models.CharField(max_length=40, primary_key=True, serialize=False)),
                ('full_at', models.DateTimeField()),
            ],
        ),
        migrations.RunSQL("alter table web_allowance set unlogged", "alter table web_allowance set logged"),
    ]
