# SPDX-License-Identifier: Apache-2.0
from datetime import datetime

import pytest

from anshu.wire import hj212
from anshu.wire.base import CHINA

from .frames import HOUR, WATER, framed, uplink

TIME = "DataTime=20260620153000;"


def seen(raw):
    return [(o.property, o.value, o.unit, o.quality) for o in hj212.decode_frame(raw).observations]


def test_real_time_values_become_observations_and_flags_their_quality():
    assert seen(WATER) == [("cod", 36.91, "mg/L", "good"), ("ammonia_nitrogen", 1.803, "mg/L", "suspect")]
    message = hj212.decode_frame(WATER)
    assert message.sent_at == datetime(2026, 6, 20, 15, 30, 0, 123000, CHINA)
    assert message.observations[0].time == datetime(2026, 6, 20, 15, 30, tzinfo=CHINA)
    assert (message.system, message.password, message.wants_reply) == ("32", "123456", True)
    assert message.parameters["items"] == [{"code": "w21003", "time": "2026-06-20T15:30:00+08:00", "Flag": "T"}]


def test_an_average_is_the_observation_and_the_rest_stays_beside_it():
    assert seen(HOUR) == [("cod", 33.2, "mg/L", "good")]
    parameters = hj212.decode_frame(HOUR).parameters
    assert parameters["period"] == "hour"
    (item,) = parameters["items"]
    assert (item["Min"], item["Max"], item["Cou"]) == ("30.1", "36.9", "120.5")


@pytest.mark.parametrize(
    ("flag", "quality"),
    [
        ("N", "good"),
        ("F", "suspect"),
        ("M", "suspect"),
        ("S", "suspect"),
        ("C", "suspect"),
        ("T", "suspect"),
        ("?", "suspect"),
        ("1", "good"),
        ("2", "suspect"),
    ],
)
def test_only_a_normal_flag_is_good(flag, quality):
    assert seen(uplink(f"{TIME}w01001-Rtd=7.1,w01001-Flag={flag}")) == [("ph", 7.1, "[pH]", quality)]


@pytest.mark.parametrize("flag", ["D", "B", "P"])
def test_an_instrument_out_of_order_gives_no_value_and_what_it_said_is_kept(flag):
    raw = uplink(f"{TIME}w01001-Rtd=7.1,w01001-Flag={flag}")
    assert seen(raw) == [("ph", None, "[pH]", "missing")]
    (item,) = hj212.decode_frame(raw).parameters["items"]
    assert (item["Rtd"], item["Flag"]) == ("7.1", flag)


@pytest.mark.parametrize("text", ["", "-", "NaN", "inf", "1_0", "１", "null"])
def test_what_is_no_number_is_missing(text):
    assert seen(uplink(f"{TIME}w01001-Rtd={text},w01001-Flag=N")) == [("ph", None, "[pH]", "missing")]


def test_the_converted_concentration_is_a_series_of_its_own():
    raw = uplink(f"{TIME}a21026-Rtd=20.5,a21026-ZsRtd=31.2,a21026-Flag=N", system="31")
    assert [(name, value) for name, value, *_ in seen(raw)] == [
        ("sulfur_dioxide", 20.5),
        ("sulfur_dioxide_converted", 31.2),
    ]


def test_codes_of_2005_and_codes_of_nobody_are_told():
    raw = uplink(f"{TIME}011-Rtd=9,011-Flag=N;S01-Rtd=8.1;e10101-Rtd=3;a24003-Rtd=0.2;-Rtd=1;坏-Rtd=2", flag="0")
    assert seen(raw) == [
        ("cod", 9.0, "mg/L", "good"),
        ("flue_gas_oxygen", 8.1, "%", "good"),
        ("factor_e10101", 3.0, "1", "good"),
        ("factor_a24003", 0.2, "mg/m3", "good"),
    ]
    assert [item["code"] for item in hj212.decode_frame(raw).parameters["items"]] == ["", "坏"]


def test_the_spelling_of_some_devices_is_read():
    assert seen(uplink(f"{TIME}W01001-Avg=7.2,W01001-flag=M; ;")) == [("ph", 7.2, "[pH]", "suspect")]
    assert hj212.decode_frame(uplink(" ", "9013")).parameters == {}


def test_sensors_of_the_station_are_values_and_states_are_not():
    raw = uplink(f"{TIME}PolId=w01018;i33101-Info=23.5;i12001-Info=0", "3020", flag="4")
    assert seen(raw) == [("room_temperature", 23.5, "Cel", "good")]
    assert [item["code"] for item in hj212.decode_frame(raw).parameters["items"]] == ["i12001"]


def test_an_alarm_of_2005_is_a_value_at_its_time():
    raw = uplink("AlarmTime=20260620151500;101-Ala=1.1,AlarmType=1", "2072", flag="0")
    (alarm,) = hj212.decode_frame(raw).observations
    assert (alarm.property, alarm.value, alarm.time.minute) == ("total_phosphorus", 1.1, 15)


def test_a_sample_time_is_the_time_of_its_value_and_milliseconds_are_read():
    raw = uplink("DataTime=20260620153000250;w01018-SampleTime=20260620150000,w01018-Rtd=1;w01001-Rtd=7")
    cod, ph = hj212.decode_frame(raw).observations
    assert (cod.time.hour, cod.time.minute) == (15, 0)
    assert ph.time.microsecond == 250_000


def test_history_of_several_times_in_one_region_keeps_them_apart():
    raw = uplink("DataTime=20260620150000;w01001-Avg=7;DataTime=20260620151000;w01001-Avg=8", "2051")
    assert [(o.time.minute, o.value) for o in hj212.decode_frame(raw).observations] == [(0, 7.0), (10, 8.0)]


def test_states_running_hours_and_device_information_stay_parameters():
    state = hj212.decode_frame(uplink(f"{TIME}SB1-RS=1;SB2-RS=0", "2021"))
    assert [(item["code"], item["RS"]) for item in state.parameters["items"]] == [("SB1", "1"), ("SB2", "0")]
    hours = hj212.decode_frame(uplink("DataTime=20260619000000;SB1-RT=1.5", "2041"))
    assert hours.parameters["items"][0]["RT"] == "1.5"
    serial = hj212.decode_frame(uplink("PolId=w01018;w01018-SN=010000A8900016F000169DC0", "3019"))
    assert serial.parameters["items"][0]["SN"] == "010000A8900016F000169DC0"
    kept = hj212.decode_frame(uplink("DataTime=20260620153000;VaseNo=3", "3015"))
    assert (kept.kind, kept.direction, kept.parameters["VaseNo"]) == ("sample_kept", "up", "3")


@pytest.mark.parametrize(
    ("command", "body", "direction"),
    [
        ("2011", "", "down"),
        ("2051", "BeginTime=20260620000000,EndTime=20260620010000", "down"),
        ("1012", "SystemTime=20260620153000", "down"),
        ("1011", "PolId=w01018", "down"),
        ("1011", "SystemTime=20260620153000", "up"),
        ("2081", "DataTime=20260620153000;RestartTime=20260620152900", "up"),
        ("9015", "", "up"),
        ("4321", "a=1", "up"),
    ],
)
def test_a_centre_s_request_is_told_from_what_answers_it(command, body, direction):
    assert hj212.decode_frame(uplink(body, command)).direction == direction


def test_a_resent_message_says_so_and_other_fields_are_kept():
    message = hj212.decode_frame(uplink(f"{TIME}w01001-Rtd=7", flag="9", more=";RF=1;XX=2"))
    assert (message.resent, message.parameters["XX"]) == (True, "2")


def test_a_device_without_request_number_is_read():
    message = hj212.decode_frame(framed(f"ST=32;CN=2011;PW=1;MN=88888880000001;CP=&&{TIME}B01-Rtd=1.5&&"))
    assert (message.sent_at, message.request, message.observations[0].value) == (None, "", 1.5)


def test_the_command_line_can_print_it():
    out = hj212.decode_frame(HOUR).as_json()
    assert (out["command_zh"], out["system_zh"], out["version"]) == ("小时数据", "地表水体环境污染源", "2017")
