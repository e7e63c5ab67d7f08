# SPDX-License-Identifier: Apache-2.0
"""What the demonstration's other devices say, each through the door of its protocol."""

import json
import socket
import struct
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from urllib.request import Request, urlopen

from django.utils import timezone

from anshu.project.demo import devices
from anshu.wire import gb26875, hj212
from anshu.wire.mqtt.sending import connect, publish
from anshu.wire.sl651 import Group, Station, encode_uplink

Addresses = Mapping[str, tuple[str, int]]
PATIENCE_S = 60.0
SMOKE_DETECTOR = 40  # GB/T 26875.3-2011 table 5
FIRE_SYSTEM = (1, 1)  # a fire alarm controller, the first
COMPONENT_STATE, DEVICE_STATE = 2, 21  # table 3
NORMAL = 1  # 8.2.1.8: the device works
FIRE = 0b11  # table 8.2.1.2: running, fire
EXTRA = 0x33
# What the soil station kept while it was cut off, and pours out at once: twenty seconds of what a device may send.
KEPT, KEPT_AT_ONCE, KEPT_STEP_S = 12_000, 200, 1
_QOS_1 = 4


def tell(addresses: Addresses, say: Callable[[str], None]) -> None:
    """This will have every one of them say its part; raises OSError where a door does not answer."""
    now = timezone.localtime()
    outlet(addresses["hj212"], now, cod=118.6)
    say("HJ 212:经开区造纸企业排放口化学需氧量 118.6 mg/L,超过设定限值")
    smoke(addresses["gb26875"], now)
    say("GB/T 26875.3:养老服务中心三楼活动室感烟探测器火警")
    tilt(addresses["http"], now, degrees=2.7)
    say("LoRaWAN:庙下滑坡倾角仪 2.7°,载荷由声明式解码配置读出")
    stranger(addresses["sl651"], now)
    say("一台未登记的水位站来报,报文在隔离区等待认领")
    flood(addresses["mqtt"], now)
    say(f"MQTT:石佛墒情站一次补发 {KEPT} 个值,超量上报,平台放慢读取,没有丢")


def outlet(address: tuple[str, int], now: datetime, *, cod: float) -> None:
    """This will report an enterprise's waste water (HJ 212-2017, 2011)."""
    site = hj212.Site(thing=devices.PLANT, password=devices.PLANT_SECRET)
    values = {"cod": cod, "ph": 7.4, "ammonia_nitrogen": 4.2, "wastewater_flow": 21.5}
    told: dict[str, dict[str, str | float]] = {name: {"Rtd": value, "Flag": "N"} for name, value in values.items()}
    frames = hj212.encode_data(site, "2011", told, at=now.replace(second=0, microsecond=0), sent_at=now)
    _send(address, *frames)


def smoke(address: tuple[str, int], now: datetime, *, state: int = FIRE) -> None:
    """This will report a smoke detector behind its transmission device (8.2.1.2)."""
    host = bytes.fromhex(devices.FIRE_HOST)
    detector = gb26875.component_object(FIRE_SYSTEM, SMOKE_DETECTOR, (3, 12), state, now, "三楼活动室")
    _send(address, gb26875.encode_uplink(host, COMPONENT_STATE, [detector], serial=1, sent_at=now))
    works(address, now)


def works(address: tuple[str, int], now: datetime) -> None:
    """This will report that the transmission device itself works (8.2.1.8)."""
    host = bytes.fromhex(devices.FIRE_HOST)
    state = gb26875.device_object(NORMAL, now)
    _send(address, gb26875.encode_uplink(host, DEVICE_STATE, [state], serial=2, sent_at=now))


def tilt(address: tuple[str, int], now: datetime, *, degrees: float) -> None:
    """This will post an uplink as a LoRaWAN network server does: channel, type, value, little-endian."""
    payload = bytes((0x01, 0x75, 92)) + bytes((0x03, 0xCF)) + struct.pack("<hhhB", round(degrees * 100), -40, 8950, 0)
    body = {"devEui": devices.TILT_EUI, "fPort": 85, "payload_hex": payload.hex(), "time": now.isoformat(),
            "rssi": -97, "snr": 6.5}  # fmt: skip
    token = f"Bearer {devices.LORA_TOKEN}.{devices.LORA_SECRET}"
    request = Request(
        f"http://{address[0]}:{address[1]}/uplinks/plain", json.dumps(body).encode(), {"Authorization": token}
    )
    with urlopen(request, timeout=PATIENCE_S) as answer:
        answer.read()


def stranger(address: tuple[str, int], now: datetime) -> None:
    """This will have a river station report that nobody has registered."""
    at = now.replace(second=0, microsecond=0)
    sender = Station(devices.STRANGER, password="1234", station_class="H")
    values = [("water_level", 47.31), ("rain_1h", 6.5), ("voltage", 12.6)]
    _send(address, encode_uplink(EXTRA, sender, serial=1, sent_at=at, groups=[Group(at, values)]))


def flood(address: tuple[str, int], now: datetime) -> None:
    """This will have a soil station pour out what it kept; it is read no faster than a device may send."""
    with socket.create_connection(address, timeout=PATIENCE_S) as line:
        line.sendall(connect(devices.SOIL, devices.SOIL_SECRET, version=_QOS_1))
        _receive(line, 4)
        topic = f"anshu/{devices.SOIL}/up".encode()
        first = now.replace(microsecond=0) - timedelta(seconds=KEPT * KEPT_STEP_S)
        for number, start in enumerate(range(0, KEPT, KEPT_AT_ONCE), start=1):
            line.sendall(publish(topic, number, _kept(first, start), version=_QOS_1))
        _receive(line, 4 * (KEPT // KEPT_AT_ONCE))


def _kept(first: datetime, start: int) -> bytes:
    seconds = range(start, start + KEPT_AT_ONCE)
    times = [round((first + timedelta(seconds=each * KEPT_STEP_S)).timestamp() * 1000) for each in seconds]
    moisture = [round(24.0 + 9.0 * each / KEPT + 0.3 * (each % 7), 1) for each in seconds]
    return json.dumps({"times": times, "values": {"soil_moisture_10cm": moisture}}).encode()


def _send(address: tuple[str, int], *frames: bytes) -> None:
    """This will send frames and wait for an answer, which comes when they are stored."""
    with socket.create_connection(address, timeout=PATIENCE_S) as line:
        for frame in frames:
            line.sendall(frame)
        _receive(line, 1)


def _receive(line: socket.socket, size: int) -> None:
    while size > 0:
        got = len(line.recv(4096))
        if not got:
            raise ConnectionResetError("the platform closed the connection")
        size -= got
