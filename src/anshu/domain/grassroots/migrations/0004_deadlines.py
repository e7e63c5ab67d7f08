# SPDX-License-Identifier: Apache-2.0
"""Seeds the deadlines that the demonstration starts with; each county sets its own."""

from datetime import UTC, datetime

from django.db import migrations

SOURCE = "示范设定,待县里核定"
BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
PERIODS = {
    "alarm": {0: "2h", 1: "15m", 2: "30m", 3: "60m", 4: "120m"},
    "report": {0: "3wd", 1: "2h", 2: "1wd", 3: "3wd", 4: "5wd"},
    "incident": {0: "2h", 1: "30m", 2: "1h", 3: "2h", 4: "4h"},
}


def seed(apps, schema_editor):
    """This will add the demonstration's deadlines."""
    deadline = apps.get_model("grassroots", "TaskDeadline")
    deadline.objects.bulk_create(
        deadline(origin=origin, kind="", level=level, period=period, source=SOURCE, valid_from=BEGINNING)
        for origin, levels in PERIODS.items()
        for level, period in levels.items()
    )


class Migration(migrations.Migration):
    """The first deadlines."""

    dependencies = [("grassroots", "0003_parties")]  # noqa: RUF012
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]  # noqa: RUF012
