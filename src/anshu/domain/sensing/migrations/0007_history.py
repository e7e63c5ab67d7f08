# SPDX-License-Identifier: Apache-2.0
"""Aggregates of minutes, hours and days, marks of late rows, retention."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

_COLUMNS = """
    datastream_id bigint not null,
    at timestamptz not null,
    reported integer not null,
    good integer not null,
    usable integer not null,
    filled integer not null,
    low double precision,
    high double precision,
    total double precision,
    first double precision,
    last double precision,
    first_at timestamptz,
    last_at timestamptz,
    primary key (datastream_id, at)
"""
TABLES = f"""
-- Only the minutes of hours that have more rows than minutes: elsewhere a raw row is its minute.
create table sensing_minute ({_COLUMNS}) partition by range (at);
create table sensing_minute_other partition of sensing_minute default;
create table sensing_hour ({_COLUMNS});
create table sensing_day ({_COLUMNS});

-- Hours whose raw rows changed after they were closed. No key beside the number: a writer never waits for the job that
-- takes marks away, and a mark is never lost to one that is being taken.
create table sensing_stale (
    id bigint generated always as identity primary key,
    datastream_id bigint not null,
    hour timestamptz not null
);
create index stale_hour on sensing_stale (datastream_id, hour);

-- Everything before is in the aggregates.
create table sensing_closing (
    id smallint primary key check (id = 1),
    closed_to timestamptz not null
);
"""
UNDO = "drop table sensing_minute, sensing_hour, sensing_day, sensing_stale, sensing_closing;"
SUMMED = """
update sensing_observedproperty set summed = true
where code in ('rain_1min', 'rain_5min', 'rain_10min', 'rain_30min', 'rain_1h', 'rain_daily', 'evaporation_daily');
"""


class Migration(migrations.Migration):
    """Aggregates of minutes, hours and days, marks of late rows, retention."""

    dependencies = [
        ('pghistory', '0007_auto_20250421_0444'),
        ('sensing', '0006_models_of_devices'),
    ]

    operations = [
        migrations.CreateModel(
            name='Purge',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('minutes', models.BooleanField(default=False, verbose_name='分钟值')),
                ('since', models.DateTimeField(verbose_name='起')),
                ('until', models.DateTimeField(verbose_name='止')),
                ('rows', models.BigIntegerField(verbose_name='行数')),
                ('reason', models.CharField(max_length=200, verbose_name='理由')),
                ('done_at', models.DateTimeField(verbose_name='清理时间')),
            ],
            options={
                'verbose_name': '清理记录',
                'verbose_name_plural': '清理记录',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='RetentionPolicy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60, verbose_name='名称')),
                ('raw_months', models.PositiveSmallIntegerField(default=36, verbose_name='原始值保存月数')),
                ('minute_months', models.PositiveSmallIntegerField(default=36, verbose_name='分钟值保存月数')),
                ('source', models.CharField(blank=True, max_length=200, verbose_name='依据')),
                ('retired_at', models.DateTimeField(blank=True, null=True, verbose_name='停用时间')),
            ],
            options={
                'verbose_name': '保存策略',
                'verbose_name_plural': '保存策略',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='RetentionPolicyEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('name', models.CharField(max_length=60, verbose_name='名称')),
                ('raw_months', models.PositiveSmallIntegerField(default=36, verbose_name='原始值保存月数')),
                ('minute_months', models.PositiveSmallIntegerField(default=36, verbose_name='分钟值保存月数')),
                ('source', models.CharField(blank=True, max_length=200, verbose_name='依据')),
                ('retired_at', models.DateTimeField(blank=True, null=True, verbose_name='停用时间')),
            ],
            options={
                'abstract': False,
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='observedproperty',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='observedproperty',
            name='update_update',
        ),
        migrations.AddField(
            model_name='observedproperty',
            name='summed',
            field=models.BooleanField(default=False, verbose_name='时段累计'),
        ),
        migrations.AddField(
            model_name='observedpropertyevent',
            name='summed',
            field=models.BooleanField(default=False, verbose_name='时段累计'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='observedproperty',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "sensing_observedpropertyevent" ("code", "decimals", "id", "maximum", "minimum", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "source", "step_max", "summed", "unit") VALUES (NEW."code", NEW."decimals", NEW."id", NEW."maximum", NEW."minimum", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."source", NEW."step_max", NEW."summed", NEW."unit"); RETURN NULL;', hash='d9d95afb6b16591c758eec50ed4f51ec3440c699', operation='INSERT', pgid='pgtrigger_insert_insert_ce005', table='sensing_observedproperty', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='observedproperty',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "sensing_observedpropertyevent" ("code", "decimals", "id", "maximum", "minimum", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "source", "step_max", "summed", "unit") VALUES (NEW."code", NEW."decimals", NEW."id", NEW."maximum", NEW."minimum", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."source", NEW."step_max", NEW."summed", NEW."unit"); RETURN NULL;', hash='f1214ef593ff94578f85755aac66deb9fe4085f9', operation='UPDATE', pgid='pgtrigger_update_update_b96fa', table='sensing_observedproperty', when='AFTER')),
        ),
        migrations.AddField(
            model_name='purge',
            name='observed_property',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sensing.observedproperty', verbose_name='要素'),
        ),
        migrations.AddField(
            model_name='retentionpolicy',
            name='observed_property',
            field=models.ForeignKey(blank=True, help_text='不填则适用于其余全部要素', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sensing.observedproperty', verbose_name='要素'),
        ),
        migrations.AddField(
            model_name='retentionpolicyevent',
            name='observed_property',
            field=models.ForeignKey(blank=True, db_constraint=False, help_text='不填则适用于其余全部要素', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='sensing.observedproperty', verbose_name='要素'),
        ),
        migrations.AddField(
            model_name='retentionpolicyevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='retentionpolicyevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='sensing.retentionpolicy'),
        ),
        migrations.AddConstraint(
            model_name='retentionpolicy',
            constraint=models.UniqueConstraint(condition=models.Q(('retired_at', None)), fields=('observed_property',), name='retention_property_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='retentionpolicy',
            constraint=models.CheckConstraint(condition=models.Q(('raw_months__gte', 1), ('raw_months__lte', 1200)), name='retention_raw_months'),
        ),
        migrations.AddConstraint(
            model_name='retentionpolicy',
            constraint=models.CheckConstraint(condition=models.Q(('minute_months__gte', models.F('raw_months')), ('minute_months__lte', 1200)), name='retention_minute_months'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='retentionpolicy',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "sensing_retentionpolicyevent" ("id", "minute_months", "name", "observed_property_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "raw_months", "retired_at", "source") VALUES (NEW."id", NEW."minute_months", NEW."name", NEW."observed_property_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."raw_months", NEW."retired_at", NEW."source"); RETURN NULL;', hash='68082e41ed82c0b58c97b34320faac3815070518', operation='INSERT', pgid='pgtrigger_insert_insert_663b1', table='sensing_retentionpolicy', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='retentionpolicy',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "sensing_retentionpolicyevent" ("id", "minute_months", "name", "observed_property_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "raw_months", "retired_at", "source") VALUES (NEW."id", NEW."minute_months", NEW."name", NEW."observed_property_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."raw_months", NEW."retired_at", NEW."source"); RETURN NULL;', hash='8ffde8a6aa154b3dec734f46eb3df71b3ca16b8d', operation='UPDATE', pgid='pgtrigger_update_update_2bbef', table='sensing_retentionpolicy', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='retentionpolicyevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='d2851d38a1d35ec22ff609585f81b5da06a2448d', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_12517', table='sensing_retentionpolicyevent', when='BEFORE')),
        ),
        migrations.RunSQL(TABLES, UNDO),
        migrations.RunSQL(SUMMED, migrations.RunSQL.noop),
    ]
