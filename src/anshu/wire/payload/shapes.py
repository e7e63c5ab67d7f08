# SPDX-License-Identifier: Apache-2.0
"""Where each network's envelope keeps what we need.

Field names from: ChirpStack `integration.proto` (v3) and `integration/integration.proto` (v4); The Things Stack
"Data formats"; ThingPark "LRC-AS tunnel interface" (DevEUI_uplink); LORIOT "Uplink data message"; AWS IoT Wireless.
"""

from dataclasses import dataclass
from typing import Any

from anshu.wire.payload.paths import parts_of
from anshu.wire.payload.problems import ConfigRefused, Problem


@dataclass(frozen=True, slots=True)
class Shape:
    """Where an envelope keeps things: paths, the first that is there wins."""

    device: tuple[str, ...]
    name: tuple[str, ...] = ()
    port: tuple[str, ...] = ()
    hexadecimal: tuple[str, ...] = ()
    base64: tuple[str, ...] = ()
    either: tuple[str, ...] = ()
    json: tuple[str, ...] = ()
    time: tuple[str, ...] = ()
    gateways: tuple[str, ...] = ()
    rssi: tuple[str, ...] = ()  # within a gateway where there is a list of them
    snr: tuple[str, ...] = ()
    battery_percent: tuple[str, ...] = ()
    battery_status: tuple[str, ...] = ()  # 1..254 as in the LoRaWAN DevStatusAns
    counter: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()  # an uplink has one of these; without, the message is of another kind
    document: bool = False  # the whole body is the device's own JSON when no payload is found


CHIRPSTACK_3 = Shape(
    device=("devEUI",),
    name=("deviceName",),
    port=("fPort",),
    base64=("data",),
    json=("object", "objectJSON"),
    time=("publishedAt", "time", "rxInfo[0].time"),
    gateways=("rxInfo",),
    rssi=("rssi",),
    snr=("loRaSNR", "snr"),
    counter=("fCnt",),
    marks=("fPort", "data", "fCnt"),
)
CHIRPSTACK_4 = Shape(
    device=("deviceInfo.devEui",),
    name=("deviceInfo.deviceName",),
    port=("fPort",),
    base64=("data",),
    json=("object",),
    time=("time", "rxInfo[0].nsTime", "rxInfo[0].time"),
    gateways=("rxInfo",),
    rssi=("rssi",),
    snr=("snr",),
    counter=("fCnt",),
    marks=("fPort", "data", "fCnt"),
)
_THE_THINGS_STACK = Shape(
    device=("end_device_ids.dev_eui", "end_device_ids.device_id"),
    name=("end_device_ids.device_id",),
    port=("uplink_message.f_port",),
    base64=("uplink_message.frm_payload",),
    json=("uplink_message.decoded_payload",),
    time=("uplink_message.received_at", "received_at"),
    gateways=("uplink_message.rx_metadata",),
    rssi=("rssi", "channel_rssi"),
    snr=("snr",),
    battery_percent=("uplink_message.last_battery_percentage.value",),
    counter=("uplink_message.f_cnt",),
    marks=("uplink_message",),
)
_THINGPARK = Shape(
    device=("DevEUI_uplink.DevEUI",),
    name=("DevEUI_uplink.CustomerData.name",),
    port=("DevEUI_uplink.FPort",),
    hexadecimal=("DevEUI_uplink.payload_hex",),
    json=("DevEUI_uplink.payload",),
    time=("DevEUI_uplink.Time",),
    rssi=("DevEUI_uplink.LrrRSSI",),
    snr=("DevEUI_uplink.LrrSNR",),
    battery_status=("DevEUI_uplink.BatteryLevel",),
    counter=("DevEUI_uplink.FCntUp",),
    marks=("DevEUI_uplink",),
)
_LORIOT = Shape(
    device=("EUI",),
    port=("port",),
    hexadecimal=("data",),
    json=("decoded.data", "decoded"),
    time=("ts",),
    gateways=("gws",),
    rssi=("rssi",),
    snr=("snr",),
    battery_status=("bat",),
    counter=("fcnt",),
    marks=("data", "decoded"),
)
_AWS = Shape(
    device=("WirelessMetadata.LoRaWAN.DevEui", "WirelessDeviceId"),
    port=("WirelessMetadata.LoRaWAN.FPort",),
    base64=("PayloadData",),
    time=("WirelessMetadata.LoRaWAN.Timestamp",),
    gateways=("WirelessMetadata.LoRaWAN.Gateways",),
    rssi=("Rssi",),
    snr=("Snr",),
    counter=("WirelessMetadata.LoRaWAN.FCnt",),
    marks=("PayloadData",),
)
_HTTP = Shape(
    device=(
        *("device", "deviceId", "device_id", "devEUI", "devEui", "dev_eui", "hardware_serial"),
        *("imei", "sn", "serial", "dev_id", "id"),
    ),
    name=("deviceName", "device_name", "name"),
    port=("fPort", "f_port", "FPort", "port"),
    hexadecimal=("payload_hex", "payloadHex", "hex"),
    base64=("frm_payload", "payload_raw", "payloadRaw"),
    either=("data", "payload", "raw"),
    json=("object", "values", "payload", "data"),
    time=("time", "timestamp", "ts", "received_at", "receivedAt", "reportedAt", "metadata.time"),
    gateways=("rxInfo", "gateways", "gws", "metadata.gateways"),
    rssi=("rssi",),
    snr=("loRaSNR", "snr"),
    counter=("fCnt", "fcnt", "counter"),
    document=True,
)

SHAPES: dict[str, Shape] = {
    "chirpstack_v3": CHIRPSTACK_3,
    "chirpstack_v4": CHIRPSTACK_4,
    "the_things_stack": _THE_THINGS_STACK,
    "thingpark": _THINGPARK,
    "loriot": _LORIOT,
    "aws_iot": _AWS,
    "http": _HTTP,
}
KINDS = ("chirpstack", *SHAPES, "json", "raw")


def shape(config: Any) -> Shape:
    """This will check one's own shape, {"device": "a.b", "hexadecimal": ["x", "y"], …}; raise ConfigRefused."""
    fields = Shape.__dataclass_fields__
    if not isinstance(config, dict) or "device" not in config:
        raise ConfigRefused([Problem("device", "config_absent", {"key": "device"})])
    problems: list[Problem] = []
    found: dict[str, Any] = {}
    for key, given in config.items():
        if key not in fields:
            problems.append(Problem(str(key)[:60], "config_unknown_key", {"key": str(key)[:60]}))
        elif key == "document":
            found[key] = given is True
        else:
            found[key] = _checked(key, given, problems)
    if problems:
        raise ConfigRefused(problems)
    return Shape(**found)


def _checked(key: str, given: Any, problems: list[Problem]) -> tuple[str, ...]:
    listed = given if isinstance(given, list) else [given]
    for path in listed[:16]:
        if not isinstance(path, str) or len(path) > 200 or not path or parts_of(path) is None:
            problems.append(Problem(key, "config_bad_path", {"found": str(path)[:60]}))
    return tuple(each for each in listed[:16] if isinstance(each, str))
