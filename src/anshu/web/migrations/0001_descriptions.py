# SPDX-License-Identifier: Apache-2.0
"""What interfaces say about entities."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """Adds the table."""

    initial = True

    dependencies: ClassVar = [
    ]

    operations: ClassVar = [
        migrations.CreateModel(
            name='Description',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('entity', models.CharField(max_length=24)),
                ('key', models.BigIntegerField()),
                ('given', models.JSONField(default=dict)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('entity', 'key'), name='description_once')],
            },
        ),
    ]
