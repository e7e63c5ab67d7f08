# SPDX-License-Identifier: Apache-2.0
"""Hostile requests: every answer is one of the standard's, and tells nothing of what is out of sight."""

import json
import time
from urllib.parse import quote

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anshu.web.sensorthings.entities import ENTITIES
from anshu.web.sensorthings.functions import FUNCTIONS, PERIODS

ROOT = "/sta/v1.1"
CALM = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
ROUTES = sorted(
    {each.name for entity in ENTITIES.values() for each in entity.attributes}
    | {f"{link.name}/{each.name}" for entity in ENTITIES.values() for link in entity.links
       for each in ENTITIES[link.target].attributes}
    | {"properties/code", "unitOfMeasurement/symbol", "Datastream/Thing/name", "@iot.id", "resultQuality/checks"}
)  # fmt: skip
LITERALS = [
    "0", "1", "-1", "2.5", "1e308", "1e999", "999999999999999999", "null", "true", "false", "'a'", "''", "'%_\\'",
    "2026-07-04", "2026-07-04T00:00:00Z", "2026-07-04T08:00:00.123456+08:00", "0001-01-01T00:00:00Z", "23:59:59",
    "9999-12-31T23:59:59Z", "2026-07-04T00:00:00Z/P1D", "P4000Y/2026-07-04T00:00:00Z", "duration'PT1H'",
    "duration'P4000Y'", "duration'-P4000Y'", "geography'POINT(119 29)'", "geography'POLYGON((0 0,1 0,1 1,0 0))'",
    "geography'POINT EMPTY'", "geography'MULTIPOINT(1 1,2 2)'", "now()", "mindatetime()", "maxdatetime()",
]  # fmt: skip
OPERATORS = ["eq", "ne", "gt", "ge", "lt", "le", "and", "or", "add", "sub", "mul", "div", "mod"]
NAMES = sorted({*FUNCTIONS, *(set(PERIODS) - set(OPERATORS)), "now", "drop"})
LEAVES = st.sampled_from(ROUTES) | st.sampled_from(LITERALS)


def _grown(inner):
    call = st.tuples(st.sampled_from(NAMES), st.lists(inner, min_size=1, max_size=3))
    return (
        st.tuples(inner, st.sampled_from(OPERATORS), inner).map(lambda each: f"({' '.join(each)})")
        | call.map(lambda each: f"{each[0]}({','.join(each[1])})")
        | inner.map(lambda each: f"not ({each})")
        | inner.map(lambda each: f"-({each})")
    )


EXPRESSIONS = st.recursive(LEAVES, _grown, max_leaves=12)
# Texts that look like expressions, and those that do not.
TEXTS = st.text(max_size=60) | st.lists(st.sampled_from([*ROUTES, *LITERALS, *OPERATORS, *NAMES, "(", ")", ",", "'"]),
                                        max_size=12).map(" ".join)  # fmt: skip
SEGMENTS = st.sampled_from(
    [*ENTITIES, *(link.name for entity in ENTITIES.values() for link in entity.links), "$value", "$count", "$ref",
     "name", "properties", "Things(1)", "Observations('1-1')", "Observations('1-99999999999999999')", "..", "%00",
     "Datastreams(99999999999999999999)", "Things(-1)", "Things('1')", "CreateObservations", "x" * 300]
) | st.text(max_size=12)  # fmt: skip


@pytest.fixture
def answer(network, token):
    """Asks as the upper platform and makes sure that the answer is one of the standard's."""
    client = Client(headers={"authorization": f"Bearer {token}"})

    def ask(path, **options):
        query = "&".join(f"${name}={quote(value, safe='')}" for name, value in options.items())
        found = client.get(f"{ROOT}/{quote(path)}?{query}")
        assert found.status_code in (200, 204, 400, 404, 405), (path, options, found.content.decode())
        if found.status_code >= 400:
            said = json.loads(found.content)
            assert said.keys() == {"code", "type", "message"}
            # Nothing that has a meaning fails on some rows: it would tell of rows out of sight.
            assert said["type"] != "cannot_evaluate", (path, options)
        return found

    return ask


@CALM
@given(kind=st.sampled_from(sorted(ENTITIES)), text=EXPRESSIONS | EXPRESSIONS.map(lambda each: f"({each}) eq 1"))
def test_any_expression_is_answered_or_refused_in_words(answer, kind, text):
    answer(kind, filter=text, top="5")
    answer(kind, orderby=text, top="5", expand="")


@CALM
@given(kind=st.sampled_from(sorted(ENTITIES)), names=st.lists(st.sampled_from(
    ["filter", "orderby", "select", "expand", "top", "skip", "count", "resultFormat", "skiptoken", "search"]),
    min_size=1, max_size=4, unique=True), texts=st.lists(TEXTS, min_size=4, max_size=4))  # fmt: skip
def test_any_text_in_any_option_is_answered_or_refused_in_words(answer, kind, names, texts):
    answer(kind, **dict(zip(names, texts, strict=False)))


@CALM
@given(segments=st.lists(SEGMENTS, max_size=14))
def test_any_path_is_answered_or_not_found(answer, segments):
    answer("/".join(segments))


@CALM
@given(value=st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
                          lambda inner: st.lists(inner, max_size=3), max_leaves=4))  # fmt: skip
def test_any_token_of_a_next_page_is_answered_or_refused(answer, value):
    import base64

    token = base64.urlsafe_b64encode(json.dumps([value, 5] if not isinstance(value, list) else value).encode())
    for kind, order in (("Observations", "phenomenonTime"), ("Things", "name"), ("Things", "id desc")):
        answer(kind, orderby=order, skiptoken=token.decode())


@pytest.mark.parametrize(
    ("option", "text"),
    [
        ("filter", "not " * 900 + "true"), ("filter", "-" * 3_000 + "1 eq 1"), ("filter", "(" * 3_000),
        ("filter", "concat(" * 400), ("filter", "result add " * 90 + "1 eq 1"), ("filter", "'" * 3_999),
        ("filter", "Datastream/" * 300 + "name eq 'x'"), ("filter", "a/" * 1_900), ("expand", "Datastream/" * 600),
        ("expand", "Datastream(" * 600), ("expand", "Datastream($expand=" * 400 + ")" * 400),
        ("orderby", "id," * 2_000),
        ("filter", " or ".join(["Datastream/Thing/Datastreams/Thing/Datastreams/name eq 'x'"] * 40)),
        ("filter", f"geo.length(geography'LINESTRING({','.join(['1 1'] * 900)})') gt 1"),
    ],
)  # fmt: skip
def test_what_is_long_or_deep_is_answered_soon(answer, option, text):
    began = time.process_time()
    answer("Observations", **{option: text})
    assert time.process_time() - began < 1


# Each would fail, or be true, on the other township's station alone: on its name, its code, its values, its place.
PROBES = [
    ("Things", "1e308 mul (1e308 mul indexof(name,'外乡')) gt 5"), ("Things", "1 div (length(name) sub 5) gt 0"),
    ("Things", "name eq '外乡水位站' or name eq '后陈水位站'"), ("Things", "properties/code mod 0 gt 0"),
    ("Things", "substringof('外', concat(name, name))"), ("Things", "Datastreams/Thing/name eq '外乡水位站'"),
    ("Things", "Locations/name eq '外乡水位站'"), ("Things", "HistoricalLocations/Thing/name eq '外乡水位站'"),
    ("Datastreams", "Thing/name eq '外乡水位站'"), ("Datastreams", "phenomenonTime sub duration'P4000Y' lt now()"),
    ("Observations", "Datastream/Thing/name eq '外乡水位站'"), ("Observations", "result mul 1e308 mul 1e308 gt 0"),
    ("Observations", "phenomenonTime add duration'P4000Y' add duration'P4000Y' gt now()"),
    ("Observations", "FeatureOfInterest/name eq '外乡水位站'"), ("Locations", "name eq '外乡水位站'"),
    ("ObservedProperties", "Datastreams/Thing/name eq '外乡水位站'"), ("Sensors", "name eq '外乡水位站'"),
    ("FeaturesOfInterest", "Observations/Datastream/Thing/name eq '外乡水位站'"),
    ("HistoricalLocations", "Thing/name eq '外乡水位站'"),
]  # fmt: skip


def test_no_filter_tells_whether_there_is_something_out_of_sight(network, cast, sit):
    client = sit(cast.township)

    def everything():
        return [
            (answer.status_code, answer.content)
            for kind, condition in PROBES
            for option in (f"$filter={quote(condition)}&$count=true", f"$orderby={quote(condition)}&$count=true")
            for answer in [client.get(f"{ROOT}/{kind}?{option}&$expand=")]
        ]

    with_it = everything()
    station = network["RV009"][0]
    type(station).objects.filter(pk=station.pk).update(division_code="330825101200", name="外乡水位站二")
    assert everything() != with_it
    type(station).objects.filter(pk=station.pk).update(division_code="330825109205", name="别的", code="X" * 30)
    assert everything() == with_it


def test_an_expansion_ends_where_sight_does(network, cast, sit):
    client = sit(cast.township)
    deep = "Datastreams($expand=Thing($expand=Datastreams($expand=Observations)))"
    for path in (f"ObservedProperties?$expand={deep}", f"Things?$expand={deep}", "Locations?$expand=Things($expand="
                 "HistoricalLocations($expand=Thing,Locations))"):  # fmt: skip
        answer = client.get(f"{ROOT}/{path}")
        assert answer.status_code == 200
        assert "外乡" not in answer.content.decode()
