# SPDX-License-Identifier: Apache-2.0
"""A stored value that changes makes whoever remembers it read it again."""

from django.db import migrations

# Ingest compares the mark of a rule's state with its own memory before it trusts its windows.
CORRECTED = """
create function alerts_value_changed() returns trigger language plpgsql as $$
begin
    update alerts_rulestate set mark = mark + 1 where rule_id in (
        select r.id from alerts_rule r where r.enabled and (
            r.datastream_id = new.datastream_id
            or (r.kind = 'count' and new.datastream_id = any(r.member_ids))
            or (r.kind = 'formula' and r.datastream_id in (
                select other.id from sensing_datastream one
                join sensing_datastream other on other.thing_id = one.thing_id where one.id = new.datastream_id))
        )
    );
    return null;
end $$;

create trigger alerts_value_changed after update of value, quality, checks on sensing_observation
    for each row
    when (old.value is distinct from new.value or old.quality <> new.quality or old.checks <> new.checks)
    execute function alerts_value_changed();
"""
UNDO = "drop trigger alerts_value_changed on sensing_observation; drop function alerts_value_changed();"


class Migration(migrations.Migration):
    """Corrections reach the windows."""

    dependencies = [("alerts", "0005_rule_kinds"), ("sensing", "0002_observations")]
    operations = [migrations.RunSQL(CORRECTED, UNDO)]
