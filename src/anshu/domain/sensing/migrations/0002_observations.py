# SPDX-License-Identifier: Apache-2.0
"""The observation table, partitioned by month, and the function that makes partitions."""

from django.db import migrations

OBSERVATIONS = """
create table sensing_observation (
    datastream_id bigint not null,
    at timestamptz not null,
    value double precision,
    quality smallint not null default 0,
    checks integer not null default 0,
    received_at timestamptz not null,
    primary key (datastream_id, at)
) partition by range (at);

-- What lies outside every month that was made: kept, never refused.
create table sensing_observation_other partition of sensing_observation default;

create function sensing_partition(moment timestamptz) returns text language plpgsql as $$
declare
    first_at timestamptz := date_trunc('month', moment at time zone 'UTC') at time zone 'UTC';
    next_at timestamptz := (date_trunc('month', moment at time zone 'UTC') + interval '1 month') at time zone 'UTC';
    name text := 'sensing_observation_' || to_char(moment at time zone 'UTC', 'YYYYMM');
begin
    if to_regclass(name) is null then
        create temporary table moved on commit drop as
            select * from sensing_observation_other where at >= first_at and at < next_at;
        delete from sensing_observation_other where at >= first_at and at < next_at;
        execute format('create table %I partition of sensing_observation for values from (%L) to (%L)',
                       name, first_at, next_at);
        insert into sensing_observation select * from moved;
        drop table moved;
    end if;
    return name;
end $$;
"""
UNDO = "drop function sensing_partition(timestamptz); drop table sensing_observation;"


class Migration(migrations.Migration):
    """Observations by month."""

    dependencies = [("sensing", "0001_initial")]
    operations = [migrations.RunSQL(OBSERVATIONS, UNDO)]
