# SPDX-License-Identifier: Apache-2.0
"""Keeps timeline entries as they were written, and seeds the on-scene clock."""

from datetime import UTC, datetime

from django.db import migrations

# An entry may be struck once; nothing else of it may change, and it may not go away.
GUARD = """
create function command_entry_kept() returns trigger language plpgsql as $$
declare
    strike constant text[] := '{struck_at,struck_by,struck_reason}';
begin
    if tg_op = 'UPDATE' and old.struck_at is null and new.struck_at is not null
       and to_jsonb(new) - strike = to_jsonb(old) - strike then
        return new;
    end if;
    raise exception 'timeline entries may be struck once, never changed or deleted'
        using errcode = 'insufficient_privilege';
end $$;
create trigger command_entry_kept before update or delete on command_entry
    for each row execute function command_entry_kept();
"""
UNDO = """
drop trigger command_entry_kept on command_entry;
drop function command_entry_kept();
"""


def seed(apps, schema_editor):
    """This will set the plan's 30 minutes (plan, part 三(三), target T033, best effort)."""
    apps.get_model("command", "SceneClock").objects.create(
        minutes=30,
        source="规划三(三)3:努力实现突发事件接报后 30 分钟内现场可视化",
        valid_from=datetime(2026, 1, 1, tzinfo=UTC),
    )


class Migration(migrations.Migration):
    """The guard of the timeline and the first clock."""

    dependencies = [("command", "0003_links")]  # noqa: RUF012
    operations = [  # noqa: RUF012
        migrations.RunSQL(GUARD, UNDO),
        migrations.RunPython(seed, migrations.RunPython.noop),
    ]
