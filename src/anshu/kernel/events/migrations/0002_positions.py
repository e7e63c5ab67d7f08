# SPDX-License-Identifier: Apache-2.0
"""Gives each event its position at commit and wakes the readers."""

from django.db import migrations

# A sequence would number events in the order of their inserts; a reader that had seen number 8 would then miss a
# number 7 that commits later. Numbering at commit, under the lock that also orders the audit chain, leaves no gap.
POSITIONS = """
create function events_place() returns trigger language plpgsql as $$
declare
    place bigint;
begin
    perform pg_advisory_xact_lock(330825, 1);
    insert into events_eventhead (id, position) values (1, 0) on conflict do nothing;
    update events_eventhead set position = position + 1 where id = 1 returning position into place;
    update events_event set position = place where id = new.id;
    perform pg_notify('anshu_event', place::text);
    return null;
end $$;

create function events_append_only() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and old.position is null
       and to_jsonb(new) - 'position' = to_jsonb(old) - 'position' then
        return new;
    end if;
    raise exception 'events are append-only' using errcode = 'insufficient_privilege';
end $$;

create constraint trigger events_place after insert on events_event
    deferrable initially deferred for each row execute function events_place();
create trigger events_append_only before update or delete on events_event
    for each row execute function events_append_only();
"""
UNDO = """
drop trigger events_append_only on events_event;
drop trigger events_place on events_event;
drop function events_append_only();
drop function events_place();
"""


class Migration(migrations.Migration):
    """The functions and triggers of the event table."""

    dependencies = [("events", "0001_initial")]  # noqa: RUF012
    operations = [migrations.RunSQL(POSITIONS, UNDO)]  # noqa: RUF012
