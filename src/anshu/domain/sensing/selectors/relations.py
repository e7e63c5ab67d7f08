# SPDX-License-Identifier: Apache-2.0
"""What a viewer may see of the network as SQL relations, for interfaces that compose their own questions.

Every relation is closed by the viewer's things in use. Names of bound values begin with `scope`.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection

from anshu.domain.sensing.models import Datastream, ObservedProperty, Sensor
from anshu.domain.sensing.selectors.things import things_visible
from anshu.kernel.access.choices import Capability
from anshu.kernel.access.viewer import Viewer

_NOTHING = "select null::bigint where false"
# A stay: from the moment a thing was put at a place until it was put elsewhere. Its number is its history row's.
_STAYS = """
select pgh_id as id, pgh_obj_id as thing_id, pgh_created_at as since, name, point, left_at is null as current,
       case when left_at is null then pgh_obj_id end as current_thing_id
from (
    select pgh_id, pgh_obj_id, pgh_created_at, name, point,
           lead(pgh_created_at) over (partition by pgh_obj_id order by pgh_id) as left_at
    from (
        select pgh_id, pgh_obj_id, pgh_created_at, name, point,
               lag(point) over (partition by pgh_obj_id order by pgh_id) as before
        from sensing_thingevent
    ) events where before is null or not st_equals(before, point)
) stays where pgh_obj_id in ({things})
"""
_STANDING = """
select o.datastream_id, o.at, o.value from unnest(%s::bigint[], %s::timestamptz[]) given (datastream_id, at)
join sensing_observation o on o.datastream_id = given.datastream_id and o.at = given.at
"""
_RELATIONS = {
    "things": """
        select id, code, name, kind, division_code, sector_code, park_code, report_interval_s, point
        from sensing_thing where id in ({things})""",
    "stays": _STAYS,
    "datastreams": """
        select d.id, d.thing_id, coalesce(d.sensor_id, -d.thing_id) as sensor_id, d.observed_property_id, d.name,
               p.code as property_code, p.name as property_name, p.unit, p.decimals, t.point
        from sensing_datastream d join sensing_observedproperty p on p.id = d.observed_property_id
        join sensing_thing t on t.id = d.thing_id where d.thing_id in ({things})""",
    # A thing that names no instrument is its own: it stands here under its negative number.
    "sensors": """
        select id, thing_id, name, maker, model from sensing_sensor where thing_id in ({things})
        union all
        select -t.id, t.id, t.name, coalesce(m.maker, ''), coalesce(m.name, '')
        from sensing_thing t left join sensing_devicemodel m on m.id = t.model_id
        where t.id in ({things})
            and exists (select 1 from sensing_datastream d where d.thing_id = t.id and d.sensor_id is null)""",
    "properties": """
        select id, code, name, unit, minimum, maximum, decimals, source from sensing_observedproperty
        where {allowed}""",
    "observations": """
        select o.datastream_id, o.at, o.value, o.quality, o.checks, o.received_at, d.thing_id
        from sensing_observation o join sensing_datastream d on d.id = o.datastream_id
        where d.thing_id in ({things})""",
    # Keys of observations alone, for which the index need not look at the rows.
    "moments": """
        select o.datastream_id, o.at from sensing_observation o
        where o.datastream_id = any (array(select d.id from sensing_datastream d where d.thing_id in ({things})))""",
}


def relations_of(viewer: Viewer) -> tuple[dict[str, str], dict[str, Any]]:
    """This will give the relations by name, and the values that they bind by name."""
    try:
        sql, given = things_visible(viewer).order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        sql, given = _NOTHING, ()
    values = {f"scope{index}": value for index, value in enumerate(given)}
    names = iter(values)
    things = re.sub(r"(?<!%)%s", lambda _: f"%({next(names)})s", sql)
    allowed = "true" if viewer.can(Capability.MONITORING) else "false"
    return {name: text.format(things=things, allowed=allowed) for name, text in _RELATIONS.items()}, values


def datastreams_within(viewer: Viewer, pks: Iterable[int]) -> dict[int, Datastream]:
    """This will give those datastreams that the viewer may see, with their things and properties, by number."""
    rows = Datastream.objects.filter(pk__in=list(pks), thing__in=things_visible(viewer))
    return {row.pk: row for row in rows.select_related("thing", "observed_property")}


def sensor_within(viewer: Viewer, pk: int) -> Sensor | None:
    """This will give an instrument that the viewer may see."""
    return Sensor.objects.filter(pk=pk, thing__in=things_visible(viewer)).select_related("thing").first()


def property_found(**wanted: Any) -> ObservedProperty | None:
    """This will give the one property that is so."""
    return ObservedProperty.objects.filter(**wanted).first()


def values_standing(moments: Iterable[tuple[int, datetime]]) -> dict[tuple[int, datetime], float | None]:
    """This will give the values that stand at those moments of datastreams, however many, in one query."""
    streams, times = zip(*moments, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, [list(streams), list(times)])
        return {(stream, at): value for stream, at, value in cursor.fetchall()}
