# SPDX-License-Identifier: Apache-2.0
"""Makers' variations of GB/T 26875.3 as data: an administrator writes them down, no code is changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Times = Literal["binary", "bcd"]
_TIMES = ("binary", "bcd")
# How the parts of an information object are called in a layout; `skip_N` passes over N bytes of the maker's own.
PARTS = frozenset(
    {
        "system",
        "component",
        "point",
        "system_state",
        "component_state",
        "device_state",
        "analog",
        "system_operation",
        "device_operation",
        "version",
        "note_31",
        "note",
        "time",
        "clock",
        "count",
        "minutes",
        "reserved",
    }
)
MOST_SKIPPED = 64
# Commands that a maker may add, and what they mean to us.
MEANINGS = frozenset({"heartbeat", "send", "ignored"})


@dataclass(frozen=True, slots=True)
class Layout:
    """What one data type carries: its kind, its Chinese name, and the parts of each of its objects."""

    kind: str
    label: str
    parts: tuple[str, ...]
    down: bool = False


@dataclass(frozen=True, slots=True)
class Analog:
    """An analog type: property, unit, and what one count is worth."""

    property: str
    unit: str
    scale: float
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """What a maker does otherwise than the standard says."""

    name: str
    label: str = ""
    times: Times = "binary"
    # False where objects end without the time that 8.3 gives them.
    timed: bool = True
    # Command byte -> its meaning, for commands that table 2 reserves.
    commands: Mapping[int, str] = field(default_factory=dict)
    # Data type -> layout, in place of or beside those of table 3.
    layouts: Mapping[int, Layout] = field(default_factory=dict)
    # Analog type -> meaning, in place of or beside those of table 6.
    analogs: Mapping[int, Analog] = field(default_factory=dict)
    # Short frames between the standard's marks that lack its header: their whole length, and the first byte's meaning.
    short_length: int = 0
    short_kinds: Mapping[int, str] = field(default_factory=dict)


STANDARD = Dialect(name="standard", label="GB/T 26875.3-2011")
DIALECTS: dict[str, Dialect] = {
    each.name: each
    for each in (
        STANDARD,
        Dialect(name="bcd_times", label="时间标签为 BCD 码的装置", times="bcd"),
        Dialect(name="untimed", label="信息对象不带时间的装置", timed=False),
        Dialect(name="keepalive", label="以保留命令 7 作保活的装置", commands={7: "heartbeat"}),
        # Envelope of the standard, 19 bytes in all, without its header; the checksum's rule is not published.
        Dialect(
            name="fscn8001",
            label="赋安 FSCN8001",
            short_length=19,
            short_kinds={0x88: "heartbeat", 0x01: "vendor_reply"},
        ),
    )
}


def dialect_of(given: Mapping[str, Any]) -> Dialect:
    """Read a dialect that an administrator wrote as JSON; raise ValueError beginning with the field's name."""
    if unknown := set(given) - {"name", "label", "times", "timed", "commands", "layouts", "analogs"}:
        raise ValueError(f"{min(unknown)}: unknown field")
    times = given.get("times", "binary")
    if times not in _TIMES:
        raise ValueError("times: binary or bcd")
    if not isinstance(given.get("timed", True), bool):
        raise ValueError("timed: true or false")
    return Dialect(
        name=str(given.get("name", "custom"))[:40],
        label=str(given.get("label", ""))[:100],
        times=times,
        timed=given.get("timed", True),
        commands={_code(k, "commands"): _meaning(v) for k, v in _table(given, "commands").items()},
        layouts={_code(k, "layouts"): _layout(k, v) for k, v in _table(given, "layouts").items()},
        analogs={_code(k, "analogs"): _analog(k, v) for k, v in _table(given, "analogs").items()},
    )


def _table(given: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    table = given.get(name, {})
    if not isinstance(table, Mapping):
        raise ValueError(f"{name}: an object of code and meaning is expected")
    return table


def _code(text: str, name: str) -> int:
    if not str(text).isascii() or not str(text).isdecimal() or int(text) > 255:
        raise ValueError(f"{name}: {text} is not a code of 0 to 255")
    return int(text)


def _meaning(text: Any) -> str:
    if str(text) not in MEANINGS:
        raise ValueError(f"commands: {text} is none of {', '.join(sorted(MEANINGS))}")
    return str(text)


def _layout(code: str, given: Any) -> Layout:
    if not isinstance(given, Mapping) or not isinstance(given.get("parts"), list) or not given["parts"]:
        raise ValueError(f"layouts.{code}: parts is a list of names")
    for part in given["parts"]:
        if str(part) not in PARTS and not _skips(part):
            raise ValueError(f"layouts.{code}: {part} is no part of an object")
    kind = str(given.get("kind", f"user_{code}"))[:40]
    return Layout(kind, str(given.get("label", ""))[:100], tuple(given["parts"]))


def _skips(part: Any) -> bool:
    digits = str(part).removeprefix("skip_")
    return (
        str(part).startswith("skip_") and digits.isascii() and digits.isdecimal() and 1 <= int(digits) <= MOST_SKIPPED
    )


def _analog(code: str, given: Any) -> Analog:
    if not isinstance(given, Mapping) or not isinstance(given.get("property"), str) or not given["property"]:
        raise ValueError(f"analogs.{code}: property is a name")
    scale = given.get("scale", 1)
    if isinstance(scale, bool) or not isinstance(scale, int | float) or not 1e-9 <= abs(scale) <= 1e9:
        raise ValueError(f"analogs.{code}: scale is a number that is not zero")
    return Analog(given["property"][:40], str(given.get("unit", "1"))[:16], float(scale), str(given.get("label", "")))
