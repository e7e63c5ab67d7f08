# SPDX-License-Identifier: Apache-2.0
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anshu.wire import sl651
from anshu.wire.base import CHINA
from anshu.wire.sl651.encoding import encode_element

from .frames import HEARTBEAT, LEVEL, ascii_report, bare

STATION = sl651.Station("0033082501", 1, "1234", "H")
AT = datetime(2026, 6, 20, 15, 30, 5, tzinfo=CHINA)
WHOLE_MINUTE = datetime(2026, 6, 20, 15, 30, tzinfo=CHINA)


def test_a_report_is_written_as_by_hand():
    group = sl651.Group(WHOLE_MINUTE, [("water_level", 76.543), ("voltage", 12.44)])
    assert sl651.encode_uplink(sl651.TIMED, STATION, serial=7, sent_at=AT, groups=[group]) == LEVEL


def test_a_heartbeat_is_written_as_by_hand():
    assert sl651.encode_uplink(sl651.HEARTBEAT, STATION, serial=7, sent_at=AT) == HEARTBEAT


@pytest.mark.parametrize(
    ("name", "value", "written"),
    [
        ("water_level", -1.27, "392BFF00001270"),  # seven digits: FF0
        ("ph", 7.0, "46120700"),
        ("rain_accumulated", 4.0, "2619000040"),
        ("water_level", None, "3923AAAAAAAA"),
        ("duration", 90.0, "05120130"),
        ("station_status", 1024, "452000000400"),
        ("DRP", [0.5, None], "F41005FF"),
        (0xF5, [0.49, None], "F5200031FFFF"),
    ],
)
def test_elements_are_written_by_the_tables(name, value, written):
    assert encode_element(name, value).hex().upper() == written


@pytest.mark.parametrize(
    ("name", "value"), [("voltage", 100.0), ("DRP", [25.5]), ("DRP", 1.0), ("voltage", [1.0]), ("DRP", [-1.0])]
)
def test_values_that_do_not_fit_are_not_written(name, value):
    with pytest.raises(ValueError, match=r"hold|takes"):
        encode_element(name, value)


def test_a_time_without_zone_is_not_written():
    naive = AT.replace(tzinfo=None)
    with pytest.raises(ValueError, match="zone"):
        sl651.encode_uplink(sl651.HEARTBEAT, STATION, serial=7, sent_at=naive)


elements = st.sampled_from([e for e in sl651.ELEMENTS.values() if e.form == "bcd" and e.code not in (0x09, 0x0A)])
stations = st.integers(0, 99999999).map(lambda n: f"00{n:08d}")
MILLENNIUM = datetime(2000, 1, 1, tzinfo=CHINA)
times = st.integers(60, 52_000_000).map(lambda minutes: MILLENNIUM + timedelta(minutes=minutes))


@st.composite
def readings(draw):
    element = draw(elements)
    number = draw(st.none() | st.integers(-(10**element.digits) + 1, 10**element.digits - 1))
    return element.property, None if number is None else number / 10**element.decimals


@given(
    st.lists(readings(), max_size=8),
    stations,
    times,
    st.integers(0, 65535),
    st.integers(1, 255),
    st.sampled_from("PHKZDTMGQIO"),
    st.sampled_from([0x30, 0x32, 0x33, 0x34]),
)
def test_what_is_written_is_read_back(observed, address, at, serial, center, station_class, function):
    station = sl651.Station(address, center, "A1B2", station_class)
    groups = [sl651.Group(at, observed)]
    raw = sl651.encode_uplink(function, station, serial=serial, sent_at=at, groups=groups)
    message = sl651.decode_frame(raw)
    assert [(o.property, o.value) for o in message.observations] == observed
    assert {(o.thing, o.time) for o in message.observations} <= {(address, at)}
    assert (message.serial, message.sent_at, message.center) == (serial, at, center)
    assert (message.thing, message.password, message.station_class) == (address, "A1B2", station_class)


rains = st.lists(st.none() | st.integers(0, 254).map(lambda n: n / 10), min_size=12, max_size=12)


@given(rains, times)
def test_an_hour_is_read_back_with_its_times(rain, hour_end):
    raw = sl651.encode_hourly(
        STATION,
        serial=1,
        sent_at=hour_end,
        hour_end=hour_end,
        rain_5min=rain,
        rain_accumulated=12.5,
        relative_level=[0.5] * 12,
        others=[("water_level", 76.5)],
    )
    observed = sl651.decode_frame(raw).observations
    drops = [o for o in observed if o.property == "rain_5min"]
    assert [o.value for o in drops] == rain
    assert (drops[0].time, drops[-1].time) == (hour_end - timedelta(minutes=55), hour_end)
    assert observed[12].time == observed[-1].time == hour_end


@given(st.lists(st.none() | st.integers(-9999999, 9999999), min_size=1, max_size=30), times)
def test_equal_steps_are_read_back(numbers, first_at):
    values = [None if n is None else n / 1000 for n in numbers]
    raw = sl651.encode_uniform(
        STATION,
        serial=1,
        sent_at=AT,
        first_at=first_at,
        step=timedelta(hours=1),
        element="water_level",
        values=values,
    )
    observed = sl651.decode_frame(raw).observations
    assert [o.value for o in observed] == values
    assert [o.time for o in observed] == [first_at + n * timedelta(hours=1) for n in range(len(values))]


# Answers


@pytest.mark.parametrize(
    ("uplink", "answer"),
    [  # published with the public emulator's frames; the centre there repeats the station's time
        (
            "7E7E010012345678123430002B020003591011154947F1F1001234567848F0F05910111549"
            "20190000052619000005392300000127381211150320FA",
            "7E7E00123456780112343080080200035910111549471B75D4",
        ),
        (
            "7E7E05001122334403E832002B020034170718110016F1F1001122334448F0F01707181100"
            "201900004026190000403923000104903812109903A421",
            "7E7E00112233440503E83280080200341707181100161BE5D4",
        ),
    ],
)
def test_the_answer_equals_another_centres(uplink, answer):
    message = sl651.decode_frame(bytes.fromhex(uplink))
    reply = sl651.encode_reply(message, now=message.sent_at, end=sl651.ESC)
    assert reply.hex().upper() == answer


def test_an_answer_is_read_back_as_a_downlink():
    reply = sl651.encode_reply(sl651.decode_frame(LEVEL), now=AT)
    message = sl651.decode_frame(reply)
    assert (message.direction, message.thing, message.center) == ("down", "0033082501", 1)
    assert (message.serial, message.sent_at, message.end) == (7, AT, sl651.EOT)


def test_an_ascii_report_is_answered_in_ascii():
    raw = ascii_report("32", "ST 0033082501 H TT 2606201530 Z 1.0 ")
    reply = sl651.encode_reply(sl651.decode_frame(raw), now=AT)
    assert reply[0] == 1
    assert sl651.decode_frame(reply).sent_at == AT


def test_heartbeats_and_downlinks_are_not_answered():
    assert sl651.encode_reply(sl651.decode_frame(HEARTBEAT), now=AT) is None
    query = sl651.decode_frame(bare("37", "", direction="8", end="05"))
    assert sl651.encode_reply(query, now=AT) is None


def test_a_command_carries_no_serial_number():
    message = sl651.decode_frame(sl651.encode_command(0x4A, STATION, now=AT))
    assert (message.kind, message.serial, message.end) == ("clock_set", 0, sl651.ENQ)
