# SPDX-License-Identifier: Apache-2.0
"""`anshu wire decode` of MQTT packets, networks' messages, payloads, Modbus answers, USGS replies and our own JSON."""

import base64
import json
from datetime import UTC, datetime

import pytest

from anshu.wire import payload
from anshu.wire.lines import PROTOCOLS, Means, decode_lines
from anshu.wire.modbus import ModbusSettings
from anshu.wire.mqtt import packets

NOW = datetime(2026, 7, 1, 8, tzinfo=UTC)
EUI = "0102030405060708"
LEVEL = bytes.fromhex("01755c" + "03771400")
SWL = payload.load(payload.shipped.config("milesight_em500_swl"))
OWN = '{"time": 1783144800000, "values": {"water_level": 44.2, "voltage": null}}'
COLUMNS = '{"times": [1783144800000, 1783145100000], "values": {"water_level": [44.2, 44.3]}, "thing": "G1/2"}'


def told(protocol, *lines, **given):
    return list(decode_lines(protocol, lines, Means(received_at=NOW, **given)))


def values(out):
    return {each["property"]: each["value"] for each in out["observations"]}


def connect(version=packets.V311, name="G1", password=b"secret"):
    head = b"\0\x04MQTT" + bytes((version, 0xC2)) + (60).to_bytes(2, "big")
    head += b"\0" if version == packets.V5 else b""
    texts = [b"client", name.encode(), password]
    return packets.packet(packets.CONNECT, head + b"".join(len(each).to_bytes(2, "big") + each for each in texts))


def test_every_protocol_of_the_platform_can_be_read():
    assert set(PROTOCOLS) == {
        *("gb26875", "hj212", "jt808", "jt809", "sl651", "mqtt", "modbus", "usgs", "json", "payload"),
        *payload.NETWORKS,
    }


def test_our_own_json_is_read_by_the_line():
    (out,) = told("json", OWN, device="G1")
    assert out["message"] | {"parameters": 0} == {
        "protocol": "json",
        "thing": "G1",
        "kind": "moment",
        "direction": "up",
        "serial": None,
        "sent_at": "2026-07-04T06:00:00+00:00",
        "parameters": 0,
    }
    assert [(each["value"], each["quality"]) for each in out["observations"]] == [(44.2, "good"), (None, "missing")]


def test_columns_give_an_observation_of_each_moment():
    (out,) = told("json", COLUMNS)
    assert out["message"]["kind"] == "columns"
    assert [(each["thing"], each["time"][11:16], each["value"]) for each in out["observations"]] == [
        ("G1/2", "06:00", 44.2),
        ("G1/2", "06:05", 44.3),
    ]


def test_a_document_may_take_many_lines_or_one_each():
    pretty = json.dumps(json.loads(OWN), indent=2).splitlines(keepends=True)
    assert len(told("json", *pretty)) == 1
    assert [each["ok"] for each in told("json", "# a note", OWN, "", "hello", OWN.encode().hex())] == [
        True,
        False,
        True,
    ]


def test_a_damaged_document_over_many_lines_gives_one_error():
    pretty = json.dumps(json.loads(OWN), indent=2).replace("44.2,", "44.2;").splitlines(keepends=True)
    (out,) = told("json", *pretty)
    assert (out["ok"], out["error"]["reason"]) == (False, "payload_not_json")


@pytest.mark.parametrize(
    ("network", "document"),
    [
        ("chirpstack", {"deviceInfo": {"devEui": EUI}, "fPort": 85, "data": "{data}", "fCnt": 9}),
        (
            "tts",
            {
                "end_device_ids": {"dev_eui": EUI},
                "uplink_message": {"f_port": 85, "f_cnt": 9, "frm_payload": "{data}", "decoded_payload": {"t": 1}},
            },
        ),
        ("thingpark", {"DevEUI_uplink": {"DevEUI": EUI, "FPort": "85", "FCntUp": "9", "payload_hex": "{hex}"}}),
        ("loriot", {"cmd": "rx", "EUI": EUI, "port": 85, "fcnt": 9, "data": "{hex}"}),
        (
            "aws",
            {"PayloadData": "{data}", "WirelessMetadata": {"LoRaWAN": {"DevEui": EUI, "FPort": 85, "FCnt": 9}}},
        ),
        ("plain", {"device": EUI, "payload_hex": "{hex}", "fPort": 85}),
    ],
)
def test_an_uplink_of_each_network_is_opened_and_its_payload_read(network, document):
    line = json.dumps(document)
    line = line.replace("{data}", base64.b64encode(LEVEL).decode()).replace("{hex}", LEVEL.hex())
    (plain,) = told(network, line)
    (out,) = told(network, line, decoder=SWL)
    assert (plain["ok"], plain["observations"], plain["message"]["parameters"]["data"]) == (True, [], LEVEL.hex())
    assert (out["message"]["thing"], out["message"]["parameters"]["port"]) == (EUI, 85)
    assert values(out) == {"battery": 92, "submersible_level": 20}
    assert out["observations"][1]["unit"] == "cm"


def test_what_a_network_decoded_is_no_payload_for_a_decoder_of_bytes():
    (out,) = told("plain", json.dumps({"device": EUI, "level": 3}), decoder=SWL)
    assert out["error"]["reason"] == "payload_wrong_input"


def test_a_join_is_no_uplink():
    (out,) = told("chirpstack", json.dumps({"deviceInfo": {"devEui": EUI}, "devAddr": "00"}))
    assert out["error"]["reason"] == "payload_not_uplink"


def test_payloads_are_read_by_port():
    by_port = payload.load(
        {"decode": [{"switch": "port", "cases": {"2": {"read": "u8", "property": "a", "unit": "1"}}}]}
    )
    assert values(*told("payload", "07", decoder=by_port, port=2)) == {"a": 7}
    (out,) = told("payload", "07", decoder=by_port, port=3)
    assert (out["error"]["reason"], out["error"]["clause"]) == ("payload_unknown", "decode[0]")


def test_mqtt_packets_are_read_with_what_they_carry():
    frames = [
        connect(),
        packets.publish(packets.V311, "anshu/G1/up", OWN.encode(), packet_id=7),
        packets.acknowledgement(packets.PUBACK, packets.V311, 7),
        packets.publish(packets.V311, "anshu/G1/raw/85", LEVEL),
        packets.publish(packets.V311, "anshu/G1/down", b'{"id": 1, "command": "fetch_now"}'),
    ]
    out = told("mqtt", *(each.hex() for each in frames), decoder=SWL)
    assert [(each["message"]["kind"], each["message"]["direction"]) for each in out] == [
        ("connect", "up"),
        ("publish", "up"),
        ("puback", "down"),
        ("publish", "up"),
        ("publish", "down"),
    ]
    assert "secret" not in json.dumps(out)
    assert values(out[1])["water_level"] == 44.2
    assert (out[1]["message"]["serial"], out[2]["message"]["serial"]) == (7, 7)
    assert values(out[3]) == {"battery": 92, "submersible_level": 20}
    assert "fetch_now" in out[4]["message"]["parameters"]["text"]


def test_a_connect_says_the_version_of_what_follows():
    five = packets.publish(packets.V5, "anshu/G1/up", OWN.encode(), packet_id=7)
    assert values(told("mqtt", connect(packets.V5).hex(), five.hex())[1])["water_level"] == 44.2
    (alone,) = told("mqtt", five.hex())
    assert alone["error"]["reason"] == "payload_not_json"


@pytest.mark.parametrize(
    ("packet", "reason"),
    [
        (packets.publish(packets.V311, "anshu/G1/up", OWN.encode())[:-1], "truncated"),
        (packets.packet(packets.PINGREQ, b"") * 2, "trailing_bytes"),
        (packets.publish(packets.V311, "anshu/G1/sideways", b"1"), "bad_field"),
        (packets.packet(0, b""), "unknown_function"),
    ],
)
def test_a_packet_that_makes_no_sense_is_refused_in_one_line(packet, reason):
    (out,) = told("mqtt", packet.hex())
    assert (out["ok"], out["error"]["reason"]) == (False, reason)
    assert out["error"]["message_zh"]


REGISTERS = ModbusSettings.parse(
    {
        "host": "192.0.2.10",
        "registers": [
            {"function": 4, "address": 30, "type": "float32", "property": "water_level", "unit": "m"},
            {"function": 3, "address": 0, "property": "rain", "unit": "mm", "scale": 0.1},
            {"function": 3, "address": 100, "property": "battery", "unit": "%"},
            {"function": 1, "address": 3, "property": "fire.alarm"},
        ],
    }
)
# Header of 3.1.3: transaction, protocol 0, length, unit.
LEVEL_ANSWER = "0001 0000 0007 01 04 04 41 4A 00 00"


def test_a_modbus_answer_is_read_by_the_settings():
    (out,) = told("modbus", LEVEL_ANSWER, settings=REGISTERS, device="M1")
    assert (out["message"]["thing"], out["message"]["parameters"]["address"]) == ("M1", 30)
    assert values(out) == {"water_level": 12.625}


def test_a_question_before_its_answer_tells_what_was_asked():
    question, answer = "0002 0000 0006 01 03 0064 0001", "0002 0000 0005 01 03 02 00 5A"
    (alone,) = told("modbus", answer, settings=REGISTERS)
    assert alone["error"]["reason"] == "modbus_unasked"
    asked, out = told("modbus", question, answer, settings=REGISTERS)
    assert (asked["message"]["kind"], asked["message"]["direction"]) == ("question", "down")
    assert values(out) == {"battery": 90}


def test_coils_and_words_without_settings():
    (coils,) = told("modbus", "0003 0000 0004 01 01 01 01", settings=REGISTERS)
    assert values(coils) == {"fire.alarm": 1}
    (words,) = told("modbus", LEVEL_ANSWER)
    assert words["message"]["parameters"]["words"] == [0x414A, 0]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("0001 0000 0003 01 83 02", "modbus_exception"),
        ("0001 0000 0003 01 2B 02", "unknown_function"),
        ("0001 0000 0009 01 04 04 41 4A 00 00", "bad_length"),
        ("0001 0001 0007 01 04 04 41 4A 00 00", "bad_header"),
        ("0001 0000 0006 01 04 04 41 4A 00", "bad_length"),
        ("0001", "truncated"),
    ],
)
def test_a_modbus_packet_that_says_no_value_is_refused(line, reason):
    (out,) = told("modbus", line, settings=REGISTERS)
    assert (out["ok"], out["error"]["reason"]) == (False, reason)


def test_a_reply_of_a_river_station_is_read():
    series = {
        "sourceInfo": {"siteCode": [{"value": "01491000"}]},
        "variable": {"variableCode": [{"value": "00065"}], "unit": {"unitCode": "ft"}, "noDataValue": -999999.0},
        "values": [{"value": [{"value": "10", "dateTime": "2019-02-14T00:15:00.000-05:00", "qualifiers": ["A"]}]}],
    }
    reply = json.dumps({"value": {"timeSeries": [series]}}, indent=1)
    (out,) = told("usgs", *reply.splitlines(keepends=True))
    assert (out["message"]["thing"], out["message"]["kind"]) == ("01491000", "reply")
    assert out["observations"][0]["value"] == pytest.approx(3.048)
