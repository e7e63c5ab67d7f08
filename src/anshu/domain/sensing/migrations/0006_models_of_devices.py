# SPDX-License-Identifier: Apache-2.0
"""Models of devices, floods, longer secrets."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


_NOTICE = """
create trigger registry_changed after insert or update or delete on sensing_devicemodel
    for each statement execute function sensing_registry_changed();
"""


class Migration(migrations.Migration):
    """Models of devices, floods, longer secrets."""

    dependencies = [
        ('pghistory', '0007_auto_20250421_0444'),
        ('sensing', '0005_commands_and_parts'),
    ]

    operations = [
        migrations.CreateModel(
            name='DeviceModel',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40, unique=True, verbose_name='代码')),
                ('name', models.CharField(max_length=120, verbose_name='名称')),
                ('maker', models.CharField(blank=True, max_length=80, verbose_name='厂家')),
                ('kind', models.CharField(choices=[('rain', '雨量站'), ('river', '河道水位站'), ('reservoir', '水库站'), ('weather', '气象站'), ('slope', '地质灾害监测点'), ('fire', '消防监测'), ('gas', '气体监测'), ('plant', '企业监测点'), ('vehicle', '车辆船舶'), ('other', '其他')], max_length=12, verbose_name='类别')),
                ('protocol', models.CharField(max_length=16, verbose_name='协议')),
                ('report_interval_s', models.PositiveIntegerField(default=3600, verbose_name='应报间隔(秒)')),
                ('datastreams', models.JSONField(blank=True, default=list, verbose_name='观测要素')),
                ('decoder', models.JSONField(blank=True, null=True, verbose_name='解码配置')),
                ('rule_templates', models.JSONField(blank=True, default=list, verbose_name='默认规则')),
                ('retired_at', models.DateTimeField(blank=True, null=True, verbose_name='停用时间')),
            ],
            options={
                'verbose_name': '设备型号',
                'verbose_name_plural': '设备型号',
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='DeviceModelEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('code', models.CharField(max_length=40, verbose_name='代码')),
                ('name', models.CharField(max_length=120, verbose_name='名称')),
                ('maker', models.CharField(blank=True, max_length=80, verbose_name='厂家')),
                ('kind', models.CharField(choices=[('rain', '雨量站'), ('river', '河道水位站'), ('reservoir', '水库站'), ('weather', '气象站'), ('slope', '地质灾害监测点'), ('fire', '消防监测'), ('gas', '气体监测'), ('plant', '企业监测点'), ('vehicle', '车辆船舶'), ('other', '其他')], max_length=12, verbose_name='类别')),
                ('protocol', models.CharField(max_length=16, verbose_name='协议')),
                ('report_interval_s', models.PositiveIntegerField(default=3600, verbose_name='应报间隔(秒)')),
                ('datastreams', models.JSONField(blank=True, default=list, verbose_name='观测要素')),
                ('decoder', models.JSONField(blank=True, null=True, verbose_name='解码配置')),
                ('rule_templates', models.JSONField(blank=True, default=list, verbose_name='默认规则')),
                ('retired_at', models.DateTimeField(blank=True, null=True, verbose_name='停用时间')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Flood',
            fields=[
                ('thing', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='flood', serialize=False, to='sensing.thing')),
                ('since', models.DateTimeField(verbose_name='开始时间')),
                ('last_at', models.DateTimeField(verbose_name='最近一次')),
                ('times', models.PositiveIntegerField(default=1, verbose_name='次数')),
            ],
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='thing',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='thing',
            name='update_update',
        ),
        migrations.AlterField(
            model_name='thing',
            name='secret',
            field=models.CharField(blank=True, max_length=128, verbose_name='通信密码'),
        ),
        migrations.AlterField(
            model_name='thingevent',
            name='secret',
            field=models.CharField(blank=True, max_length=128, verbose_name='通信密码'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='thing',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "sensing_thingevent" ("address", "code", "division_code", "id", "kind", "model_id", "name", "parent_id", "park_code", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "point", "protocol", "report_interval_s", "retired_at", "risk_object_id", "secret", "sector_code", "unit_id", "watched_until") VALUES (NEW."address", NEW."code", NEW."division_code", NEW."id", NEW."kind", NEW."model_id", NEW."name", NEW."parent_id", NEW."park_code", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."point", NEW."protocol", NEW."report_interval_s", NEW."retired_at", NEW."risk_object_id", NEW."secret", NEW."sector_code", NEW."unit_id", NEW."watched_until"); RETURN NULL;', hash='4003950429d500e2736926507678fcb6f1d4c2d1', operation='INSERT', pgid='pgtrigger_insert_insert_1fd7b', table='sensing_thing', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='thing',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "sensing_thingevent" ("address", "code", "division_code", "id", "kind", "model_id", "name", "parent_id", "park_code", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "point", "protocol", "report_interval_s", "retired_at", "risk_object_id", "secret", "sector_code", "unit_id", "watched_until") VALUES (NEW."address", NEW."code", NEW."division_code", NEW."id", NEW."kind", NEW."model_id", NEW."name", NEW."parent_id", NEW."park_code", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."point", NEW."protocol", NEW."report_interval_s", NEW."retired_at", NEW."risk_object_id", NEW."secret", NEW."sector_code", NEW."unit_id", NEW."watched_until"); RETURN NULL;', hash='97345415ab54cbe9065089163ea4854fe269c25e', operation='UPDATE', pgid='pgtrigger_update_update_1eb08', table='sensing_thing', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='devicemodel',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "sensing_devicemodelevent" ("code", "datastreams", "decoder", "id", "kind", "maker", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "protocol", "report_interval_s", "retired_at", "rule_templates") VALUES (NEW."code", NEW."datastreams", NEW."decoder", NEW."id", NEW."kind", NEW."maker", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."protocol", NEW."report_interval_s", NEW."retired_at", NEW."rule_templates"); RETURN NULL;', hash='6a74bbc8d7c332bfc0a9839482107bcb1ed84a5a', operation='INSERT', pgid='pgtrigger_insert_insert_08c41', table='sensing_devicemodel', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='devicemodel',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "sensing_devicemodelevent" ("code", "datastreams", "decoder", "id", "kind", "maker", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "protocol", "report_interval_s", "retired_at", "rule_templates") VALUES (NEW."code", NEW."datastreams", NEW."decoder", NEW."id", NEW."kind", NEW."maker", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."protocol", NEW."report_interval_s", NEW."retired_at", NEW."rule_templates"); RETURN NULL;', hash='d9a006e00c9ea26367c92c7ed1639c0dadc8cd15', operation='UPDATE', pgid='pgtrigger_update_update_d9075', table='sensing_devicemodel', when='AFTER')),
        ),
        migrations.AddField(
            model_name='thing',
            name='model',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sensing.devicemodel', verbose_name='型号'),
        ),
        migrations.AddField(
            model_name='thingevent',
            name='model',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='sensing.devicemodel', verbose_name='型号'),
        ),
        migrations.AddField(
            model_name='devicemodelevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='devicemodelevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='sensing.devicemodel'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='devicemodelevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='16e32160c9b3463e67f0a04cd939e2f636195d47', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_6f89d', table='sensing_devicemodelevent', when='BEFORE')),
        ),
        migrations.RunSQL(_NOTICE, "drop trigger registry_changed on sensing_devicemodel;"),
    ]
