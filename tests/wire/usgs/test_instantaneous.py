# SPDX-License-Identifier: Apache-2.0
"""USGS-style replies: feet become metres, -999999 becomes no value, local times keep their instant."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from anshu.wire.base import Refused
from anshu.wire.usgs import read_reply

SAMPLES = Path(__file__).resolve().parents[4] / "shared" / "data" / "02b_river_stage"


def reply(*values, code="00065", unit="ft"):
    return json.dumps(
        {
            "value": {
                "timeSeries": [
                    {
                        "sourceInfo": {"siteCode": [{"value": "01491000"}]},
                        "variable": {
                            "variableCode": [{"value": code}],
                            "unit": {"unitCode": unit},
                            "noDataValue": -999999.0,
                        },
                        "values": [{"value": list(values)}],
                    }
                ]
            }
        }
    ).encode()


def at(value, time="2019-02-14T00:15:00.000-05:00", qualifiers=("A",)):
    return {"value": value, "dateTime": time, "qualifiers": list(qualifiers)}


def test_feet_become_metres_and_the_offset_is_kept():
    (found,) = read_reply(reply(at("10")))
    assert (found.thing, found.property, found.unit) == ("01491000", "water_level", "m")
    assert found.value == pytest.approx(3.048)
    assert found.time == datetime(2019, 2, 14, 5, 15, tzinfo=UTC)


def test_cubic_feet_become_cubic_metres():
    (found,) = read_reply(reply(at("1000"), code="00060", unit="ft&#51;/s"))
    assert (found.property, found.unit) == ("discharge", "m3/s")
    assert found.value == pytest.approx(28.316846592)


@pytest.mark.parametrize("value", ["-999999", "-999999.0", "", "Ice", "Eqp", "NaN", "1e999", None])
def test_what_is_no_value_is_missing(value):
    (found,) = read_reply(reply(at(value)))
    assert (found.value, found.quality) == (None, "missing")


@pytest.mark.parametrize(
    ("remarks", "quality"), [(["A"], "good"), (["P"], "good"), (["P", "Ice"], "suspect"), (["P", "Bkw"], "suspect")]
)
def test_a_remark_about_the_gauge_makes_a_value_suspect(remarks, quality):
    (found,) = read_reply(reply(at("1", qualifiers=remarks)))
    assert found.quality == quality


def test_a_parameter_that_is_not_known_is_left_alone():
    assert read_reply(reply(at("1"), code="00095", unit="uS/cm")) == ()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"value": {"timeSeries": [1]}}',
        b"[" * 100_000,
        reply(at("1", time="2019-02-14T00:15:00")),
        reply(at("1", time="soon")),
        reply(at("1"), unit="furlong"),
        reply(7),
        reply(at("1"), code=["00065"]),
        reply(at("1"), code={}),
        reply(at("1")).replace(b'"01491000"', b"[1]"),
        reply(at("1")).replace(b'"variable": {', b'"variable": [], "other": {'),
    ],
)
def test_a_damaged_reply_is_refused(body):
    with pytest.raises(Refused):
        read_reply(body)


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the sample replies are not beside the repository")
def test_a_reply_as_served_is_read_whole():
    found = read_reply((SAMPLES / "usgs_waterservices_iv.txt").read_bytes())
    assert {each.thing for each in found} == {"01491000", "01645000"}
    assert len(found) == 20
    first = next(each for each in found if each.thing == "01491000" and each.property == "discharge")
    assert first.value == pytest.approx(974 * 0.3048**3)
