# SPDX-License-Identifier: Apache-2.0
"""Limits, relations, neighbours, maintenance windows, revisions, clocks and repeats."""

import django.contrib.postgres.fields
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

# What the checks go by is held in memory by ingest, as things and datastreams are.
NOTICE = """
create trigger registry_changed after insert or update or delete on sensing_qualitylimit
    for each statement execute function sensing_registry_changed();
create trigger registry_changed after insert or update or delete on sensing_propertypair
    for each statement execute function sensing_registry_changed();
create trigger registry_changed after insert or update or delete on sensing_maintenance
    for each statement execute function sensing_registry_changed();
"""
UNDO = """
drop trigger registry_changed on sensing_qualitylimit;
drop trigger registry_changed on sensing_propertypair;
drop trigger registry_changed on sensing_maintenance;
"""


class Migration(migrations.Migration):
    """What quality control goes by and what it notes."""

    dependencies = [
        ('org', '0002_park_codes'),
        ('pghistory', '0007_auto_20250421_0444'),
        ('sensing', '0007_history'),
    ]

    operations = [
        migrations.CreateModel(
            name='ClockState',
            fields=[
                ('thing', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='clock', serialize=False, to='sensing.thing')),
                ('lag_s', models.FloatField(verbose_name='时间差(秒)')),
                ('reports', models.PositiveSmallIntegerField(verbose_name='报告数')),
                ('measured_at', models.DateTimeField(verbose_name='测定时间')),
                ('skewed_since', models.DateTimeField(null=True, verbose_name='偏差起')),
            ],
        ),
        migrations.CreateModel(
            name='Maintenance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('division_code', models.CharField(max_length=15, verbose_name='所在区划')),
                ('sector_code', models.CharField(choices=[('hazchem', '危险化学品'), ('industry', '工贸与矿山'), ('fire', '消防'), ('road', '道路交通'), ('transport', '交通运输'), ('tourism', '旅游'), ('construction', '城市建设'), ('park', '工业园区'), ('waste', '危险废物'), ('equipment', '特种设备'), ('disaster', '防灾减灾'), ('flood', '水利防汛'), ('geohazard', '地质灾害'), ('forest', '森林防火'), ('weather', '气象'), ('rescue', '应急救援'), ('enforcement', '行政执法'), ('publicity', '宣传教育'), ('general', '综合')], default='general', max_length=24, verbose_name='行业')),
                ('kind', models.CharField(blank=True, choices=[('rain', '雨量站'), ('river', '河道水位站'), ('reservoir', '水库站'), ('weather', '气象站'), ('slope', '地质灾害监测点'), ('fire', '消防监测'), ('gas', '气体监测'), ('plant', '企业监测点'), ('vehicle', '车辆船舶'), ('other', '其他')], max_length=12, verbose_name='类别')),
                ('since', models.DateTimeField(verbose_name='开始时间')),
                ('until', models.DateTimeField(verbose_name='结束时间')),
                ('reason', models.CharField(max_length=200, verbose_name='原因')),
                ('made_by', models.CharField(max_length=120, verbose_name='登记人')),
                ('made_at', models.DateTimeField(verbose_name='登记时间')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='提前结束')),
                ('retired_at', models.DateTimeField(blank=True, null=True, verbose_name='撤销时间')),
            ],
            options={
                'verbose_name': '维护时段',
                'verbose_name_plural': '维护时段',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='MaintenanceEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('division_code', models.CharField(max_length=15, verbose_name='所在区划')),
                ('sector_code', models.CharField(choices=[('hazchem', '危险化学品'), ('industry', '工贸与矿山'), ('fire', '消防'), ('road', '道路交通'), ('transport', '交通运输'), ('tourism', '旅游'), ('construction', '城市建设'), ('park', '工业园区'), ('waste', '危险废物'), ('equipment', '特种设备'), ('disaster', '防灾减灾'), ('flood', '水利防汛'), ('geohazard', '地质灾害'), ('forest', '森林防火'), ('weather', '气象'), ('rescue', '应急救援'), ('enforcement', '行政执法'), ('publicity', '宣传教育'), ('general', '综合')], default='general', max_length=24, verbose_name='行业')),
                ('kind', models.CharField(blank=True, choices=[('rain', '雨量站'), ('river', '河道水位站'), ('reservoir', '水库站'), ('weather', '气象站'), ('slope', '地质灾害监测点'), ('fire', '消防监测'), ('gas', '气体监测'), ('plant', '企业监测点'), ('vehicle', '车辆船舶'), ('other', '其他')], max_length=12, verbose_name='类别')),
                ('since', models.DateTimeField(verbose_name='开始时间')),
                ('until', models.DateTimeField(verbose_name='结束时间')),
                ('reason', models.CharField(max_length=200, verbose_name='原因')),
                ('made_by', models.CharField(max_length=120, verbose_name='登记人')),
                ('made_at', models.DateTimeField(verbose_name='登记时间')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='提前结束')),
                ('retired_at', models.DateTimeField(blank=True, null=True, verbose_name='撤销时间')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Neighbour',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('division_code', models.CharField(max_length=15, verbose_name='所在区划')),
                ('sector_code', models.CharField(choices=[('hazchem', '危险化学品'), ('industry', '工贸与矿山'), ('fire', '消防'), ('road', '道路交通'), ('transport', '交通运输'), ('tourism', '旅游'), ('construction', '城市建设'), ('park', '工业园区'), ('waste', '危险废物'), ('equipment', '特种设备'), ('disaster', '防灾减灾'), ('flood', '水利防汛'), ('geohazard', '地质灾害'), ('forest', '森林防火'), ('weather', '气象'), ('rescue', '应急救援'), ('enforcement', '行政执法'), ('publicity', '宣传教育'), ('general', '综合')], default='general', max_length=24, verbose_name='行业')),
                ('relation', models.CharField(choices=[('same_water', '同一水体'), ('upstream', '邻站在上游'), ('downstream', '邻站在下游')], max_length=10, verbose_name='关系')),
                ('travel_s', models.PositiveIntegerField(default=0, verbose_name='传播时间(秒)')),
                ('tolerance', models.FloatField(default=1.0, verbose_name='水位差容许变化(米)')),
                ('source', models.CharField(max_length=200, verbose_name='依据')),
                ('retired_at', models.DateTimeField(blank=True, null=True, verbose_name='停用时间')),
            ],
            options={
                'verbose_name': '邻站关系',
                'verbose_name_plural': '邻站关系',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='NeighbourEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('division_code', models.CharField(max_length=15, verbose_name='所在区划')),
                ('sector_code', models.CharField(choices=[('hazchem', '危险化学品'), ('industry', '工贸与矿山'), ('fire', '消防'), ('road', '道路交通'), ('transport', '交通运输'), ('tourism', '旅游'), ('construction', '城市建设'), ('park', '工业园区'), ('waste', '危险废物'), ('equipment', '特种设备'), ('disaster', '防灾减灾'), ('flood', '水利防汛'), ('geohazard', '地质灾害'), ('forest', '森林防火'), ('weather', '气象'), ('rescue', '应急救援'), ('enforcement', '行政执法'), ('publicity', '宣传教育'), ('general', '综合')], default='general', max_length=24, verbose_name='行业')),
                ('relation', models.CharField(choices=[('same_water', '同一水体'), ('upstream', '邻站在上游'), ('downstream', '邻站在下游')], max_length=10, verbose_name='关系')),
                ('travel_s', models.PositiveIntegerField(default=0, verbose_name='传播时间(秒)')),
                ('tolerance', models.FloatField(default=1.0, verbose_name='水位差容许变化(米)')),
                ('source', models.CharField(max_length=200, verbose_name='依据')),
                ('retired_at', models.DateTimeField(blank=True, null=True, verbose_name='停用时间')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PropertyPair',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tolerance', models.FloatField(default=0.0, verbose_name='容差')),
                ('source', models.CharField(blank=True, max_length=200, verbose_name='依据')),
                ('retired_at', models.DateTimeField(blank=True, null=True, verbose_name='停用时间')),
            ],
            options={
                'verbose_name': '要素关系',
                'verbose_name_plural': '要素关系',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='PropertyPairEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('tolerance', models.FloatField(default=0.0, verbose_name='容差')),
                ('source', models.CharField(blank=True, max_length=200, verbose_name='依据')),
                ('retired_at', models.DateTimeField(blank=True, null=True, verbose_name='停用时间')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='QualityLimit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('minimum', models.FloatField(blank=True, null=True, verbose_name='可信下限')),
                ('maximum', models.FloatField(blank=True, null=True, verbose_name='可信上限')),
                ('step_max', models.FloatField(blank=True, null=True, verbose_name='相邻变化上限')),
                ('flat_after_s', models.PositiveIntegerField(blank=True, null=True, verbose_name='持续不变上限(秒)')),
                ('calm_max', models.FloatField(blank=True, null=True, verbose_name='允许持续不变的最大值')),
                ('delayed_after_s', models.PositiveIntegerField(blank=True, null=True, verbose_name='迟到判据(秒)')),
                ('neighbour_range_m', models.PositiveIntegerField(blank=True, null=True, verbose_name='邻站距离(米)')),
                ('ignore_suspect', models.BooleanField(default=False, verbose_name='可疑值不参与告警')),
                ('source', models.CharField(max_length=200, verbose_name='依据')),
                ('since', models.DateTimeField(verbose_name='生效时间')),
                ('until', models.DateTimeField(blank=True, null=True, verbose_name='失效时间')),
                ('retired_at', models.DateTimeField(blank=True, null=True, verbose_name='停用时间')),
            ],
            options={
                'verbose_name': '质控限值',
                'verbose_name_plural': '质控限值',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='QualityLimitEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('minimum', models.FloatField(blank=True, null=True, verbose_name='可信下限')),
                ('maximum', models.FloatField(blank=True, null=True, verbose_name='可信上限')),
                ('step_max', models.FloatField(blank=True, null=True, verbose_name='相邻变化上限')),
                ('flat_after_s', models.PositiveIntegerField(blank=True, null=True, verbose_name='持续不变上限(秒)')),
                ('calm_max', models.FloatField(blank=True, null=True, verbose_name='允许持续不变的最大值')),
                ('delayed_after_s', models.PositiveIntegerField(blank=True, null=True, verbose_name='迟到判据(秒)')),
                ('neighbour_range_m', models.PositiveIntegerField(blank=True, null=True, verbose_name='邻站距离(米)')),
                ('ignore_suspect', models.BooleanField(default=False, verbose_name='可疑值不参与告警')),
                ('source', models.CharField(max_length=200, verbose_name='依据')),
                ('since', models.DateTimeField(verbose_name='生效时间')),
                ('until', models.DateTimeField(blank=True, null=True, verbose_name='失效时间')),
                ('retired_at', models.DateTimeField(blank=True, null=True, verbose_name='停用时间')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Repeats',
            fields=[
                ('thing', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='repeats', serialize=False, to='sensing.thing')),
                ('same', models.BigIntegerField(default=0, verbose_name='值相同')),
                ('different', models.BigIntegerField(default=0, verbose_name='值不同')),
                ('since', models.DateTimeField(verbose_name='首次')),
                ('last_at', models.DateTimeField(verbose_name='最近一次')),
                ('difference', models.JSONField(null=True, verbose_name='最近的不同')),
            ],
        ),
        migrations.CreateModel(
            name='Revision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('verdict', models.CharField(choices=[('bad', '标记为错误'), ('trusted', '恢复为可信'), ('corrected', '订正数值'), ('doubted', '与邻站不一致')], max_length=10, verbose_name='判定')),
                ('method', models.CharField(blank=True, max_length=40, verbose_name='方法')),
                ('since', models.DateTimeField(verbose_name='起')),
                ('until', models.DateTimeField(verbose_name='止')),
                ('value', models.FloatField(null=True, verbose_name='订正值')),
                ('old_value', models.FloatField(null=True, verbose_name='原值')),
                ('rows', models.IntegerField(default=0, verbose_name='涉及条数')),
                ('reason', models.CharField(max_length=200, verbose_name='理由')),
                ('made_by', models.CharField(max_length=120, verbose_name='判定人')),
                ('made_at', models.DateTimeField(verbose_name='判定时间')),
                ('undone_by', models.CharField(blank=True, max_length=120, verbose_name='撤销人')),
                ('undone_at', models.DateTimeField(null=True, verbose_name='撤销时间')),
                ('undo_reason', models.CharField(blank=True, max_length=200, verbose_name='撤销理由')),
            ],
            options={
                'verbose_name': '质控判定',
                'verbose_name_plural': '质控判定',
                'ordering': ['-id'],
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='datastream',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='datastream',
            name='update_update',
        ),
        migrations.AddField(
            model_name='datastream',
            name='missing_codes',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.FloatField(), blank=True, default=list, size=None, verbose_name='缺测码'),
        ),
        migrations.AddField(
            model_name='datastreamevent',
            name='missing_codes',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.FloatField(), blank=True, default=list, size=None, verbose_name='缺测码'),
        ),
        migrations.AddField(
            model_name='latest',
            name='same_since',
            field=models.DateTimeField(null=True),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='datastream',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "sensing_datastreamevent" ("factor", "id", "missing_codes", "name", "observed_property_id", "offset", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sensor_id", "thing_id") VALUES (NEW."factor", NEW."id", NEW."missing_codes", NEW."name", NEW."observed_property_id", NEW."offset", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."sensor_id", NEW."thing_id"); RETURN NULL;', hash='4e4a4ac43e3dc8922141ee7087e999756c307dac', operation='INSERT', pgid='pgtrigger_insert_insert_33f02', table='sensing_datastream', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='datastream',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "sensing_datastreamevent" ("factor", "id", "missing_codes", "name", "observed_property_id", "offset", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sensor_id", "thing_id") VALUES (NEW."factor", NEW."id", NEW."missing_codes", NEW."name", NEW."observed_property_id", NEW."offset", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."sensor_id", NEW."thing_id"); RETURN NULL;', hash='cfe13195043eea359cffc493f8caeb05491f3933', operation='UPDATE', pgid='pgtrigger_update_update_14843', table='sensing_datastream', when='AFTER')),
        ),
        migrations.AddField(
            model_name='maintenance',
            name='thing',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sensing.thing', verbose_name='监测设备'),
        ),
        migrations.AddField(
            model_name='maintenance',
            name='unit',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.organisation', verbose_name='责任单位'),
        ),
        migrations.AddField(
            model_name='maintenanceevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='maintenanceevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='sensing.maintenance'),
        ),
        migrations.AddField(
            model_name='maintenanceevent',
            name='thing',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='sensing.thing', verbose_name='监测设备'),
        ),
        migrations.AddField(
            model_name='maintenanceevent',
            name='unit',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='org.organisation', verbose_name='责任单位'),
        ),
        migrations.AddField(
            model_name='neighbour',
            name='other',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='sensing.thing', verbose_name='邻站'),
        ),
        migrations.AddField(
            model_name='neighbour',
            name='thing',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='sensing.thing', verbose_name='监测设备'),
        ),
        migrations.AddField(
            model_name='neighbour',
            name='unit',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.organisation', verbose_name='责任单位'),
        ),
        migrations.AddField(
            model_name='neighbourevent',
            name='other',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='sensing.thing', verbose_name='邻站'),
        ),
        migrations.AddField(
            model_name='neighbourevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='neighbourevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='sensing.neighbour'),
        ),
        migrations.AddField(
            model_name='neighbourevent',
            name='thing',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='sensing.thing', verbose_name='监测设备'),
        ),
        migrations.AddField(
            model_name='neighbourevent',
            name='unit',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='org.organisation', verbose_name='责任单位'),
        ),
        migrations.AddField(
            model_name='propertypair',
            name='greater',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sensing.observedproperty', verbose_name='较大要素'),
        ),
        migrations.AddField(
            model_name='propertypair',
            name='lesser',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sensing.observedproperty', verbose_name='较小要素'),
        ),
        migrations.AddField(
            model_name='propertypairevent',
            name='greater',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='sensing.observedproperty', verbose_name='较大要素'),
        ),
        migrations.AddField(
            model_name='propertypairevent',
            name='lesser',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='sensing.observedproperty', verbose_name='较小要素'),
        ),
        migrations.AddField(
            model_name='propertypairevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='propertypairevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='sensing.propertypair'),
        ),
        migrations.AddField(
            model_name='qualitylimit',
            name='model',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sensing.devicemodel', verbose_name='设备型号'),
        ),
        migrations.AddField(
            model_name='qualitylimit',
            name='observed_property',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sensing.observedproperty', verbose_name='要素'),
        ),
        migrations.AddField(
            model_name='qualitylimit',
            name='thing',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sensing.thing', verbose_name='监测设备'),
        ),
        migrations.AddField(
            model_name='qualitylimitevent',
            name='model',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='sensing.devicemodel', verbose_name='设备型号'),
        ),
        migrations.AddField(
            model_name='qualitylimitevent',
            name='observed_property',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='sensing.observedproperty', verbose_name='要素'),
        ),
        migrations.AddField(
            model_name='qualitylimitevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='qualitylimitevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='sensing.qualitylimit'),
        ),
        migrations.AddField(
            model_name='qualitylimitevent',
            name='thing',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='sensing.thing', verbose_name='监测设备'),
        ),
        migrations.AddField(
            model_name='revision',
            name='datastream',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sensing.datastream', verbose_name='数据流'),
        ),
        migrations.AddIndex(
            model_name='maintenance',
            index=models.Index(fields=['thing', '-since'], name='maintenance_thing'),
        ),
        migrations.AddConstraint(
            model_name='maintenance',
            constraint=models.CheckConstraint(condition=models.Q(('until__gte', models.F('since'))), name='maintenance_period'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='maintenance',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "sensing_maintenanceevent" ("division_code", "ended_at", "id", "kind", "made_at", "made_by", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "retired_at", "sector_code", "since", "thing_id", "unit_id", "until") VALUES (NEW."division_code", NEW."ended_at", NEW."id", NEW."kind", NEW."made_at", NEW."made_by", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."reason", NEW."retired_at", NEW."sector_code", NEW."since", NEW."thing_id", NEW."unit_id", NEW."until"); RETURN NULL;', hash='cc12273258fa8cb2fce9ca8298ebd4c0def71fcc', operation='INSERT', pgid='pgtrigger_insert_insert_a5794', table='sensing_maintenance', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='maintenance',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "sensing_maintenanceevent" ("division_code", "ended_at", "id", "kind", "made_at", "made_by", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "retired_at", "sector_code", "since", "thing_id", "unit_id", "until") VALUES (NEW."division_code", NEW."ended_at", NEW."id", NEW."kind", NEW."made_at", NEW."made_by", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."reason", NEW."retired_at", NEW."sector_code", NEW."since", NEW."thing_id", NEW."unit_id", NEW."until"); RETURN NULL;', hash='916faace9c9a0a87877011a10d315571f386c841', operation='UPDATE', pgid='pgtrigger_update_update_b941c', table='sensing_maintenance', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='maintenanceevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='33f1185d1e5d00a8d37c6c3cdcf5ca0dc5a933de', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_32f27', table='sensing_maintenanceevent', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='neighbour',
            constraint=models.UniqueConstraint(condition=models.Q(('retired_at', None)), fields=('thing', 'other'), name='neighbour_once'),
        ),
        migrations.AddConstraint(
            model_name='neighbour',
            constraint=models.CheckConstraint(condition=models.Q(('thing', models.F('other')), _negated=True), name='neighbour_of_two'),
        ),
        migrations.AddConstraint(
            model_name='neighbour',
            constraint=models.CheckConstraint(condition=models.Q(('tolerance__gt', 0)), name='neighbour_tolerance'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='neighbour',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "sensing_neighbourevent" ("division_code", "id", "other_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "relation", "retired_at", "sector_code", "source", "thing_id", "tolerance", "travel_s", "unit_id") VALUES (NEW."division_code", NEW."id", NEW."other_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."relation", NEW."retired_at", NEW."sector_code", NEW."source", NEW."thing_id", NEW."tolerance", NEW."travel_s", NEW."unit_id"); RETURN NULL;', hash='c442fbfa955a46d4c81365aa9b6e1bcc38da3861', operation='INSERT', pgid='pgtrigger_insert_insert_57995', table='sensing_neighbour', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='neighbour',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "sensing_neighbourevent" ("division_code", "id", "other_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "relation", "retired_at", "sector_code", "source", "thing_id", "tolerance", "travel_s", "unit_id") VALUES (NEW."division_code", NEW."id", NEW."other_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."relation", NEW."retired_at", NEW."sector_code", NEW."source", NEW."thing_id", NEW."tolerance", NEW."travel_s", NEW."unit_id"); RETURN NULL;', hash='3f180795f7e7ecdebab91828c21878a3b4af6223', operation='UPDATE', pgid='pgtrigger_update_update_3bcc1', table='sensing_neighbour', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='neighbourevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='1f63c42a2f3005aed6002e6985ebab6f4566f36c', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_33f14', table='sensing_neighbourevent', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='propertypair',
            constraint=models.UniqueConstraint(fields=('lesser', 'greater'), name='property_pair_once'),
        ),
        migrations.AddConstraint(
            model_name='propertypair',
            constraint=models.CheckConstraint(condition=models.Q(('lesser', models.F('greater')), _negated=True), name='property_pair_of_two'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='propertypair',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "sensing_propertypairevent" ("greater_id", "id", "lesser_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "retired_at", "source", "tolerance") VALUES (NEW."greater_id", NEW."id", NEW."lesser_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."retired_at", NEW."source", NEW."tolerance"); RETURN NULL;', hash='b40de5a9d1f80760c0889ca8fb3876749a3f61da', operation='INSERT', pgid='pgtrigger_insert_insert_140df', table='sensing_propertypair', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='propertypair',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "sensing_propertypairevent" ("greater_id", "id", "lesser_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "retired_at", "source", "tolerance") VALUES (NEW."greater_id", NEW."id", NEW."lesser_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."retired_at", NEW."source", NEW."tolerance"); RETURN NULL;', hash='b2d102315c63edcc6f35fb146274bc8625e3ed60', operation='UPDATE', pgid='pgtrigger_update_update_7567a', table='sensing_propertypair', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='propertypairevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='436ec1522dc7f91ce19a7bf2e950eb2ac1743460', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_4ea53', table='sensing_propertypairevent', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='qualitylimit',
            constraint=models.CheckConstraint(condition=models.Q(('until', None), ('until__gt', models.F('since')), _connector='OR'), name='limit_period'),
        ),
        migrations.AddConstraint(
            model_name='qualitylimit',
            constraint=models.CheckConstraint(condition=models.Q(('model', None), ('thing', None), _connector='OR'), name='limit_of_one'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='qualitylimit',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "sensing_qualitylimitevent" ("calm_max", "delayed_after_s", "flat_after_s", "id", "ignore_suspect", "maximum", "minimum", "model_id", "neighbour_range_m", "observed_property_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "retired_at", "since", "source", "step_max", "thing_id", "until") VALUES (NEW."calm_max", NEW."delayed_after_s", NEW."flat_after_s", NEW."id", NEW."ignore_suspect", NEW."maximum", NEW."minimum", NEW."model_id", NEW."neighbour_range_m", NEW."observed_property_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."retired_at", NEW."since", NEW."source", NEW."step_max", NEW."thing_id", NEW."until"); RETURN NULL;', hash='dcc8d68f71ec5feb61a6013eb35d44a7a7171fc6', operation='INSERT', pgid='pgtrigger_insert_insert_f86cc', table='sensing_qualitylimit', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='qualitylimit',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "sensing_qualitylimitevent" ("calm_max", "delayed_after_s", "flat_after_s", "id", "ignore_suspect", "maximum", "minimum", "model_id", "neighbour_range_m", "observed_property_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "retired_at", "since", "source", "step_max", "thing_id", "until") VALUES (NEW."calm_max", NEW."delayed_after_s", NEW."flat_after_s", NEW."id", NEW."ignore_suspect", NEW."maximum", NEW."minimum", NEW."model_id", NEW."neighbour_range_m", NEW."observed_property_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."retired_at", NEW."since", NEW."source", NEW."step_max", NEW."thing_id", NEW."until"); RETURN NULL;', hash='e1e2771ab4a1a8f4244dd1cc3b6ff9600c3df1ae', operation='UPDATE', pgid='pgtrigger_update_update_d6417', table='sensing_qualitylimit', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='qualitylimitevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='59164b0602993899632920614332c2e239e72ec8', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_76064', table='sensing_qualitylimitevent', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='revision',
            index=models.Index(fields=['datastream', '-id'], name='revision_datastream'),
        ),
        migrations.AddConstraint(
            model_name='revision',
            constraint=models.CheckConstraint(condition=models.Q(('until__gte', models.F('since'))), name='revision_period'),
        ),
        migrations.RunSQL(NOTICE, UNDO),
    ]
