# SPDX-License-Identifier: Apache-2.0
"""Our own two JSON messages, read at speed: one moment with its values, and columns of many moments.

Times are milliseconds since 1970 or ISO 8601 with a zone; a value is a number, or null for missing.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

import msgspec
import numpy as np
import numpy.typing as npt

from anshu.wire.base import refuse
from anshu.wire.payload import limits
from anshu.wire.payload.machine import EARLIEST, LATEST

_Zoned = Annotated[datetime, msgspec.Meta(tz=True)]
_Code = Annotated[str, msgspec.Meta(min_length=1, max_length=limits.NAME_CHARACTERS)]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DATES = re.compile(rb'"times"\s*:\s*\[\s*"')
_EARLIEST_MS, _LATEST_MS = int(EARLIEST * 1000), int(LATEST * 1000)


class OwnMessage(msgspec.Struct, frozen=True, gc=False):
    """One moment: `time_us` is microseconds since 1970, or None when the sender gave no time."""

    values: dict[str, float | None]
    time_us: int | None
    thing: str | None


@dataclass(frozen=True, slots=True)
class Columns:
    """Many moments: times in microseconds since 1970 and, for each property, as many values (NaN is missing)."""

    thing: str | None
    times_us: npt.NDArray[np.int64]
    values: dict[str, npt.NDArray[np.float64]]


class _Own(msgspec.Struct, gc=False):
    values: Annotated[dict[_Code, float | None], msgspec.Meta(max_length=limits.READINGS)]
    time: int | _Zoned | None = None
    thing: str | None = None


class _Numbered(msgspec.Struct, gc=False):
    times: list[int]
    values: dict[_Code, list[float | None]]
    thing: str | None = None


class _Dated(msgspec.Struct, gc=False):
    times: list[_Zoned]
    values: dict[_Code, list[float | None]]
    thing: str | None = None


_own = msgspec.json.Decoder(_Own)
_numbered = msgspec.json.Decoder(_Numbered)
_dated = msgspec.json.Decoder(_Dated)


def own_json(body: bytes) -> OwnMessage:
    """This will read {"time": …, "values": {…}, "thing"?: …}; raise Refused."""
    if len(body) > limits.JSON_BYTES:
        refuse("oversized", 0, "", found=len(body), limit=limits.JSON_BYTES)
    try:
        read = _own.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as wrong:
        refuse("payload_not_json", 0, "", problem=str(wrong)[:200])
    moment = read.time
    if moment is None:
        return OwnMessage(read.values, None, read.thing)
    ms = moment if isinstance(moment, int) else moment.timestamp() * 1000
    if not _EARLIEST_MS <= ms < _LATEST_MS:
        refuse("bad_time", 0, "", raw=str(moment)[:40])
    return OwnMessage(read.values, round(ms * 1000), read.thing)


def columnar(body: bytes) -> Columns:
    """This will read {"times": […], "values": {"property": […]}, "thing"?: …}; raise Refused."""
    if len(body) > limits.JSON_BYTES:
        refuse("oversized", 0, "", found=len(body), limit=limits.JSON_BYTES)
    read = _columns(body)
    in_us = _in_us(read)
    rows = len(in_us)
    for code, column in read.values.items():
        if len(column) != rows:
            refuse("payload_columns", 0, "", property=code, found=len(column), expected=rows)
    matrix = np.array(list(read.values.values()), dtype=np.float64)  # null becomes NaN
    return Columns(read.thing, np.array(in_us, dtype=np.int64), dict(zip(read.values, matrix, strict=True)))


def _in_us(read: _Numbered | _Dated) -> list[int]:
    if isinstance(read, _Numbered):
        if read.times and (min(read.times) < _EARLIEST_MS or max(read.times) >= _LATEST_MS):
            refuse("bad_time", 0, "", raw=f"{min(read.times)}..{max(read.times)}"[:60])
        return [each * 1000 for each in read.times]
    seconds = [each.timestamp() for each in read.times]
    if seconds and (min(seconds) < EARLIEST or max(seconds) >= LATEST):
        refuse("bad_time", 0, "", raw=f"{min(read.times)}..{max(read.times)}"[:80])
    return [round(each * 1e6) for each in seconds]


def _columns(body: bytes) -> _Numbered | _Dated:
    """This will read the columns, times as numbers first because most senders write those."""
    decoder: msgspec.json.Decoder[_Numbered] | msgspec.json.Decoder[_Dated] = _numbered
    if _DATES.search(body):
        decoder = _dated
    try:
        return decoder.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as wrong:
        refuse("payload_not_json", 0, "", problem=str(wrong)[:200])
