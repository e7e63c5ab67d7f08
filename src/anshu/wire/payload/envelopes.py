# SPDX-License-Identifier: Apache-2.0
"""What a network server wraps around a device's payload: who sent it, on which port, when, how well received."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from anshu.wire.base import refuse
from anshu.wire.payload import limits
from anshu.wire.payload.decoder import read_json
from anshu.wire.payload.documents import unpacked
from anshu.wire.payload.functions import number_of_text
from anshu.wire.payload.machine import EARLIEST, LATEST
from anshu.wire.payload.operators import whole
from anshu.wire.payload.paths import ABSENT, follow, parts_of
from anshu.wire.payload.shapes import CHIRPSTACK_3, CHIRPSTACK_4, KINDS, SHAPES, Shape


@dataclass(frozen=True, slots=True, kw_only=True)
class Uplink:
    """One message of one device; exactly one of `data` and `json` is to be decoded, `json` if both are given."""

    device: str
    name: str = ""
    port: int | None = None
    data: bytes | None = None
    json: Any = None  # decoded by the network, or sent as JSON by the device
    received_at: datetime | None = None
    rssi: float | None = None  # dBm, of the gateway that heard best
    snr: float | None = None  # dB
    battery: float | None = None  # percent
    counter: int | None = None


_DATE = re.compile(
    r"(\d{4})-?(\d{2})-?(\d{2})[T ](\d{2}):?(\d{2})(?::?(\d{2})(?:[.,](\d{1,12}))?)?\s*(Z|[+-]\d{2}:?\d{2})?\Z"
)
_EUI = re.compile(r"[0-9A-Fa-f]{16}\Z")
_MOST_GATEWAYS = 64
_DEVICE_CHARACTERS = 128


def envelope(kind: str | Shape, body: bytes) -> Uplink:
    """This will open an envelope of a kind in KINDS, or of one's own shape; raise Refused."""
    if len(body) > limits.JSON_BYTES:
        refuse("oversized", 0, "", found=len(body), limit=limits.JSON_BYTES)
    if kind == "raw":
        return Uplink(device="", data=body)
    if isinstance(kind, str) and kind not in KINDS:
        refuse("payload_kind", 0, "", kind=kind[:60])
    document = read_json(body)
    if kind == "json":
        return Uplink(device="", json=document)
    if not isinstance(document, dict) and not (isinstance(kind, Shape) and isinstance(document, list)):
        refuse("payload_not_uplink", 0, "", found=type(document).__name__)
    return _opened(_shape(kind, document), document)


def _shape(kind: str | Shape, document: Any) -> Shape:
    if isinstance(kind, Shape):
        return kind
    if kind == "chirpstack":
        return CHIRPSTACK_4 if "deviceInfo" in document else CHIRPSTACK_3
    return SHAPES[kind]


def _opened(shape: Shape, document: Any) -> Uplink:
    if shape.marks and all(_find(document, (mark,)) is None for mark in shape.marks):
        refuse(
            "payload_not_uplink",
            0,
            "",
            found=", ".join(map(str, document))[:100] if isinstance(document, dict) else "list",
        )
    rssi, snr = _reception(shape, document)
    data = _data(shape, document)
    json = _first_object(document, shape.json)
    if data is None and json is None:
        data, json = (None, document) if shape.document else (b"", None)
    return Uplink(
        device=_device(shape, document),
        name=_text(_find(document, shape.name)),
        port=_whole(_find(document, shape.port)),
        data=data,
        json=json,
        received_at=moment(_find(document, shape.time)),
        rssi=rssi,
        snr=snr,
        battery=_battery(shape, document),
        counter=_whole(_find(document, shape.counter)),
    )


def _find(document: Any, paths: tuple[str, ...]) -> Any:
    for path in paths:
        found = follow(document, parts_of(path) or [])
        if found is not ABSENT and found is not None:
            return found
    return None


def _device(shape: Shape, document: Any) -> str:
    """This will name the device; an EUI is given in small letters, also when it came as Base64 (ChirpStack v3)."""
    text = _text(_find(document, shape.device)).strip()
    if not text:
        refuse("payload_no_device", 0, "", path=" | ".join(shape.device))
    if shape is CHIRPSTACK_3 and not _EUI.match(text):
        raw = unpacked(text, "base64")
        text = raw.hex() if raw is not None and len(raw) == 8 else text
    return text.lower() if _EUI.match(text) else text


def _text(found: Any) -> str:
    if isinstance(found, int) and not isinstance(found, bool):
        found = str(found) if whole(found) is not None and abs(found) < limits.LARGEST_WHOLE else ""
    return found[:_DEVICE_CHARACTERS] if isinstance(found, str) else ""


def _number(found: Any) -> float | None:
    if isinstance(found, str):
        found = number_of_text(found)
    if isinstance(found, bool) or not isinstance(found, int | float):
        return None
    return float(found) if abs(found) < 1e15 else None


def _whole(found: Any) -> int | None:
    number = _number(found)
    return int(number) if number is not None and number.is_integer() else None


def _data(shape: Shape, document: Any) -> bytes | None:
    for paths, encoding in ((shape.hexadecimal, "hex"), (shape.base64, "base64"), (shape.either, "either")):
        found = _find(document, paths)
        if isinstance(found, str):
            return _unpacked(found, encoding, " | ".join(paths), document)
    return None


def _unpacked(text: str, encoding: str, path: str, document: Any) -> bytes:
    """This will unpack; of an unsaid encoding, gateways (who tell the fPort) write Base64, others hexadecimal."""
    if encoding == "either":
        from_gateway = "fPort" in document or "f_port" in document
        encoding = "base64" if from_gateway or not re.fullmatch(r"(?:[0-9A-Fa-f]{2})*", text) else "hex"
    data = unpacked(text, encoding)
    if data is None:
        refuse("payload_bad_encoding", 0, "", path=path, encoding=encoding)
    if len(data) > limits.PAYLOAD_BYTES:
        refuse("oversized", 0, "", found=len(data), limit=limits.PAYLOAD_BYTES)
    return data


def _first_object(document: Any, paths: tuple[str, ...]) -> Any:
    for path in paths:
        found = _find(document, (path,))
        if isinstance(found, dict | list) and found:
            return found
        if path == "objectJSON" and isinstance(found, str) and found:
            return read_json(found.encode())
    return None


def _reception(shape: Shape, document: Any) -> tuple[float | None, float | None]:
    gateways = _find(document, shape.gateways)
    heard = gateways[:_MOST_GATEWAYS] if isinstance(gateways, list) and gateways else [document]
    pairs = [(_number(_find(each, shape.rssi)), _number(_find(each, shape.snr))) for each in heard]
    return max(pairs, key=lambda pair: -1e9 if pair[0] is None else pair[0])


def _battery(shape: Shape, document: Any) -> float | None:
    """This will give percent; of a DevStatusAns 0 is mains and 255 unknown (LoRaWAN 1.0.3, 5.5)."""
    percent = _number(_find(document, shape.battery_percent))
    if percent is not None:
        return percent if 0 <= percent <= 100 else None
    status = _number(_find(document, shape.battery_status))
    return round((status - 1) / 253 * 100, 1) if status is not None and 1 <= status <= 254 else None


def moment(found: Any) -> datetime | None:
    """This will read ISO 8601, sloppily spelled too, or s, ms or µs since 1970; None if impossible."""
    if isinstance(found, str):
        match = _DATE.match(found.strip()[:60])
        return _calendar(match) if match else moment(number_of_text(found))
    seconds = _number(found)
    while seconds is not None and seconds >= 1e11:
        seconds /= 1000
    return datetime.fromtimestamp(seconds, UTC) if seconds is not None and EARLIEST <= seconds < LATEST else None


def _calendar(match: re.Match[str]) -> datetime | None:
    zone = UTC
    if match[8] and match[8] != "Z":
        shift = timedelta(hours=int(match[8][1:3]), minutes=int(match[8][-2:]))
        zone = timezone(-shift if match[8][0] == "-" else shift) if shift < timedelta(hours=24) else UTC
    try:
        year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
        micro = int((match[7] or "0")[:6].ljust(6, "0"))
        read = datetime(year, month, day, hour, minute, second, micro, tzinfo=zone)
    except ValueError:
        return None
    return read if EARLIEST <= read.timestamp() < LATEST else None
