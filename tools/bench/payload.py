# SPDX-License-Identifier: Apache-2.0
"""Device payloads: our own JSON, envelopes and configured decoding, microseconds each."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from anshu.wire import payload
from anshu.wire.base import Refused
from tools.bench.report import Target, finish

_START_MS = 1_760_000_000_000
_NOW = datetime(2026, 7, 1, tzinfo=UTC)


def measure(*, as_json: bool) -> int:
    """This will time each door of the package, the best of seven rounds."""
    times = [_START_MS + 1000 * index for index in range(100)]
    column = {"times": times, "values": {"water_level": [12.34 + index / 100 for index in times]}}
    table = {"times": times[:10], "values": {f"p{n}": [12.34] * 10 for n in range(10)}}
    single = {"time": _START_MS, "values": {"water_level": 12.34}}
    dated = {
        "times": [f"2026-07-01T08:{n // 60:02}:{n % 60:02}+08:00" for n in range(100)],
        "values": {"t": [1.5] * 100},
    }
    decoder = payload.load(payload.shipped.config("milesight_gs301"))
    raw = bytes.fromhex("01756402671c01036864047d0000057d0100")
    uplink = {"deviceInfo": {"devEui": "0102030405060708"}, "fPort": 85, "data": "AXVk", "time": "2026-07-01T00:00:00Z"}
    targets = [
        Target("own_json, 1 value", _microseconds(payload.own_json, _body(single)), "µs", 4),
        Target("columnar, 100 times of 1", _microseconds(payload.columnar, _body(column)), "µs", 30),
        Target("columnar, 10 times of 10", _microseconds(payload.columnar, _body(table)), "µs", 30),
    ]
    details: dict[str, object] = {
        "columnar, 100 written times, µs": _microseconds(payload.columnar, _body(dated)),
        "decode, 5 values, µs": _microseconds(lambda body: decoder.decode(body, port=85, received_at=_NOW), raw),
        "envelope, µs": _microseconds(lambda body: payload.envelope("chirpstack", body), _body(uplink)),
        "load, µs": _microseconds(payload.load, payload.shipped.config("milesight_em400_udl"), 200),
        "slowest refusal, ms": _slowest_refusal(),
    }
    return finish("payload", targets, as_json=as_json, details=details)


def _body(document: dict[str, Any]) -> bytes:
    return json.dumps(document).encode()


def _microseconds(call: Callable[[Any], object], given: Any, times: int = 5_000) -> float:
    best = float("inf")
    for _ in range(7):
        start = time.perf_counter()
        for _ in range(times):
            call(given)
        best = min(best, (time.perf_counter() - start) / times)
    return round(best * 1e6, 2)


def _slowest_refusal() -> float:
    """This will run configurations made to be slow, each to the end of its allowance."""
    parts = {"value": "part(s + s, ',', 5)", "name": "q"}
    split = {"read": "u8", "at": 0, "into": [{"bits": [0, 1], "scale": 0.1, "map": {"1-5": "a"}, "name": "q"}] * 200}
    long = {"read": "u8", "at": 0, "calc": "+".join(["value"] * 99), "name": "q"}
    slowest = 0.0
    for step in (parts, split, long, {"value": "crc16_modbus(0, 60)", "name": "q"}):
        setting = {"value": f"'{'a,' * 250}'", "name": "s"}
        decoder = payload.load({"decode": [setting, {"repeat": [step]}]})
        start = time.perf_counter()
        try:
            decoder.decode(bytes(65_536), port=1, received_at=_NOW)
        except Refused:
            slowest = max(slowest, time.perf_counter() - start)
    return round(slowest * 1e3, 1)
