# SPDX-License-Identifier: Apache-2.0
"""Last contact of each thing, replay of quarantined frames, and word to ingest when a register changes."""

import django.db.models.deletion
from django.db import migrations, models

# The ingest process keeps the registers in memory. A notice is sent when the change commits, whoever made it.
NOTICE = """
create function sensing_registry_changed() returns trigger language plpgsql as $$
begin
    perform pg_notify('anshu_registry', tg_table_name);
    return null;
end $$;
create trigger registry_changed after insert or update or delete on sensing_thing
    for each statement execute function sensing_registry_changed();
create trigger registry_changed after insert or update or delete on sensing_datastream
    for each statement execute function sensing_registry_changed();
create trigger registry_changed after insert or update or delete on sensing_observedproperty
    for each statement execute function sensing_registry_changed();
"""
UNDO = """
drop trigger registry_changed on sensing_thing;
drop trigger registry_changed on sensing_datastream;
drop trigger registry_changed on sensing_observedproperty;
drop function sensing_registry_changed();
"""


class Migration(migrations.Migration):
    """Contact, resolution of quarantine, registry notices."""

    dependencies = [("sensing", "0002_observations")]
    operations = [
        migrations.CreateModel(
            name="Contact",
            fields=[
                (
                    "thing",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="contact",
                        serialize=False,
                        to="sensing.thing",
                    ),
                ),
                ("heard_at", models.DateTimeField(verbose_name="最近来报")),
                ("peer", models.CharField(blank=True, max_length=80, verbose_name="来源")),
            ],
        ),
        migrations.AlterField(
            model_name="quarantine",
            name="resolution",
            field=models.CharField(
                blank=True,
                choices=[("", "待处理"), ("replay", "等待重放"), ("replayed", "已重放入库"), ("dismissed", "已忽略")],
                max_length=12,
                verbose_name="处理结果",
            ),
        ),
        migrations.AddField(
            model_name="quarantine",
            name="resolution_reason",
            field=models.CharField(blank=True, max_length=200, verbose_name="处理理由"),
        ),
        migrations.AddIndex(
            model_name="quarantine",
            index=models.Index(condition=models.Q(("resolution", "replay")), fields=["id"], name="quarantine_replay"),
        ),
        migrations.RunSQL(NOTICE, UNDO),
    ]
