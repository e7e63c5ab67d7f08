# SPDX-License-Identifier: Apache-2.0
"""Pages of another server's answers: its datastreams, and their observations."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from anshu.wire.base import Observation, refuse
from anshu.wire.sensorthings.settings import Match, SensorThingsSettings

MOST_BYTES = 32 * 1024 * 1024
_CLAUSE = "OGC 18-088 9.2"
_LONGEST_ADDRESS = 64


@dataclass(frozen=True, slots=True)
class Stream:
    """One datastream of theirs that we know what to do with."""

    id: int | str
    thing: str
    property: str
    unit: str
    missing: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """What one answer holds, and the query of the next one (9.2.2.1); empty at the end."""

    rows: Sequence[Any]
    next: str
    # Datastreams that no `properties` row names, or whose device has no address.
    unmatched: int = 0


def read_streams(settings: SensorThingsSettings, body: bytes) -> Page:
    """Read datastreams with their Thing and ObservedProperty; raise Refused."""
    rows, following = _page(body)
    found = [_stream(settings, row) for row in rows]
    known = [each for each in found if each is not None]
    return Page(known, following, len(found) - len(known))


def read_observations(stream: Stream, body: bytes) -> Page:
    """Read a datastream's observations as ours, those without a number left out; raise Refused.

    A result for a period stands at the period's end, as SL 651 has it; null and the missing codes are missing.
    """
    rows, following = _page(body)
    return Page([each for row in rows for each in _observed(stream, row)], following)


def _page(body: bytes) -> tuple[list[Any], str]:
    if len(body) > MOST_BYTES:
        refuse("oversized", 0, _CLAUSE, found=len(body), limit=MOST_BYTES)
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        refuse("bad_field", 0, _CLAUSE, field="JSON", raw=body[:40].decode("utf-8", "replace"))
    rows = document.get("value") if isinstance(document, dict) else None
    if not isinstance(rows, list):
        refuse("missing_field", 0, _CLAUSE, field="value")
    following = document.get("@iot.nextLink", "")
    if not isinstance(following, str):
        refuse("bad_field", 0, _CLAUSE, field="@iot.nextLink", raw=str(following)[:40])
    # Only the query: servers behind a proxy often name themselves wrongly, and nobody sends us elsewhere.
    return rows, _query(following)


def _query(address: str) -> str:
    try:
        return urlsplit(address).query
    except ValueError:
        refuse("bad_field", 0, _CLAUSE, field="@iot.nextLink", raw=address[:40])


def _stream(settings: SensorThingsSettings, row: Any) -> Stream | None:
    if not isinstance(row, Mapping):
        return None
    key = row.get("@iot.id")
    thing, observed = row.get("Thing"), row.get("ObservedProperty")
    if isinstance(key, bool) or not isinstance(key, int | str):
        return None
    if not isinstance(thing, Mapping):
        return None
    match = _match(settings, _names(row, observed if isinstance(observed, Mapping) else {}))
    address = _address(settings, thing)
    if match is None or not address:
        return None
    stated = row.get("unitOfMeasurement")
    unit = match.unit or str((stated.get("symbol") if isinstance(stated, Mapping) else None) or "1")
    return Stream(key, address, match.property, unit[:16], match.missing)


def _names(row: Mapping[str, Any], observed: Mapping[str, Any]) -> list[Any]:
    """Give everything that says what a datastream is about: servers differ in where they say it."""
    own, described = row.get("properties"), row.get("description")
    return [
        observed.get("name"),
        observed.get("definition"),
        row.get("name"),
        # The USGS server writes "Gage height / USGS-09380000-…" here, and its parameter code among the properties.
        described.partition(" / ")[0] if isinstance(described, str) else None,
        *(own.values() if isinstance(own, Mapping) else ()),
    ]


def _match(settings: SensorThingsSettings, names: Sequence[Any]) -> Match | None:
    return next((each for each in settings.properties if each.match in names), None)


def _address(settings: SensorThingsSettings, thing: Mapping[str, Any]) -> str:
    """Give the address of their thing; empty where it has none that fits."""
    if settings.thing in ("id", "name"):
        value = thing.get("@iot.id" if settings.thing == "id" else "name")
    else:
        own = thing.get("properties")
        value = own.get(settings.thing.removeprefix("properties/")) if isinstance(own, Mapping) else None
    if isinstance(value, bool) or not isinstance(value, int | str):
        return ""
    address = f"{settings.prefix}{value}"
    return address if value != "" and address.isprintable() and len(address) <= _LONGEST_ADDRESS else ""


def _observed(stream: Stream, row: Any) -> Iterator[Observation]:
    if not isinstance(row, Mapping):
        return
    result = row.get("result")
    time = _time(row.get("phenomenonTime"))
    if isinstance(result, bool):
        result = int(result)
    if result is None:
        yield Observation(stream.thing, stream.property, time, None, stream.unit, "missing")
    elif isinstance(result, int | float):
        value = _finite(result)
        absent = value is None or value in stream.missing
        yield Observation(
            stream.thing, stream.property, time, None if absent else value, stream.unit, "missing" if absent else "good"
        )


def _finite(number: float) -> float | None:
    try:
        value = float(number)
    except OverflowError:
        return None
    return value if math.isfinite(value) else None


def _time(given: Any) -> datetime:
    """Read an instant, or the end of a period; it must carry its offset (ISO 8601, 9.1)."""
    text = str(given).rpartition("/")[2]
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        refuse("bad_time", 0, _CLAUSE, raw=text[:40])
    if time.tzinfo is None:
        refuse("bad_time", 0, _CLAUSE, raw=text[:40])
    return time
