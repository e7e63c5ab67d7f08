# SPDX-License-Identifier: Apache-2.0
"""Late alarms, exact state of durations, and word to ingest when a rule changes."""

import django.contrib.postgres.fields
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('alerts', '0002_initial'),
        ('sensing', '0003_contact_and_replay'),
    ]

    operations = [
        migrations.RunSQL(
            "create trigger registry_changed after insert or update or delete on alerts_rule"
            " for each statement execute function sensing_registry_changed();",
            "drop trigger registry_changed on alerts_rule;",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='alarm',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='alarm',
            name='update_update',
        ),
        migrations.RemoveField(
            model_name='rulestate',
            name='pending',
        ),
        migrations.RemoveField(
            model_name='rulestate',
            name='pending_since',
        ),
        migrations.AddField(
            model_name='alarm',
            name='late',
            field=models.BooleanField(default=False, verbose_name='补报发现'),
        ),
        migrations.AddField(
            model_name='alarmevent',
            name='late',
            field=models.BooleanField(default=False, verbose_name='补报发现'),
        ),
        migrations.AddField(
            model_name='rulestate',
            name='beyond_since',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.DateTimeField(null=True), blank=True, default=list, size=None),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='alarm',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "alerts_alarmevent" ("acknowledged_at", "acknowledged_by_id", "assignee_id", "cause", "changed_at", "cleared_at", "division_code", "id", "late", "level", "occurrences", "park_code", "peak_level", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "point", "raised_at", "rule_id", "sector_code", "state", "thing_id", "threshold", "title", "unit_id", "value") VALUES (NEW."acknowledged_at", NEW."acknowledged_by_id", NEW."assignee_id", NEW."cause", NEW."changed_at", NEW."cleared_at", NEW."division_code", NEW."id", NEW."late", NEW."level", NEW."occurrences", NEW."park_code", NEW."peak_level", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."point", NEW."raised_at", NEW."rule_id", NEW."sector_code", NEW."state", NEW."thing_id", NEW."threshold", NEW."title", NEW."unit_id", NEW."value"); RETURN NULL;', hash='c898e599dcb9732fc23fc038bc3ac05c2350dd83', operation='INSERT', pgid='pgtrigger_insert_insert_9ecf3', table='alerts_alarm', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='alarm',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "alerts_alarmevent" ("acknowledged_at", "acknowledged_by_id", "assignee_id", "cause", "changed_at", "cleared_at", "division_code", "id", "late", "level", "occurrences", "park_code", "peak_level", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "point", "raised_at", "rule_id", "sector_code", "state", "thing_id", "threshold", "title", "unit_id", "value") VALUES (NEW."acknowledged_at", NEW."acknowledged_by_id", NEW."assignee_id", NEW."cause", NEW."changed_at", NEW."cleared_at", NEW."division_code", NEW."id", NEW."late", NEW."level", NEW."occurrences", NEW."park_code", NEW."peak_level", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."point", NEW."raised_at", NEW."rule_id", NEW."sector_code", NEW."state", NEW."thing_id", NEW."threshold", NEW."title", NEW."unit_id", NEW."value"); RETURN NULL;', hash='787d17d49a39e6e71939a73b0d57af1f1ff86c45', operation='UPDATE', pgid='pgtrigger_update_update_919be', table='alerts_alarm', when='AFTER')),
        ),
    ]
