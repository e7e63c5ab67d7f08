# SPDX-License-Identifier: Apache-2.0
"""What is attacked: for each codec an entry that takes any bytes, seeds to begin from, and what it may hold back.

An entry raises nothing but what is a finding. A checksum would turn away nearly all that is made by chance, so that
half of the inputs are sealed first: their content is hostile, their frame is whole.
"""

import json
from binascii import crc_hqx
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from anshu.wire import gb26875, hj212, jt808, jt809, modbus, mqtt, payload, sl651, usgs
from anshu.wire.base import Answered, Command, Delivery, Refusal, Refused, Session, crc16_modbus
from anshu.wire.hj212.checksum import crc16_hj212
from anshu.wire.hj212.encryption import encrypt_region
from anshu.wire.jt809.session import write_secret
from anshu.wire.vehicles import Report
from tools.fuzzing import queries

NOW = datetime(2026, 6, 20, 7, 30, tzinfo=UTC)
# What a session may keep of one connection: the longest frame, packets waiting for the others, and what is being read.
MOST_KEPT = 4 << 20
_SECRET = "30" * 16
Attack = Callable[[bytes], None]
Seal = Callable[[bytes], bytes]


@dataclass(frozen=True)
class Target:
    """One codec under attack. The first byte of an input chooses what is done with the rest."""

    name: str
    attack: Attack
    seeds: Sequence[bytes]


class Finding(AssertionError):
    """Something that no input may cause."""


def _told(event: Any) -> None:
    """This will read what an event says, as the diagnosis and the command line do."""
    if isinstance(event, Refusal):
        for language in ("zh", "en"):
            event.fault.message(language)
    elif isinstance(event, Delivery):
        json.dumps([o.as_json() for o in event.observations], allow_nan=False)
        json.dumps(dict(event.parameters), allow_nan=False)
    elif isinstance(event, Answered):
        json.dumps(dict(event.detail), allow_nan=False)


def dialogue(make: Callable[[Any], Session], data: bytes, step: int, secret: str) -> None:
    """This will hold a whole dialogue: pieces in, answers out, a command asked, the line given up."""
    session = make(lambda address: secret)
    now = NOW
    given = 0
    for at in range(0, len(data), step):
        now += timedelta(seconds=1)
        for event in session.receive(data[at : at + step], now=now):
            _told(event)
            if isinstance(event, Delivery):
                given += len(event.raw)
                session.stored(event, now=now)
    for number, kind in enumerate(("set_clock", "fetch_now", "restart"), 1):
        try:
            session.command(Command(number, kind, {}), now=now)
        except Refused as refused:
            refused.fault.message("zh")
    for event in session.flush(now=now):
        _told(event)
    if session.pending:
        raise Finding("a flushed session still holds a frame back")
    if given > MOST_KEPT + 64 * len(data):
        raise Finding(f"{len(data)} bytes became {given}")


def _session(make: Callable[[Any], Session], seal: Seal, secret: str) -> Attack:
    def attack(data: bytes) -> None:
        if not data:
            return
        mode, rest = data[0], data[1:]
        if mode & 1:
            rest = b"".join(seal(part) for part in _parts(rest))
        step = 1 if mode & 2 and len(rest) < 400 else 1 + (mode >> 2 & 0x1F) * 61
        dialogue(make, rest, step, "" if mode & 0x80 else secret)

    return attack


def _parts(data: bytes) -> list[bytes]:
    """This will cut an input into contents of frames: so many packets of one message can follow each other."""
    return [part for part in data.split(b"\xfe\xed", 8) if part]


def seal_hj212(segment: bytes) -> bytes:
    """This will frame a data segment; one that says so (Flag of 2025) is encrypted, its checksum that of the plain."""
    segment = segment[:2000]
    head, mark, rest = segment.partition(b"CP=&&")
    check = crc16_hj212(segment)
    if mark and b"Flag=8" in head and rest.endswith(b"&&"):
        segment = head + mark + encrypt_region(rest[:-2], bytes.fromhex(_SECRET)) + b"&&"
    return b"##%04d%s%04X\r\n" % (len(segment), segment, check)


def seal_sl651(content: bytes) -> bytes:
    """This will frame what follows the start mark: length and CRC are made to hold."""
    if content[:1] == b"\x01" and content[1:9].isalnum():
        return content + b"%04X" % crc16_modbus(content)
    header, text = bytearray(content[:11].ljust(11, b"\0")), content[11:][:4000] or b"\x02\0\x03"
    up = header[9] & 0x80
    length = max(len(text) - 2, 1)
    header[9:11] = (up << 8 | length & 0xFFF).to_bytes(2, "big")
    framed = b"\x7e\x7e" + bytes(header) + text
    return framed + crc16_modbus(framed).to_bytes(2, "big")


def seal_jt808(content: bytes) -> bytes:
    """This will frame head and body, the body's length told truly."""
    data = bytearray(content[:1100].ljust(17, b"\0"))
    head = (17 if data[2] & 0x40 else 12) + (4 if data[2] & 0x20 else 0)
    if len(data) >= head:
        length = len(data) - head
        data[2:4] = (int.from_bytes(data[2:4], "big") & 0xFC00 | length & 0x3FF).to_bytes(2, "big")
    check = 0
    for byte in data:
        check ^= byte
    inside = b"".join({0x7E: b"\x7d\x02", 0x7D: b"\x7d\x01"}.get(b, bytes((b,))) for b in [*data, check])
    return b"\x7e" + inside + b"\x7e"


_ESCAPES_809 = {0x5B: b"\x5a\x01", 0x5A: b"\x5a\x02", 0x5D: b"\x5e\x01", 0x5E: b"\x5e\x02"}


def seal_jt809(content: bytes) -> bytes:
    """This will frame head and body, the whole length told truly."""
    data = (len(content) + 6).to_bytes(4, "big") + content[4:] if len(content) >= 4 else content
    data = (len(data) + 4).to_bytes(4, "big") + data[4:]
    data += crc_hqx(data, 0xFFFF).to_bytes(2, "big")
    return b"\x5b" + b"".join(_ESCAPES_809.get(byte, bytes((byte,))) for byte in data) + b"\x5d"


def seal_gb26875(content: bytes) -> bytes:
    """This will frame control unit and data unit, the unit's length told truly."""
    data = bytearray(content[:1100].ljust(25, b"\0"))
    data[22:24] = (len(data) - 25).to_bytes(2, "little")
    return b"\x40\x40" + bytes(data) + bytes((sum(data) % 256,)) + b"\x23\x23"


def _mqtt(data: bytes) -> None:
    if not data:
        return
    reader = mqtt.PacketReader(262_144)
    reader.version = 5 if data[0] & 1 else 4
    step = 1 + (data[0] >> 1)
    try:
        for at in range(1, len(data), step):
            for packet in reader.feed(data[at : at + step]):
                if isinstance(packet, mqtt.Packet):
                    _mqtt_body(packet, reader.version)
    except Refused as refused:
        refused.fault.message("zh")


def _mqtt_body(packet: mqtt.Packet, version: int) -> None:
    for read in (
        mqtt.read_connect,
        lambda body: mqtt.read_subscribe(body, version),
        lambda body: mqtt.read_subscribe(body, version, ending=True),
    ):
        try:
            read(packet.body)
        except Refused as refused:
            refused.fault.message("zh")


def _json_doors(data: bytes) -> None:
    for read in (payload.own_json, payload.columnar):
        _refusable(read, data)
    for kind in payload.KINDS:
        _refusable(lambda body, kind=kind: payload.envelope(kind, body), data)


def _refusable(read: Callable[[bytes], Any], data: bytes) -> Any:
    try:
        return read(data)
    except Refused as refused:
        refused.fault.message("zh")
        return None


_SHIPPED = [payload.load(payload.shipped.config(name)) for name in payload.shipped.names()]


def _shipped(data: bytes) -> None:
    """This will give a payload to one shipped decoder."""
    if len(data) < 3:
        return
    decoder = _SHIPPED[data[0] % len(_SHIPPED)]
    try:
        read = decoder.decode(data[2:], port=data[1] or None, received_at=NOW)
    except Refused as refused:
        refused.fault.message("zh")
        return
    json.dumps([each.as_json() for each in read.of("x")], allow_nan=False)


def _configuration(data: bytes) -> None:
    """This will take an input as configuration and payload: neither may run for ever or take the memory."""
    config, _, body = data.partition(b"\n\n")
    try:
        given = json.loads(config)
    except (ValueError, RecursionError):
        return
    try:
        decoder = payload.load(given)
    except payload.ConfigRefused as refused:
        str(refused)
        return
    _refusable(lambda raw: decoder.decode(raw, port=1, received_at=NOW), body)


def _modbus(data: bytes) -> None:
    try:
        given = json.loads(data)
    except (ValueError, RecursionError):
        return
    try:
        settings = modbus.ModbusSettings.parse(given)
    except modbus.SettingsRefused as refused:
        str(refused)
        return
    plan = modbus.Plan(settings.registers)
    answers = {request: [0x7FC0 + n & 0xFFFF for n in range(request.count)] for request in plan.requests}
    plan.observed(answers, "x", NOW)


def _usgs(data: bytes) -> None:
    read = _refusable(usgs.read_reply, data) or ()
    json.dumps([each.as_json() for each in read], allow_nan=False)


def _seeds(frames: Sequence[bytes], contents: Callable[[bytes], bytes]) -> list[bytes]:
    """This will begin from whole frames and from their contents, which are sealed again after each change."""
    modes = (b"\x3c", b"\xbc"), (b"\x3d", b"\xbd")
    whole = [mode + frame for frame in frames for mode in modes[0]]
    return whole + [mode + contents(frame) for frame in frames for mode in modes[1]]


def _hj212() -> Target:
    site = hj212.Site(thing="010000A8900016F000169DC0", version="2017")
    secret = hj212.Site(thing=site.thing, version="2025", key=bytes.fromhex(_SECRET))
    values = {"w01018": {"Rtd": 36.9, "Flag": "N"}, "a34004": {"Avg": 1, "Min": 0.5, "Max": 2, "Flag": "D"}}
    frames = []
    for each in (site, secret):
        for command in ("2011", "2051", "2061", "2031", "3019"):
            frames += hj212.encode_data(each, command, values, at=NOW, sent_at=NOW)
    plain = hj212.encode_data(replace(secret, key=None), "2011", values, at=NOW, sent_at=NOW, wants_reply=False)
    seeds = _seeds(frames[: len(frames) // 2], lambda raw: raw[6:-6]) + [b"\x3d" + raw[6:-6] for raw in plain]
    return Target("hj212", _session(hj212.Hj212Session, seal_hj212, _SECRET), seeds + [b"\x3c" + raw for raw in frames])


def _sl651() -> Target:
    station = sl651.Station("3308250001")
    group = sl651.Group(NOW, [("rain_1h", 12.5), ("water_level", -1.25), (0x38, 12.46)])
    sent: dict[str, Any] = {"serial": 7, "sent_at": NOW}
    frames = [sl651.encode_uplink(code, station, **sent, groups=[group]) for code in (0x30, 0x32, 0x33, 0x37, 0x44)]
    frames.append(sl651.encode_hourly(station, **sent, hour_end=NOW, rain_5min=[0.5] * 12, relative_level=[1.5] * 12))
    frames += sl651.encode_picture(station, **sent, observed_at=NOW, picture=bytes(range(256)) * 2)
    return Target("sl651", _session(sl651.Sl651Session, seal_sl651, ""), _seeds(frames, lambda raw: raw[2:-2]))


_REPORT = Report(observed_at=NOW, alarm=0x3, longitude=119.2, latitude=29.0, altitude=60.0, speed=40.0, course=90.0)


def _jt808() -> Target:
    frames = []
    for terminal in (jt808.Terminal("13900000001"), jt808.Terminal("13900000001", version=2019)):
        frames += [
            jt808.encode_register(terminal, serial=1, terminal_id="A1", plate="浙H12345"),
            jt808.encode_authenticate(terminal, serial=2, code="30"),
            jt808.encode_position(terminal, _REPORT, serial=3),
            *jt808.encode_positions(terminal, [_REPORT] * 3, serial=4),
            *jt808.encode_media(terminal, _REPORT, bytes(900), serial=9, media_id=1),
            jt808.encode_terminal_answer(terminal, serial=12, answers_serial=1, answers=0x8103, result=0),
        ]
    return Target("jt808", _session(jt808.Jt808Session, seal_jt808, "30"), _seeds(frames, _inside_808))


def _inside_808(raw: bytes) -> bytes:
    return raw[1:-1].replace(b"\x7d\x02", b"\x7e").replace(b"\x7d\x01", b"\x7d")[:-1]


def _jt809() -> Target:
    frames = []
    for platform in (jt809.Platform(33082500), jt809.Platform(33082500, version=2019)):
        sent: dict[str, Any] = {"serial": 1, "now": NOW}
        frames += [
            jt809.encode_login(platform, **sent, user=1, password="30"),
            jt809.encode_keep_alive(platform, **sent),
            jt809.encode_position(platform, **sent, plate="浙H12345", report=_REPORT),
            jt809.encode_positions(platform, **sent, plate="浙H12345", reports=[_REPORT] * 3),
        ]
    cipher = jt809.Cipher(10_000_000, 20_000_000, 30_000_000)
    sealed = jt809.Platform(33082500, cipher=cipher, key=77)
    frames.append(jt809.encode_position(sealed, serial=2, now=NOW, plate="浙H12345", report=_REPORT))
    secret = write_secret("30", cipher)
    return Target("jt809", _session(jt809.Jt809Session, seal_jt809, secret), _seeds(frames, _inside_809))


def _inside_809(raw: bytes) -> bytes:
    data = raw[1:-1]
    for plain, escaped in _ESCAPES_809.items():
        data = data.replace(escaped, bytes((plain,)))
    return data[:-2]


def _gb26875() -> Target:
    device = bytes.fromhex("790300000000")
    objects = {
        1: gb26875.system_object(1, 1, 2, NOW),
        2: gb26875.component_object((1, 1), 40, (10, 2), 2, NOW, "7楼烟感"),
        3: gb26875.analog_object((1, 1), 40, (10, 2), 2, 511, NOW),
        21: gb26875.device_object(1, NOW),
        24: gb26875.operation_object(32, 7, NOW),
    }
    frames = [gb26875.encode_uplink(device, kind, [each], serial=kind, sent_at=NOW) for kind, each in objects.items()]
    frames.append(gb26875.encode_uplink(device, None, serial=9, sent_at=NOW))
    return Target("gb26875", _session(gb26875.Gb26875Session, seal_gb26875, ""), _seeds(frames, lambda raw: raw[2:-3]))


def _body(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode()


_UPLINK = {"deviceInfo": {"devEui": "0102030405060708"}, "fPort": 85, "data": "AXVk", "time": "2026-07-01T00:00:00Z"}
_TTN = {
    "end_device_ids": {"dev_eui": "0102030405060708", "device_id": "x"},
    "uplink_message": {"f_port": 1, "frm_payload": "AXVk", "f_cnt": 7, "rx_metadata": [{"rssi": -90, "snr": 7.5}]},
}
_CONFIG = {
    "decode": [
        {"read": "u8", "at": 0, "name": "battery", "scale": 0.5, "unit": "%"},
        {"repeat": [{"read": "u16", "name": "level", "map": {"1-5": "a"}, "calc": "value * 2 + 1"}]},
    ]
}
_REGISTERS = {
    "host": "127.0.0.1",
    "registers": [{"address": 0, "property": "water_level", "type": "float32", "scale": 0.01, "missing": [-999]}],
}


_RIVERS = {
    "value": {
        "timeSeries": [
            {
                "sourceInfo": {"siteCode": [{"value": "01491000"}]},
                "variable": {"variableCode": [{"value": "00065"}], "unit": {"unitCode": "ft"}, "noDataValue": -999999},
                "values": [
                    {
                        "value": [
                            {"value": "4.87", "qualifiers": ["P"], "dateTime": "2026-07-01T08:00:00.000-05:00"},
                            {"value": "-999999", "qualifiers": ["P", "Ice"], "dateTime": "2026-07-01T08:15:00-05:00"},
                        ]
                    }
                ],
            }
        ]
    }
}


def targets() -> dict[str, Target]:
    """This will give every codec by name."""
    moment = {"time": 1_760_000_000_000, "values": {"water_level": 12.34, "rain": None}}
    columns = {"times": [1_760_000_000_000, "2026-07-01T08:00:00+08:00"][:1], "values": {"water_level": [1.5]}}
    v5_connect = bytes.fromhex("101000044d5154540502003c00000361 6263".replace(" ", ""))
    publish = bytes.fromhex("320f0005612f622f63000a") + b'{"a":1}'
    found = [
        _hj212(),
        _sl651(),
        _jt808(),
        _jt809(),
        _gb26875(),
        Target("mqtt", _mqtt, [b"\x00" + publish, b"\xff" + v5_connect, b"\x01" + publish * 3]),
        Target("json", _json_doors, [_body(each) for each in (moment, columns, _UPLINK, _TTN)]),
        Target("shipped", _shipped, [bytes((n, 85)) + bytes.fromhex("01756402671c0103686404") for n in range(40)]),
        Target("configuration", _configuration, [_body(_CONFIG) + b"\n\n" + bytes(range(64))]),
        Target("modbus", _modbus, [_body(_REGISTERS)]),
        Target("usgs", _usgs, [_body(_RIVERS)]),
        Target("sensorthings", queries.attack, queries.SEEDS),
    ]
    return {each.name: each for each in found}
