# SPDX-License-Identifier: Apache-2.0
"""Tables of a configuration: enumerations (value to word or number) and curves (piecewise linear)."""

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from anshu.wire.payload import limits
from anshu.wire.payload.building import Builder
from anshu.wire.payload.functions import Curve
from anshu.wire.payload.machine import Value, text_of

_RANGE = re.compile(r"(-?\d{1,20})\s*(?:\.\.|-)\s*(-?\d{1,20})\Z")
_HEXADECIMAL = re.compile(r"0x([0-9A-Fa-f]{1,16})\Z")


@dataclass(frozen=True, slots=True)
class Enumeration:
    """What each value means: a word, a number, or nothing (missing)."""

    exact: dict[str, Value]
    ranges: tuple[tuple[int, int, Value], ...]
    worded: bool  # gives words, so that the number is kept beside the word

    def find(self, value: Value) -> tuple[bool, Value]:
        """This will look the value up: whether it is there, and what it means."""
        key = text_of(value)
        if key in self.exact:
            return True, self.exact[key]
        if isinstance(value, bool) and str(int(value)) in self.exact:
            return True, self.exact[str(int(value))]
        if isinstance(value, int | float):
            for low, high, meaning in self.ranges:
                if low <= value <= high:
                    return True, meaning
        return False, None


def enumeration(builder: Builder, path: str, given: Any) -> Enumeration:
    """This will read an enumeration, or the name of one."""
    if isinstance(given, str):
        found = builder.tables.get(given)
        if isinstance(found, Enumeration):
            builder.spent += len(found.ranges) // 4
            return found
        builder.problem(path, "config_unknown_table", name=given)
        return Enumeration({}, (), False)
    if isinstance(given, list):
        given = {str(index): meaning for index, meaning in enumerate(given)}
    if not isinstance(given, dict):
        builder.problem(path, "config_type", expected="object, list or name of a table")
        return Enumeration({}, (), False)
    if len(given) > limits.TABLE_ENTRIES:
        builder.problem(path, "config_too_large", what="table", limit=limits.TABLE_ENTRIES)
    exact: dict[str, Value] = {}
    ranges: list[tuple[int, int, Value]] = []
    for key, meaning in given.items():
        checked = _meaning(builder, f"{path}.{key}", meaning)
        if between := _RANGE.match(key):
            ranges.append((int(between[1]), int(between[2]), checked))
        elif hexadecimal := _HEXADECIMAL.match(key):
            exact[str(int(hexadecimal[1], 16))] = checked
        else:
            exact[key] = checked
    builder.spent += len(ranges) // 4
    return Enumeration(exact, tuple(ranges), any(isinstance(each, str) for each in given.values()))


def _meaning(builder: Builder, path: str, given: Any) -> Value:
    if given is None or isinstance(given, bool):
        return given
    if isinstance(given, str):
        return builder.words(path, given, 200)
    return given if builder.finite(path, given) else None


def curve(builder: Builder, path: str, given: Any) -> Curve:
    """This will read a curve [[x, y], …] with rising x, or the name of one."""
    if isinstance(given, str):
        found = builder.tables.get(given)
        if isinstance(found, tuple):
            return found
        builder.problem(path, "config_unknown_table", name=given)
        return (0.0,), (0.0,)
    if not isinstance(given, list) or not 1 <= len(given) <= limits.TABLE_ENTRIES:
        builder.problem(path, "config_type", expected="[[x, y], …]")
        return (0.0,), (0.0,)
    points = []
    for index, point in enumerate(given):
        if not isinstance(point, list) or len(point) != 2:
            builder.problem(f"{path}[{index}]", "config_type", expected="[x, y]")
        elif all(builder.finite(f"{path}[{index}]", each) for each in point):
            points.append((float(point[0]), float(point[1])))
    xs = tuple(x for x, _ in points)
    if any(b <= a for a, b in pairwise(xs)):
        builder.problem(path, "config_type", expected="rising x")
    return (xs, tuple(y for _, y in points)) if points else ((0.0,), (0.0,))


def read_tables(builder: Builder, path: str, given: Any) -> None:
    """This will read all named tables: a list of pairs is a curve, anything else an enumeration."""
    if not isinstance(given, dict):
        builder.problem(path, "config_type", expected="object")
        return
    for name, table in given.items():
        is_curve = isinstance(table, list) and bool(table) and isinstance(table[0], list)
        build = curve if is_curve else enumeration
        builder.tables[name] = build(builder, f"{path}.{name}", None if isinstance(table, str) else table)
