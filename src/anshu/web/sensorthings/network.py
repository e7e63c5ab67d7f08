# SPDX-License-Identifier: Apache-2.0
"""Observations of the whole network at once, as SQL that reads no more of each datastream than the answer needs.

There is no index over time alone: what comes newest is spread over the keys (datastream, time) of all datastreams.
"""

from dataclasses import dataclass

from anshu.web.sensorthings.compiling import Question
from anshu.web.sensorthings.entities import ENTITIES


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which observations, in which order: `where`, `order` and `key` speak of the relation `t`."""

    where: str
    # The whole order, and its first key, which is the time.
    order: str
    down: bool
    top: int
    skip: int


def by_time(question: Question, wanted: Wanted) -> str:
    """This will give one row more than the page, without sorting the network.

    Where at least m datastreams have j rows up to a moment, and m·j rows are enough, none beyond that moment is needed.
    j is such that half of the datastreams suffice.
    """
    streams = question.relation(ENTITIES["Datastreams"])
    one = question.relation(ENTITIES["Observations"])
    enough = wanted.top + 1 + wanted.skip
    way, sign, end = ("desc", ">=", "-infinity") if wanted.down else ("asc", "<=", "infinity")
    return f"""
with streams as materialized (select id from {streams} own),
size as (select ceil(2.0 * {enough} / greatest(count(*), 1))::bigint as j from streams),
bound as (
    select far.at from streams cross join lateral (
        select t.at from {one} t where t.datastream_id = streams.id and {wanted.where}
        order by t.at {way} limit 1 offset (select j - 1 from size)) far
    order by far.at {way} limit 1 offset (select ceil({enough}::numeric / j)::bigint - 1 from size))
select t.* from streams cross join lateral (
    select t.* from {one} t where t.datastream_id = streams.id and {wanted.where}
        and t.at {sign} coalesce((select at from bound), '{end}')
    order by {wanted.order} limit {enough}) t
order by {wanted.order} limit {wanted.top + 1} offset {wanted.skip}"""


def counted(question: Question, where: str) -> str:
    """This will count all of them by their keys alone, or datastream by datastream those that fit."""
    if where == "true":
        return f"select count(*) from ({question.relations['moments']}) every"
    streams = question.relation(ENTITIES["Datastreams"])
    one = question.relation(ENTITIES["Observations"])
    return f"""
select coalesce(sum(each.number), 0)::bigint from (select id from {streams} own offset 0) streams cross join lateral (
    select count(*) as number from {one} t where t.datastream_id = streams.id and {where}) each"""
