# SPDX-License-Identifier: Apache-2.0
"""Codes that stand for no value."""

import json
import math

import pytest

from anshu.wire.base import MISSING, missing_codes, value_of


@pytest.mark.parametrize(
    ("source", "given"),
    [
        ("usgs", "-999999"),
        ("usgs", -999999.0),
        ("usgs", " Ice "),
        ("usgs", "***"),
        ("cma", "999999"),
        ("cma", 32766),
        ("sl651", "M"),
        ("modbus.int16", 32767),
        ("modbus.uint16", 65535),
        ("logger", "-9999.0"),
        ("anything", "----"),
        ("anything", ""),
        ("anything", None),
        ("anything", "nan"),
        ("anything", math.inf),
    ],
)
def test_a_code_is_no_value(source, given):
    assert value_of(given, missing_codes(source)) is None


@pytest.mark.parametrize(
    ("source", "given", "value"), [("usgs", "9999", 9999.0), ("", -999999, -999999.0), ("cma", "0", 0.0)]
)
def test_a_code_means_nothing_outside_its_source(source, given, value):
    assert value_of(given, missing_codes(source)) == value


def test_a_word_that_is_no_code_is_not_taken_for_missing():
    with pytest.raises(ValueError, match="Eqpt"):
        value_of("Eqpt", missing_codes("usgs"))


def test_every_table_says_where_it_is_written():
    assert all(codes.source for codes in MISSING.values())


def test_real_replies_name_the_same_code(shared):
    reply = json.loads((shared / "data/02b_river_stage/usgs_waterservices_iv.txt").read_text())
    named = {series["variable"]["noDataValue"] for series in reply["value"]["timeSeries"]}
    assert named == MISSING["usgs"].numbers
