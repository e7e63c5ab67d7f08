# SPDX-License-Identifier: Apache-2.0
"""Seals each audit entry into the chain when its transaction commits, and makes the table append-only."""

from django.db import migrations

# One advisory lock orders the commits of both the audit chain and the event table: two locks taken in the order of
# a transaction's inserts could deadlock. It is taken only at commit, so a long transaction keeps nobody waiting.
CHAIN = """
create function audit_seal() returns trigger language plpgsql as $$
declare
    head audit_audithead%rowtype;
    sealed text;
begin
    perform pg_advisory_xact_lock(330825, 1);
    insert into audit_audithead (id, chain_no, hash) values (1, 0, repeat('0', 64)) on conflict do nothing;
    select * into head from audit_audithead where id = 1;
    sealed := encode(sha256(convert_to(concat_ws(chr(31), (head.chain_no + 1)::text, head.hash, new.id::text,
        to_char(new.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), new.actor_kind, new.actor_id,
        new.actor_label, new.action, new.subject_type, new.subject_id, new.subject_label, new.division_code,
        new.sector_code, new.reason, new.changes::text, new.address), 'UTF8')), 'hex');
    update audit_auditentry set chain_no = head.chain_no + 1, previous_hash = head.hash, hash = sealed
     where id = new.id;
    update audit_audithead set chain_no = head.chain_no + 1, hash = sealed where id = 1;
    return null;
end $$;

create function audit_append_only() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and old.chain_no is null
       and to_jsonb(new) - '{chain_no,previous_hash,hash}'::text[] = to_jsonb(old) - '{chain_no,previous_hash,hash}'::text[]
    then
        return new;
    end if;
    raise exception 'the audit log is append-only' using errcode = 'insufficient_privilege';
end $$;

create constraint trigger audit_seal after insert on audit_auditentry
    deferrable initially deferred for each row execute function audit_seal();
create trigger audit_append_only before update or delete on audit_auditentry
    for each row execute function audit_append_only();
"""
UNDO = """
drop trigger audit_append_only on audit_auditentry;
drop trigger audit_seal on audit_auditentry;
drop function audit_append_only();
drop function audit_seal();
"""


class Migration(migrations.Migration):
    """The chain's functions and triggers."""

    dependencies = [("audit", "0001_initial")]  # noqa: RUF012
    operations = [migrations.RunSQL(CHAIN, UNDO)]  # noqa: RUF012
