# SPDX-License-Identifier: Apache-2.0
"""Compares our decoder with a folder of other people's pairs: payload*.json beside the result*.json it should give.

Run: python -m tools.payload_pairs FOLDER KEYS, where KEYS is a JSON file
{model: {"config": shipped name or path, "keys": {theirs: ours}}}.
Results are those of ThingsBoard: telemetry[] of ts (ms) and values, attributes. A word is compared with the label of
our reading, true and false with 1 and 0, numbers to 1e-9 of themselves. `theirs` may name an attribute as well,
and `ours` may be uplink.rssi, uplink.snr or uplink.battery.
Attributes that only repeat the envelope are compared with the envelope (eui, fPort) or passed over (ENVELOPE).
"""

import json
import math
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from anshu.wire import payload
from anshu.wire.base import Refused

# Network folders of the collection -> kinds of envelope.
NETWORKS = {
    "ChirpStack": "chirpstack",
    "HTTP": "http",
    "LORIOT": "loriot",
    "ThingPark": "thingpark",
    "ThingsStackCommunity": "the_things_stack",
    "ThingsStackIndustries": "the_things_stack",
}
ENVELOPE = frozenset(
    {"applicationId", "applicationName", "bandwidth", "cluster_address", "cluster_adress", "cluster_id", "codeRate"}
    | {"devAddr", "deviceProfileId", "deviceProfileName", "device_id", "frequency", "join_eui", "net_id"}
    | {"spreadingFactor", "tenantId", "tenantName", "eui", "fPort"}
)


@dataclass(frozen=True, slots=True)
class Pair:
    """One uplink and what it should give."""

    model: str
    network: str
    sent: Path
    expected: Path

    def __str__(self) -> str:
        return f"{self.model}-{self.network}-{self.sent.stem}"


def pairs(folder: Path) -> Iterator[Pair]:
    """This will find every pair below a folder of maker/model/network/uplink."""
    for sent in sorted(folder.rglob("uplink/payload*.json")):
        expected = sent.with_name(sent.name.replace("payload", "result", 1))
        if expected.exists():
            yield Pair(sent.parents[2].name, sent.parents[1].name, sent, expected)


def differences(pair: Pair, decoder: payload.Decoder, keys: Mapping[str, str]) -> list[str]:
    """This will list what differs between our decoding and the expected result."""
    expected = json.loads(pair.expected.read_text(encoding="utf-8"))
    try:
        uplink = payload.envelope(NETWORKS.get(pair.network, "http"), pair.sent.read_bytes())
        received = uplink.received_at or datetime.now(UTC)
        given: Any = uplink.json if decoder.takes_json else uplink.data
        decoded = decoder.decode(given if given is not None else b"", port=uplink.port, received_at=received)
    except Refused as refused:
        return [f"refused: {refused}"]
    radio = {"uplink.rssi": uplink.rssi, "uplink.snr": uplink.snr, "uplink.battery": uplink.battery}
    return [*_envelope(uplink, expected), *_content(decoded, expected, keys, radio)]


def _envelope(uplink: payload.Uplink, expected: dict[str, Any]) -> Iterator[str]:
    attributes = expected.get("attributes", {})
    for key, found in (("eui", uplink.device), ("fPort", uplink.port)):
        if key in attributes and str(attributes[key]).lower() != str(found):
            yield f"{key}: {attributes[key]} expected, {found} found"


def _content(
    decoded: payload.Decoded, expected: dict[str, Any], keys: Mapping[str, str], radio: Mapping[str, float | None]
) -> Iterator[str]:
    ours: dict[tuple[str, int | None], list[Any]] = {}
    for each in decoded.observations:
        ours[each.property, round(each.time.timestamp() * 1e6) // 1000] = [each.value, each.label]
    for key, text in decoded.attributes.items():
        ours[key, None] = [None, text]
    theirs = [(key, value, None) for key, value in expected.get("attributes", {}).items() if key not in ENVELOPE]
    for row in _rows(expected.get("telemetry", [])):
        theirs += [(key, value, row["ts"]) for key, value in row["values"].items()]
    for key, value, ts in theirs:
        name = keys.get(key, key)
        if name in radio:
            if not _same(value, [radio[name], ""]):
                yield f"{key}: {value!r} expected, {radio[name]} found"
            continue
        found = [where for where in ours if (where[0] == name and ts in (where[1], None)) or where == (name, None)]
        if not found:
            yield f"{key} at {ts}: {value!r} expected, nothing found"
        elif not any(_same(value, ours[where]) for where in found):
            yield f"{key}: {value!r} expected, {ours[found[0]]} found"
        for where in found:
            del ours[where]
    yield from (f"{name}: not expected" for name, _ in ours)


def _rows(telemetry: Any) -> list[dict[str, Any]]:
    return telemetry if isinstance(telemetry, list) else [telemetry]


def _same(expected: Any, found: list[Any]) -> bool:
    value, label = found
    if expected is None:
        return value is None and not label
    if isinstance(expected, str):
        return expected == label or (not label and _number(expected) is not None and _number(expected) == value)
    if isinstance(expected, bool):
        return bool(value) == expected if value is not None else str(expected).lower() == label
    value = _number(label) if value is None else value
    return value is not None and math.isclose(value, expected, rel_tol=1e-9, abs_tol=1e-12)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _main(folder: str, table: str) -> int:
    about = json.loads(Path(table).read_text(encoding="utf-8"))
    passed = total = 0
    for pair in pairs(Path(folder)):
        total += 1
        given = about.get(pair.model)
        if given is None:
            print(f"{pair}: no configuration")  # noqa: T201
            continue
        name = given["config"]
        config = json.loads(Path(name).read_bytes()) if name.endswith(".json") else payload.shipped.config(name)
        wrong = differences(pair, payload.load(config), given.get("keys", {}))
        passed += not wrong
        for each in wrong:
            print(f"{pair}: {each}")  # noqa: T201
    print(f"{passed} of {total} pairs agree")  # noqa: T201
    return 0 if passed == total else 1


if __name__ == "__main__":
    sys.exit(_main(*sys.argv[1:3]))
