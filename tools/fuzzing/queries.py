# SPDX-License-Identifier: Apache-2.0
"""Hostile query options for SensorThings: read and compiled to SQL, without a database."""

import os
from collections.abc import Sequence
from datetime import UTC, datetime

from django.conf import settings

if not settings.configured and "DJANGO_SETTINGS_MODULE" not in os.environ:
    settings.configure(USE_I18N=False, USE_TZ=True)

from anshu.web.sensorthings.compiling import Question
from anshu.web.sensorthings.entities import ENTITIES, Entity
from anshu.web.sensorthings.options import Options, read_options
from anshu.web.sensorthings.problems import Problem

_KINDS = tuple(ENTITIES.values())
_OPTIONS = ("$filter", "$orderby", "$expand", "$select", "$top", "$skiptoken", "$count", "$resultFormat")
_NOW = datetime(2026, 7, 1, tzinfo=UTC)
# No expression of bounded size may become SQL of another order.
_MOST_SQL = 400_000
SEEDS: Sequence[bytes] = [
    b"\x06\x00result gt 5 and hour(phenomenonTime add duration'PT8H') eq 8 or not (Datastream/Thing/name eq 'a')",
    b"\x06\x00during(phenomenonTime, 2026-07-04T00:00:00Z/P1D) and st_within(FeatureOfInterest/feature, "
    b"geography'POLYGON((0 0,1 0,1 1,0 0))')",
    b"\x00\x00substringof('a', tolower(trim(concat(name, properties/code)))) and Datastreams/phenomenonTime lt now()",
    b"\x06\x01result mod 7 desc,phenomenonTime asc,Datastream/id",
    b"\x00\x02Datastreams($select=name;$filter=id gt 5;$expand=Observations($top=1;$orderby=phenomenonTime desc))",
    b"\x00\x03name,description,Datastreams",
    b"\x06\x05WyIyMDI2LTA3LTA0VDAwOjAwOjAwWiIsMV0",
]


def attack(data: bytes) -> None:
    """This will read one option of one kind as a request has it; a Problem is an answer, anything else a finding."""
    if len(data) < 3:
        return
    entity, name = _KINDS[data[0] % len(_KINDS)], _OPTIONS[data[1] % len(_OPTIONS)]
    try:
        _compiled(read_options([(name, data[2:].decode("utf-8", "replace"))], entity), entity)
    except Problem as problem:
        refused = problem
    else:
        return
    assert refused.status == 400, refused.message
    assert refused.message


def _compiled(options: Options, entity: Entity) -> None:
    question = Question(dict.fromkeys((each.relation for each in _KINDS), "select 1"), {}, _NOW)
    made = [question.key(node, entity, "t") for node, _down in options.order]
    if options.where is not None:
        made.append(question.condition(options.where, entity, "t"))
    assert sum(map(len, made)) < _MOST_SQL
    for name, inner in options.expand.items():
        link = entity.link(name)
        assert link is not None
        _compiled(inner, ENTITIES[link.target])
