# SPDX-License-Identifier: Apache-2.0
"""Rules over windows, groups and formulas, with hours and seasons."""

import django.contrib.postgres.fields
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('alerts', '0004_list_indexes'),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='rule',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='rule',
            name='update_update',
        ),
        migrations.AddField(
            model_name='rule',
            name='age_s',
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name='数值有效期(秒)'),
        ),
        migrations.AddField(
            model_name='rule',
            name='day_from',
            field=models.TimeField(blank=True, null=True, verbose_name='每日起'),
        ),
        migrations.AddField(
            model_name='rule',
            name='day_until',
            field=models.TimeField(blank=True, null=True, verbose_name='每日止'),
        ),
        migrations.AddField(
            model_name='rule',
            name='formula',
            field=models.CharField(blank=True, max_length=200, verbose_name='公式'),
        ),
        migrations.AddField(
            model_name='rule',
            name='kind',
            field=models.CharField(choices=[('value', '数值'), ('rate', '变化量'), ('sum', '累计量'), ('count', '超限个数'), ('formula', '公式')], default='value', max_length=8, verbose_name='判据'),
        ),
        migrations.AddField(
            model_name='rule',
            name='member_ids',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), blank=True, default=list, size=None, verbose_name='组内数据流'),
        ),
        migrations.AddField(
            model_name='rule',
            name='member_threshold',
            field=models.FloatField(blank=True, null=True, verbose_name='单站阈值'),
        ),
        migrations.AddField(
            model_name='rule',
            name='season_from',
            field=models.CharField(blank=True, max_length=5, verbose_name='季节起(月-日)'),
        ),
        migrations.AddField(
            model_name='rule',
            name='season_until',
            field=models.CharField(blank=True, max_length=5, verbose_name='季节止(月-日)'),
        ),
        migrations.AddField(
            model_name='rule',
            name='template',
            field=models.CharField(blank=True, max_length=40, verbose_name='模板'),
        ),
        migrations.AddField(
            model_name='rule',
            name='unit',
            field=models.CharField(blank=True, max_length=40, verbose_name='单位'),
        ),
        migrations.AddField(
            model_name='rule',
            name='window_s',
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name='时间窗(秒)'),
        ),
        migrations.AddField(
            model_name='ruleevent',
            name='age_s',
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name='数值有效期(秒)'),
        ),
        migrations.AddField(
            model_name='ruleevent',
            name='day_from',
            field=models.TimeField(blank=True, null=True, verbose_name='每日起'),
        ),
        migrations.AddField(
            model_name='ruleevent',
            name='day_until',
            field=models.TimeField(blank=True, null=True, verbose_name='每日止'),
        ),
        migrations.AddField(
            model_name='ruleevent',
            name='formula',
            field=models.CharField(blank=True, max_length=200, verbose_name='公式'),
        ),
        migrations.AddField(
            model_name='ruleevent',
            name='kind',
            field=models.CharField(choices=[('value', '数值'), ('rate', '变化量'), ('sum', '累计量'), ('count', '超限个数'), ('formula', '公式')], default='value', max_length=8, verbose_name='判据'),
        ),
        migrations.AddField(
            model_name='ruleevent',
            name='member_ids',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), blank=True, default=list, size=None, verbose_name='组内数据流'),
        ),
        migrations.AddField(
            model_name='ruleevent',
            name='member_threshold',
            field=models.FloatField(blank=True, null=True, verbose_name='单站阈值'),
        ),
        migrations.AddField(
            model_name='ruleevent',
            name='season_from',
            field=models.CharField(blank=True, max_length=5, verbose_name='季节起(月-日)'),
        ),
        migrations.AddField(
            model_name='ruleevent',
            name='season_until',
            field=models.CharField(blank=True, max_length=5, verbose_name='季节止(月-日)'),
        ),
        migrations.AddField(
            model_name='ruleevent',
            name='template',
            field=models.CharField(blank=True, max_length=40, verbose_name='模板'),
        ),
        migrations.AddField(
            model_name='ruleevent',
            name='unit',
            field=models.CharField(blank=True, max_length=40, verbose_name='单位'),
        ),
        migrations.AddField(
            model_name='ruleevent',
            name='window_s',
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name='时间窗(秒)'),
        ),
        migrations.AddField(
            model_name='rulestate',
            name='mark',
            field=models.BigIntegerField(default=0),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='rule',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "alerts_ruleevent" ("age_s", "blue", "datastream_id", "day_from", "day_until", "direction", "duration_s", "enabled", "formula", "hysteresis", "id", "kind", "member_ids", "member_threshold", "name", "no_data_s", "orange", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "red", "season_from", "season_until", "source", "template", "unit", "valid_from", "valid_until", "window_s", "yellow") VALUES (NEW."age_s", NEW."blue", NEW."datastream_id", NEW."day_from", NEW."day_until", NEW."direction", NEW."duration_s", NEW."enabled", NEW."formula", NEW."hysteresis", NEW."id", NEW."kind", NEW."member_ids", NEW."member_threshold", NEW."name", NEW."no_data_s", NEW."orange", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."red", NEW."season_from", NEW."season_until", NEW."source", NEW."template", NEW."unit", NEW."valid_from", NEW."valid_until", NEW."window_s", NEW."yellow"); RETURN NULL;', hash='20e1b99ff424ec207c869cd1c13fcd74b5239966', operation='INSERT', pgid='pgtrigger_insert_insert_2657b', table='alerts_rule', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='rule',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "alerts_ruleevent" ("age_s", "blue", "datastream_id", "day_from", "day_until", "direction", "duration_s", "enabled", "formula", "hysteresis", "id", "kind", "member_ids", "member_threshold", "name", "no_data_s", "orange", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "red", "season_from", "season_until", "source", "template", "unit", "valid_from", "valid_until", "window_s", "yellow") VALUES (NEW."age_s", NEW."blue", NEW."datastream_id", NEW."day_from", NEW."day_until", NEW."direction", NEW."duration_s", NEW."enabled", NEW."formula", NEW."hysteresis", NEW."id", NEW."kind", NEW."member_ids", NEW."member_threshold", NEW."name", NEW."no_data_s", NEW."orange", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."red", NEW."season_from", NEW."season_until", NEW."source", NEW."template", NEW."unit", NEW."valid_from", NEW."valid_until", NEW."window_s", NEW."yellow"); RETURN NULL;', hash='dbbbe7cee881528d2a5eb13bdfc8a65291b22867', operation='UPDATE', pgid='pgtrigger_update_update_3cd3a', table='alerts_rule', when='AFTER')),
        ),
    ]
