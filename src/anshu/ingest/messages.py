# SPDX-License-Identifier: Apache-2.0
"""JSON and makers' payloads, from whichever door or broker, as parcels."""

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from anshu.ingest.parcels import Parcel, Rows, Undecoded
from anshu.ingest.uplinks import uplink_parcel
from anshu.wire.base import Observation, refuse
from anshu.wire.payload import columnar, own_json

Clock = Callable[[], datetime]
_MOST_ROWS = 50_000
# The kind of what we went and read.
READ = "read"
_observations = msgspec.json.Decoder(list[Observation])


def own_parcel(protocol: str, address: str, body: bytes, peer: str, clock: Clock) -> Parcel:
    """This will read our own JSON, one moment or columns of many; raise Refused."""
    # Columns have "times"; looking costs less than trying to read them as something else.
    rows = _columns(address, body) if b'"times"' in body else _moment(address, body, clock)
    return Parcel(protocol=protocol, peer=peer, raw=body, address=address, kind="up", rows=rows)


def _moment(address: str, body: bytes, clock: Clock) -> Rows:
    read = own_json(body)
    at_us = read.time_us
    if at_us is None:
        at_us = round(clock().timestamp() * 1e6)
    values = [math.nan if each is None else each for each in read.values.values()]
    return Rows(_thing(address, read.thing), list(read.values), [at_us] * len(values), values)


def _columns(address: str, body: bytes) -> Rows:
    read = columnar(body)
    times: list[int] = read.times_us.tolist()
    if len(times) * len(read.values) > _MOST_ROWS:
        refuse("oversized", 0, "", found=len(times) * len(read.values), limit=_MOST_ROWS)
    names: list[str] = []
    values: list[float] = []
    for name, column in read.values.items():
        names.extend([name] * len(times))
        values.extend(column.tolist())
    return Rows(_thing(address, read.thing), names, times * len(read.values), values)


def _thing(address: str, named: str | None) -> str:
    """This will give whom a message speaks of: its sender or a part of it, nobody else."""
    if named is None or named == address:
        return address
    if not named.startswith(f"{address}/"):
        refuse("not_its_own", 0, "", named=named[:80], address=address)
    return named


def raw_parcel(protocol: str, address: str, body: bytes, peer: str, clock: Clock, *, port: int | None = None) -> Parcel:
    """This will make the parcel of bytes or JSON in a maker's own form: read when its device's model is known."""
    undecoded = Undecoded(body, port, clock())
    return Parcel(protocol=protocol, peer=peer, raw=body, address=address, kind="raw", undecoded=undecoded)


def read_parcel(protocol: str, address: str, observations: Sequence[Observation], peer: str) -> Parcel:
    """This will make the parcel of what we read elsewhere ourselves; its raw form is what we understood."""
    raw = msgspec.json.encode(observations)
    return Parcel(protocol=protocol, peer=peer, raw=raw, address=address, kind=READ, observations=list(observations))


def read_again(protocol: str, raw: bytes, address: str, peer: str, detail: Mapping[str, Any]) -> Parcel:
    """This will make the parcel of a kept message once more; raise Refused."""
    kind = str(detail.get("kind", ""))
    if kind == READ:
        return read_parcel(protocol, address, _observations.decode(raw), peer)
    received_at = datetime.fromisoformat(detail["received_at"])

    def clock() -> datetime:
        return received_at

    if kind.startswith("uplink:"):
        return uplink_parcel(kind.removeprefix("uplink:"), raw, peer, lambda uplink: received_at)
    if kind == "raw":
        return raw_parcel(protocol, address, raw, peer, clock, port=detail.get("port"))
    return own_parcel(protocol, address, raw, peer, clock)
