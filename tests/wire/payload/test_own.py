# SPDX-License-Identifier: Apache-2.0
import math

import pytest

from anshu.wire import payload
from anshu.wire.base import Refused

T = 1_760_000_000_000


def test_one_moment_with_its_values():
    read = payload.own_json(b'{"time": 1760000000000, "values": {"water_level": 12.34, "voltage": null, "rain_1h": 3}}')
    assert (read.time_us, read.thing) == (T * 1000, None)
    assert read.values == {"water_level": 12.34, "voltage": None, "rain_1h": 3.0}


def test_a_moment_as_text_and_a_thing():
    read = payload.own_json(b'{"thing": "a", "time": "2025-10-09T16:53:20+08:00", "values": {"t": 1}}')
    assert (read.time_us, read.thing) == (T * 1000, "a")


def test_no_time_is_the_receivers_business():
    assert payload.own_json(b'{"values": {"t": 1}}').time_us is None


def test_columns_become_arrays():
    read = payload.columnar(
        b'{"thing": "a", "times": [1760000000000, 1760000001000], "values": {"t": [1, null], "h": [2.5, 3]}}'
    )
    assert read.times_us.tolist() == [T * 1000, T * 1000 + 1_000_000]
    assert read.values["t"][0] == 1
    assert math.isnan(read.values["t"][1])
    assert read.values["h"].tolist() == [2.5, 3]
    assert (str(read.times_us.dtype), str(read.values["h"].dtype)) == ("int64", "float64")


def test_columns_with_written_times():
    read = payload.columnar(b'{"values": {"t": [1]}, "times": ["2025-10-09T08:53:20.5Z"]}')
    assert read.times_us.tolist() == [T * 1000 + 500_000]


def test_no_rows_is_no_rows():
    assert payload.columnar(b'{"times": [], "values": {"t": []}}').values["t"].size == 0
    assert payload.columnar(b'{"times": [], "values": {}}').values == {}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b'{"times": [1760000000000]}',
        b'{"times": "x", "values": {}}',
        b'{"times": [1760000000000], "values": {"t": []}}',
        b'{"times": [1760000000000], "values": {"t": [true]}}',
        b'{"times": [1760000000000], "values": {"t": ["1"]}}',
        b'{"times": [1760000000000], "values": {"t": [1e999]}}',
        b'{"times": [1760000000000], "values": {"t": [NaN]}}',
        b'{"times": [1760000000000], "values": {"": [1]}}',
        b'{"times": [5], "values": {"t": [1]}}',
        b'{"times": [99999999999999999999], "values": {"t": [1]}}',
        b'{"times": ["2025-10-09T08:53:20"], "values": {"t": [1]}}',
        b'{"times": ["1970-01-01T00:00:00Z"], "values": {"t": [1]}}',
        b'{"times": ["2025-10-09T08:53:20Z", 5], "values": {"t": [1, 2]}}',
        b'{"times": [1.5], "values": {"t": [1]}}',
    ],
)
def test_bad_columns_are_refused(body):
    with pytest.raises(Refused):
        payload.columnar(body)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b'{"time": 1760000000000}',
        b'{"time": 5, "values": {"t": 1}}',
        b'{"time": "2025-10-09T08:53:20", "values": {"t": 1}}',
        b'{"time": true, "values": {"t": 1}}',
        b'{"time": 99999999999999999999, "values": {"t": 1}}',
        b'{"values": {"t": "1"}}',
        b'{"values": {"t": 1e999}}',
        b'{"values": {"t": [1]}}',
        b'{"values": {"\xff": 1}}',
    ],
)
def test_bad_moments_are_refused(body):
    with pytest.raises(Refused):
        payload.own_json(body)
