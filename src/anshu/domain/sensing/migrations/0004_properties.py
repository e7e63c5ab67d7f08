# SPDX-License-Identifier: Apache-2.0
"""The observed properties that protocols name, with their units and credible ranges."""

import csv
from pathlib import Path

from django.db import migrations


def seed(apps, schema_editor):
    """This will add the shipped properties that are not there yet."""
    known = apps.get_model("sensing", "ObservedProperty")
    with (Path(__file__).parents[1] / "properties.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            code = row.pop("code")
            values = {name: value for name, value in row.items() if value != ""}
            known.objects.get_or_create(code=code, defaults=values)


class Migration(migrations.Migration):
    """Shipped properties."""

    dependencies = [("sensing", "0003_contact_and_replay")]
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
