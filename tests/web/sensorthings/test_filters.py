# SPDX-License-Identifier: Apache-2.0
"""$filter and $orderby: every function of the standard, on real rows; and what is refused, where and why."""

from urllib.parse import quote

from django.test import Client
from tests.cast import centre

ROOT = "/sta/v1.1"
# The network: one station with 40, 41 … 69 every five minutes from 00:00Z on 2026-07-04, two with 40, 41, 42.
COUNTS = {
    # Comparing and reckoning
    "result gt 68": 1, "result ge 68 and result le 69": 2, "result lt 41 or result eq 69": 4, "not result gt 41": 6,
    "result add 1 eq 41": 3, "result sub 40 mul 2 eq -40": 3, "result mod 2 eq 0": 19, "result div 2 eq 20": 3,
    "(result sub 40) mul 2 eq 4": 3, "result div 0 eq null": 36, "result mod 0 eq null": 36, "-result lt -68": 1,
    "result eq null": 0, "result ne null": 36, "null eq null": 36, "result gt null": 0, "result eq 1e308 mul 1e308": 0,
    "result div 1e308 div 1e308 lt 1": 36, "true": 36, "not true": 0, "result gt 68 eq true": 1,
    # Moments, whichever offset they are written with
    "phenomenonTime lt 2026-07-04T00:05:00Z": 3, "phenomenonTime ge 2026-07-04T10:00:00 08:00": 6,
    "phenomenonTime ge 2026-07-04T10:00:00+08:00": 6, "phenomenonTime eq 2026-07-04T08:00:00+08:00": 3,
    "resultTime eq 2026-07-04T00:00:00": 3, "phenomenonTime gt 2026-07-04": 33, "now() gt phenomenonTime": 36,
    "mindatetime() lt phenomenonTime and phenomenonTime lt maxdatetime()": 36,
    # Their parts
    "year(phenomenonTime) eq 2026 and month(phenomenonTime) eq 7 and day(phenomenonTime) eq 4": 36,
    "minute(phenomenonTime) eq 5 and hour(phenomenonTime) eq 2": 1, "second(phenomenonTime) eq 0": 36,
    "hour(phenomenonTime add duration'PT8H') eq 10": 6, "fractionalseconds(phenomenonTime) eq 0": 36,
    "fractionalseconds(2026-07-04T00:00:00.250Z) eq 0.25": 36, "date(phenomenonTime) eq 2026-07-04": 36,
    "time(phenomenonTime) lt 00:05:00": 3, "totaloffsetminutes(phenomenonTime) eq 0": 36,
    "totaloffsetminutes(2026-07-04T08:00:00+08:00) eq 480": 36, "hour(2026-07-04T02:00:00+08:00) eq 2": 36,
    "date(2026-07-04T02:00:00+08:00) eq 2026-07-04": 36, "day(2026-07-04T02:00:00+08:00) eq 4": 36,
    "time(2026-07-04T02:30:00+08:00) eq 02:30:00": 36, "year(2026-07-04) eq 2026": 36, "hour(02:30:00) eq 2": 36,
    "year(mindatetime()) eq 1 and year(maxdatetime()) eq 9999": 36,
    # Durations
    "phenomenonTime add duration'PT10M' lt now()": 36, "phenomenonTime add duration'PT1H' gt 2026-07-04T03:00:00Z": 5,
    "phenomenonTime sub duration'P1DT2H' ge 2026-07-03T00:00:00Z": 6, "duration'PT10M' gt duration'PT9M59S'": 36,
    "duration'PT1H' add phenomenonTime gt 2026-07-04T03:00:00Z": 5, "-duration'PT1H' lt duration'PT0S'": 36,
    "phenomenonTime sub 2026-07-04T00:00:00Z ge duration'PT2H'": 6,
    "phenomenonTime sub 2026-07-04 eq duration'PT0S'": 3,
    "duration'P1D' sub duration'PT23H' eq duration'PT1H'": 36,
    # Two times related: an instant to a period that holds its start and not its end
    "before(phenomenonTime, 2026-07-04T00:05:00Z)": 3, "after(phenomenonTime, 2026-07-04T02:15:00Z)": 2,
    "during(phenomenonTime, 2026-07-04T02:00:00Z/2026-07-04T02:15:00Z)": 3,
    "during(phenomenonTime, 2026-07-04T10:00:00+08:00/PT15M)": 3,
    "during(phenomenonTime, PT15M/2026-07-04T02:15:00Z)": 3,
    "before(phenomenonTime, 2026-07-04T00:10:00Z/P1D)": 6, "after(phenomenonTime, P1D/2026-07-04T02:20:00Z)": 1,
    "meets(phenomenonTime, 2026-07-04T02:25:00Z/PT1H)": 1, "starts(phenomenonTime, 2026-07-04T00:00:00Z/PT1H)": 3,
    "finishes(phenomenonTime, 2026-07-04T00:00:00Z/PT1H)": 1,
    "intersects(phenomenonTime, 2026-07-04T00:00:00Z/PT1H)": 19,
    "overlaps(phenomenonTime, 2026-07-04T00:00:00Z/PT1H)": 15,
    "phenomenonTime lt 2026-07-04T00:10:00Z/PT1H": 6, "phenomenonTime gt P1D/2026-07-04T02:20:00Z": 1,
    "phenomenonTime ge 2026-07-04T02:20:00Z/PT0S": 2, "phenomenonTime eq 2026-07-04T00:00:00Z/PT0S": 3,
    # What a period of a datastream is, and what it is related to
    "during(Datastream/phenomenonTime, 2026-07-04T00:00:00Z/PT1H)": 6,
    "overlaps(Datastream/phenomenonTime, 2026-07-04T02:00:00Z/P1D)": 30,
    "Datastream/phenomenonTime lt 2026-07-04T00:10:01Z": 6,
    "before(Datastream/phenomenonTime add duration'PT1H', 2026-07-04T02:00:00Z)": 6,
    # Over links and into objects
    "Datastream/Thing/properties/code eq 'RV002'": 3, "Datastream/Thing/name eq '张家埠水位站'": 3,
    "Datastream/unitOfMeasurement/symbol eq 'm'": 36, "resultQuality/code eq 'good'": 36,
    "resultQuality/checks gt 0": 0,
    "Datastream/Thing/properties/reportInterval add 1 gt 1": 36,
    # Numbers
    "round(result div 10) eq 7": 5, "floor(result) eq 40": 3, "floor(result div 10) eq 4": 16,
    "ceiling(result div 10) eq 5": 14, "round(-2.5) eq -3": 36,
    # Texts
    "substringof('外乡', Datastream/Thing/name)": 3, "contains(Datastream/Thing/name, '外乡')": 3,
    "startswith(Datastream/Thing/name, '后陈') and endswith(Datastream/Thing/name, '站')": 30,
    "length(Datastream/Thing/name) eq 6": 3, "indexof(Datastream/Thing/name, '水') eq 2": 33,
    "substring(Datastream/Thing/name, 2) eq '水位站'": 33, "substring(Datastream/Thing/name, 0, 2) eq '后陈'": 30,
    "tolower(Datastream/Thing/properties/code) eq 'rv001'": 30, "toupper('a''b') eq 'A''B'": 36,
    "trim('  a ') eq 'a'": 36, "concat(concat(Datastream/Thing/name, '-'), 'x') eq '外乡水位站-x'": 3,
}  # fmt: skip
# Where {here} is the point of two of the stations, and {x}, {y} its coordinates.
PLACES = {
    "geo.distance(FeatureOfInterest/feature, geography'POINT(119 29)') lt 1000000": 36,
    "geo.distance(FeatureOfInterest/feature, {here}) lt 1": 33,
    "geo.length(geography'LINESTRING(119 29,119 30)') gt 110000": 36,
    "geo.intersects(FeatureOfInterest/feature, {around})": 33, "st_equals(FeatureOfInterest/feature, {here})": 33,
    "st_disjoint(FeatureOfInterest/feature, {around})": 3, "st_touches(FeatureOfInterest/feature, {edge})": 33,
    "st_within(FeatureOfInterest/feature, {around})": 33, "st_intersects(FeatureOfInterest/feature, {around})": 33,
    "st_contains({around}, FeatureOfInterest/feature)": 33, "st_overlaps(FeatureOfInterest/feature, {around})": 0,
    "st_overlaps({around}, {edge})": 36, "st_crosses({line}, {around})": 36,
    "st_crosses(FeatureOfInterest/feature, {around})": 0, "st_within(Datastream/observedArea, {around})": 33,
    "st_relate(FeatureOfInterest/feature, {around}, '0F*******')": 33,
    "st_relate(FeatureOfInterest/feature, {around}, 'nonsense')": 0,
}  # fmt: skip
NAMES = {
    "startswith(name, '后陈')": ["后陈水位站"],
    "endswith(tolower(properties/code), '9')": ["外乡水位站"],
    "length(name) eq 6": ["张家埠水位站"],
    "indexof(name,'水') eq 2 and substring(name,0,1) eq '外'": ["外乡水位站"],
    "concat(concat(name,'-'),properties/code) eq '后陈水位站-RV001'": ["后陈水位站"],
    "properties/code eq 'RV001' or properties/code eq 'RV009'": ["后陈水位站", "外乡水位站"],
    "Datastreams/ObservedProperty/name eq '水位' and properties/code eq 'RV001'": ["后陈水位站"],
    "Datastreams/Observations/result gt 60": ["后陈水位站"],
    "Datastreams/Observations/result gt 41 and during(Datastreams/phenomenonTime, 2026-07-04T00:00:00Z/PT11M)":
        ["张家埠水位站", "外乡水位站"],
    "after(HistoricalLocations/time, 2020-01-01T00:00:00Z) and properties/code eq 'RV009'": ["外乡水位站"],
    "properties/reportInterval lt 1000 and properties/missing eq null": ["后陈水位站", "张家埠水位站", "外乡水位站"],
    "properties/code gt 5": [],
}  # fmt: skip
# What is wrong, at which character, and a word of the reason.
REFUSED = {
    "result gt": (10, "不完整"), "result gt 'x'": (8, "number"), "nothing eq 1": (1, "nothing"), "result": (1, "条件"),
    "result gt 5 and drop(result)": (17, "drop"), "(" * 60 + "1 eq 1" + ")" * 60: (27, "25"),
    "1 eq 1 and " * 80 + "true": (831, "300"), "phenomenonTime gt 2026-13-45T00:00:00Z": (19, "2026-13-45"),
    "st_within(FeatureOfInterest/feature, geography'POINT(')": (38, "WKT"), "result eq 'a": (11, "'a"),
    "st_within(FeatureOfInterest/feature, geography'POINT(500 0)')": (38, "WGS 84"),
    "st_within(FeatureOfInterest/feature, geography'GEOMETRYCOLLECTION(POINT(1 1))')": (38, "GEOMETRYCOLLECTION"),
    "'a' ; drop table x": (5, ";"), "length(1,2) eq 3": (1, "1"), "phenomenonTime add 5 eq now()": (16, "duration"),
    "substring('a') eq 'a'": (1, "2、3"), "length(5) eq 3": (8, "text"), "year('a') eq 3": (6, "moment"),
    "round(now()) eq 3": (7, "number"), "during(phenomenonTime, now())": (24, "during"),
    "before(phenomenonTime)": (1, "2"), "before(result, now())": (1, "moment"),
    "during(phenomenonTime, 2026-07-04T01:00:00Z/2026-07-04T00:00:00Z)": (24, "时段"),
    "phenomenonTime add duration'P9999Y' gt now()": (20, "4000"), "phenomenonTime add duration'P' gt now()": (20, "P"),
    "phenomenonTime add duration'P1DT' gt now()": (20, "P1DT"), "time(phenomenonTime) eq 25:00:00": (25, "25:00:00"),
    "FeatureOfInterest/feature eq FeatureOfInterest/feature": (27, "geo"), "result/deeper eq 1": (1, "result"),
    "Datastream eq 1": (1, "Datastream"), "Datastream/Thing/Datastreams/Thing/Datastreams/Thing/name eq 'x'": (1, "深"),
    "result gt 5 and name eq 'x'": (17, "name"), "not (result gt )": (16, ")"), "result gt 5)": (12, ")"),
    "result eq 5 mul": (16, "不完整"), "result in (1,2)": (8, "in"), "now() sub 5 gt 3": (7, "duration"),
}  # fmt: skip


def test_filters_mean_what_the_standard_says(get):
    at = centre("330825101200")
    x, y = at.x, at.y
    edge = f"{x} {y - 1},{x + 1} {y - 1},{x + 1} {y + 1},{x} {y + 1},{x} {y - 1}"
    shapes = {
        "{here}": f"geography'POINT({x} {y})'", "{around}": f"geography'{at.buffer(0.001).wkt}'",
        "{edge}": f"geography'POLYGON(({edge}))'", "{line}": f"geography'LINESTRING({x - 1} {y},{x + 1} {y})'",
    }  # fmt: skip
    asked = dict(COUNTS)
    for condition, count in PLACES.items():
        for name, shape in shapes.items():
            condition = condition.replace(name, shape)
        asked[condition] = count
    found = {condition: int(get("Observations/$count", filter=condition)) for condition in asked}
    assert {each: (found[each], asked[each]) for each in asked if found[each] != asked[each]} == {}


def test_things_are_found_by_what_they_are_and_have(get):
    found = {condition: [each["name"] for each in get("Things", filter=condition)["value"]] for condition in NAMES}
    assert found == NAMES


def test_what_is_ordered_by_an_expression_comes_in_its_order(get):
    answer = get("Observations", orderby="result mod 7 desc,result", top=3)
    assert [each["result"] for each in answer["value"]] == [41, 41, 41]
    assert [each["result"] for each in get("Observations", orderby="-result", top=2)["value"]] == [69, 68]
    assert get("Datastreams", orderby="phenomenonTime desc,name", top=1)["value"]


def test_a_filter_is_refused_with_place_and_reason(get):
    wrong = {}
    for condition, (at, word) in REFUSED.items():
        said = get("Observations", status=400, filter=condition)
        assert said.keys() == {"code", "type", "message"}
        if f"$filter 第 {at} 个字符处" not in said["message"] or word not in said["message"]:
            wrong[condition] = said["message"]
    assert wrong == {}


def test_other_options_are_refused_with_place_and_reason(get):
    said = {
        ("orderby", "result,nothing"): "$orderby 第 8 个字符处", ("select", "result,nothing"): "$select 第 8 个字符处",
        ("orderby", "FeatureOfInterest/feature"): "$orderby",
        ("expand", "Datastream,Nothing"): "$expand 第 12 个字符处",
        ("expand", "Datastream("): "$expand", ("expand", "Datastream($bad=1)"): "$bad",
        ("expand", "Datastream($filter=id gt 'x')"): "Datastream: $filter 第 4 个字符处",
        ("expand", "Datastream($expand=Observations($filter=result eq))"): "Observations: $filter 第 10 个字符处",
        ("expand", "Datastream/Thing/Datastreams/Thing/Datastreams"): "4",
        ("top", 10**9 + 1): "$top", ("top", -1): "$top",
        ("top", "x"): "$top", ("skip", 10**8): "$skip", ("count", "maybe"): "$count", ("skiptoken", "!"): "下一页",
        ("skiptoken", "WzFd"): "下一页", ("skiptoken", "W3RydWUsdHJ1ZV0"): "下一页",
        ("resultFormat", "csv"): "dataArray",
        ("search", "x"): "$search", ("filter", "1 eq 1 and " * 400 + "true"): "4000",
        ("filter", "1 eq 1 and " * 800): "$filter",
    }  # fmt: skip
    answers = {each: get("Observations", status=400, **dict([each]))["message"] for each in said}
    assert {each: answers[each] for each in said if said[each] not in answers[each]} == {}


def test_what_an_expansion_has_no_meaning_for_is_refused_even_where_nothing_is(get):
    empty = "id eq 0"
    said = get("Things", status=400, filter=empty, expand="Datastreams($filter=nothing eq 1)")
    assert "nothing" in said["message"]


def test_the_place_is_said_in_the_readers_language(token):
    query = quote("result gt 5 and drop(result)")
    asked = {"authorization": f"Bearer {token}", "accept-language": "en"}
    answer = Client().get(f"{ROOT}/Observations?$filter={query}", headers=asked)
    assert answer.json()["message"].startswith("$filter at character 17: ")
