# SPDX-License-Identifier: Apache-2.0
"""What the networks' own documents say their messages look like, opened."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from anshu.wire import payload
from anshu.wire.base import Refused
from anshu.wire.payload.envelopes import moment

AT = datetime(2026, 7, 1, 4, 5, 6, 789000, tzinfo=UTC)
EUI = "0102030405060708"


def opened(kind, document):
    return payload.envelope(kind, json.dumps(document).encode())


CHIRPSTACK_4 = {
    "deviceInfo": {"devEui": EUI, "deviceName": "gauge"},
    "time": "2026-07-01T04:05:06.789Z",
    "fPort": 85,
    "fCnt": 9,
    "data": "AQI=",
    "rxInfo": [{"rssi": -100, "snr": -3.5}, {"rssi": -60, "snr": 9.25}],
}


def test_chirpstack_4():
    uplink = opened("chirpstack", CHIRPSTACK_4)
    assert uplink == payload.Uplink(
        device=EUI, name="gauge", port=85, data=b"\x01\x02", received_at=AT, rssi=-60, snr=9.25, counter=9
    )


def test_chirpstack_3_with_its_eui_in_base64():
    document = {"devEUI": "AQIDBAUGBwg=", "fPort": 2, "data": "AQI=", "objectJSON": '{"t": 1}'}
    uplink = opened(
        "chirpstack", {**document, "rxInfo": [{"rssi": -57, "loRaSNR": 10, "time": "2026-07-01T04:05:06.789Z"}]}
    )
    assert (uplink.device, uplink.json, uplink.snr, uplink.received_at) == (EUI, {"t": 1}, 10, AT)


def test_a_chirpstack_event_that_is_not_an_uplink_is_refused():
    with pytest.raises(Refused) as caught:
        opened("chirpstack", {"deviceInfo": {"devEui": EUI}, "batteryLevel": 50})
    assert caught.value.reason == "payload_not_uplink"


def test_the_things_stack():
    document = {
        "end_device_ids": {"device_id": "gauge-1", "dev_eui": EUI.upper()},
        "received_at": "2026-07-01T04:05:07.000000000Z",
        "uplink_message": {
            "f_port": 1,
            "f_cnt": 3,
            "frm_payload": "AQI=",
            "decoded_payload": {"t": 1},
            "received_at": "2026-07-01T04:05:06.789000123Z",
            "rx_metadata": [{"rssi": -35, "snr": 13.2}],
            "last_battery_percentage": {"value": 88.5},
        },
    }
    uplink = opened("the_things_stack", document)
    assert (uplink.device, uplink.name, uplink.port, uplink.data) == (EUI, "gauge-1", 1, b"\x01\x02")
    assert (uplink.json, uplink.received_at, uplink.battery) == ({"t": 1}, AT, 88.5)


def test_a_join_of_the_things_stack_is_not_an_uplink():
    with pytest.raises(Refused) as caught:
        opened("the_things_stack", {"end_device_ids": {"device_id": "x"}, "join_accept": {}})
    assert caught.value.reason == "payload_not_uplink"


def test_thingpark_writes_numbers_as_texts():
    inner = {"Time": "2026-07-01T12:05:06.789+08:00", "DevEUI": EUI, "FPort": "2", "FCntUp": "7", "payload_hex": "0102"}
    uplink = opened("thingpark", {"DevEUI_uplink": {**inner, "LrrRSSI": "-57.000000", "LrrSNR": "9.5"}})
    assert (uplink.port, uplink.counter, uplink.data, uplink.rssi, uplink.snr) == (2, 7, b"\x01\x02", -57, 9.5)
    assert uplink.received_at == AT


def test_loriot_gives_battery_as_the_device_status_byte():
    document = {"cmd": "rx", "EUI": EUI, "ts": 1782878706789, "port": 1, "data": "0102AABB", "bat": 254, "fcnt": 1}
    uplink = opened("loriot", document)
    assert (uplink.data, uplink.battery, uplink.received_at) == (bytes.fromhex("0102aabb"), 100, AT)
    assert opened("loriot", {**document, "bat": 255}).battery is None


def test_a_loriot_gateway_message_takes_the_best_gateway():
    document = {
        "cmd": "gw",
        "EUI": EUI,
        "port": 1,
        "data": "01",
        "gws": [{"rssi": -130, "snr": 1}, {"rssi": -90, "snr": 5}],
    }
    assert opened("loriot", document).rssi == -90


def test_plain_http_in_three_spellings():
    assert opened("http", {"imei": 861234567890123, "hex": "0102", "ts": 1782878706}).data == b"\x01\x02"
    lora = opened("http", {"devEUI": EUI, "fPort": 85, "data": "AXVc"})
    assert (lora.device, lora.data) == (EUI, b"\x01\x75\x5c")
    direct = opened("http", {"device": "gauge", "time": 1782878706789, "values": {"t": 1}})
    assert (direct.data, direct.json, direct.received_at) == (None, {"t": 1}, AT)


def test_a_flat_http_body_is_the_payload_itself():
    body = {"id": "gauge", "temperature": 21.5}
    assert opened("http", body).json == body


def test_aws_iot():
    radio = {
        "DevEui": EUI,
        "FPort": 103,
        "Timestamp": "2026-07-01T04:05:06.789Z",
        "Gateways": [{"Rssi": -69, "Snr": 9.5}],
    }
    uplink = opened("aws_iot", {"WirelessDeviceId": "x", "PayloadData": "AQI=", "WirelessMetadata": {"LoRaWAN": radio}})
    assert (uplink.device, uplink.port, uplink.data, uplink.rssi, uplink.received_at) == (
        EUI,
        103,
        b"\x01\x02",
        -69,
        AT,
    )


def test_an_envelope_that_is_a_list():
    shape = payload.shape({"device": "[0].bn", "hexadecimal": "[1].vs"})
    assert opened(shape, [{"bn": "urn:x"}, {"n": "payload", "vs": "0102"}]).data == b"\x01\x02"


def test_an_envelope_of_ones_own():
    shape = payload.shape({"device": "WirelessDeviceId", "base64": ["PayloadData"], "port": "Meta.LoRaWAN.FPort"})
    document = {"WirelessDeviceId": "abc", "PayloadData": "AQI=", "Meta": {"LoRaWAN": {"FPort": 103}}}
    assert opened(shape, document) == payload.Uplink(device="abc", port=103, data=b"\x01\x02")


@pytest.mark.parametrize("config", [None, {}, {"device": "a..b"}, {"device": 5}, {"device": "a", "colour": "b"}])
def test_a_wrong_envelope_is_refused_when_saved(config):
    with pytest.raises(payload.ConfigRefused):
        payload.shape(config)


@pytest.mark.parametrize(
    ("kind", "body", "reason"),
    [
        ("chirpstack", b"{", "payload_not_json"),
        ("chirpstack", b"[]", "payload_not_uplink"),
        ("telegraph", b"{}", "payload_kind"),
        ("http", b"{}", "payload_no_device"),
        ("http", b'{"id": true}', "payload_no_device"),
        ("loriot", b'{"EUI": "0102030405060708", "data": "xyz"}', "payload_bad_encoding"),
        ("json", b"[" * 100_000, "payload_not_json"),
        ("raw", bytes(1_048_577), "oversized"),
    ],
)
def test_bad_envelopes_are_refused_with_the_reason(kind, body, reason):
    with pytest.raises(Refused) as caught:
        payload.envelope(kind, body)
    assert caught.value.reason == reason


def test_every_kind_answers_to_its_name():
    assert payload.KINDS[0] == "chirpstack"
    assert payload.envelope("raw", b"\x01").data == b"\x01"
    assert payload.envelope("json", b"[1]").json == [1]


@pytest.mark.parametrize(
    "written",
    [
        "2026-0701T04:05:06.789Z",
        "20260701T040506.789Z",
        "2026-07-01 12:05:06.789+0800",
        1782878706.789,
        "1782878706789",
    ],
)
def test_sloppy_times_are_read(written):
    assert moment(written) == AT


@pytest.mark.parametrize("written", ["", "yesterday", "2026-13-01T00:00:00Z", 5, -1, 1e300, True, None, {}, "1e999"])
def test_impossible_times_are_none(written):
    assert moment(written) is None


def test_a_time_keeps_its_moment_in_any_zone():
    assert moment("2026-07-01T01:05:06.789-03:00") == AT.astimezone(timezone(timedelta(hours=-3)))
