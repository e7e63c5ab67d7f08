# SPDX-License-Identifier: Apache-2.0
"""Commands to devices, raw exchanges, positions, parts of a host."""

import django.contrib.gis.db.models.fields
import django.core.serializers.json
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    """Commands to devices, raw exchanges, positions, parts of a host."""

    dependencies = [
        ('sensing', '0004_properties'),
    ]

    operations = [
        migrations.CreateModel(
            name='DeviceCommand',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('set_clock', '校时'), ('set_interval', '设置上报间隔'), ('fetch_now', '召测当前数据'), ('fetch_history', '补传历史数据'), ('roll_call', '查岗'), ('text', '下发文字'), ('restart', '重启')], max_length=20, verbose_name='命令')),
                ('parameters', models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder, verbose_name='参数')),
                ('state', models.CharField(choices=[('queued', '待发'), ('sent', '已发'), ('accepted', '已执行'), ('refused', '被拒绝'), ('expired', '超时')], default='queued', max_length=10, verbose_name='状态')),
                ('requested_by', models.CharField(max_length=120, verbose_name='下达人')),
                ('requested_at', models.DateTimeField(verbose_name='下达时间')),
                ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='发出时间')),
                ('answered_at', models.DateTimeField(blank=True, null=True, verbose_name='应答时间')),
                ('answer', models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder, verbose_name='应答')),
                ('expires_at', models.DateTimeField(verbose_name='有效期至')),
            ],
            options={
                'verbose_name': '设备命令',
                'verbose_name_plural': '设备命令',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='Exchange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(verbose_name='时间')),
                ('way', models.CharField(choices=[('up', '上行'), ('down', '下行')], max_length=4, verbose_name='方向')),
                ('kind', models.CharField(blank=True, max_length=40, verbose_name='类别')),
                ('raw', models.BinaryField(verbose_name='原始字节')),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='Position',
            fields=[
                ('thing', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='position', serialize=False, to='sensing.thing')),
                ('at', models.DateTimeField(verbose_name='定位时间')),
                ('point', django.contrib.gis.db.models.fields.PointField(srid=4326, verbose_name='位置')),
                ('speed', models.FloatField(null=True, verbose_name='速度(km/h)')),
                ('course', models.FloatField(null=True, verbose_name='航向(°)')),
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
        migrations.AddField(
            model_name='thing',
            name='parent',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='parts', to='sensing.thing', verbose_name='所属主机'),
        ),
        migrations.AddField(
            model_name='thing',
            name='watched_until',
            field=models.DateTimeField(blank=True, null=True, verbose_name='抓包截止'),
        ),
        migrations.AddField(
            model_name='thingevent',
            name='parent',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='sensing.thing', verbose_name='所属主机'),
        ),
        migrations.AddField(
            model_name='thingevent',
            name='watched_until',
            field=models.DateTimeField(blank=True, null=True, verbose_name='抓包截止'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='thing',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "sensing_thingevent" ("address", "code", "division_code", "id", "kind", "name", "parent_id", "park_code", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "point", "protocol", "report_interval_s", "retired_at", "risk_object_id", "secret", "sector_code", "unit_id", "watched_until") VALUES (NEW."address", NEW."code", NEW."division_code", NEW."id", NEW."kind", NEW."name", NEW."parent_id", NEW."park_code", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."point", NEW."protocol", NEW."report_interval_s", NEW."retired_at", NEW."risk_object_id", NEW."secret", NEW."sector_code", NEW."unit_id", NEW."watched_until"); RETURN NULL;', hash='71e642340fc89ec680883395a93e6211c0f91674', operation='INSERT', pgid='pgtrigger_insert_insert_1fd7b', table='sensing_thing', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='thing',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "sensing_thingevent" ("address", "code", "division_code", "id", "kind", "name", "parent_id", "park_code", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "point", "protocol", "report_interval_s", "retired_at", "risk_object_id", "secret", "sector_code", "unit_id", "watched_until") VALUES (NEW."address", NEW."code", NEW."division_code", NEW."id", NEW."kind", NEW."name", NEW."parent_id", NEW."park_code", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."point", NEW."protocol", NEW."report_interval_s", NEW."retired_at", NEW."risk_object_id", NEW."secret", NEW."sector_code", NEW."unit_id", NEW."watched_until"); RETURN NULL;', hash='b64f5db388748b422f3b75b4d03996becc29fbfa', operation='UPDATE', pgid='pgtrigger_update_update_1eb08', table='sensing_thing', when='AFTER')),
        ),
        migrations.AddField(
            model_name='devicecommand',
            name='thing',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='commands', to='sensing.thing', verbose_name='设备'),
        ),
        migrations.AddField(
            model_name='exchange',
            name='thing',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='sensing.thing', verbose_name='设备'),
        ),
        migrations.AddIndex(
            model_name='devicecommand',
            index=models.Index(fields=['thing', '-id'], name='command_thing'),
        ),
        migrations.AddIndex(
            model_name='devicecommand',
            index=models.Index(condition=models.Q(('state__in', ['queued', 'sent'])), fields=['expires_at'], name='command_open'),
        ),
        migrations.AddIndex(
            model_name='exchange',
            index=models.Index(fields=['thing', '-id'], name='exchange_thing'),
        ),
        migrations.AddIndex(
            model_name='exchange',
            index=models.Index(fields=['at'], name='exchange_at'),
        ),
    ]
