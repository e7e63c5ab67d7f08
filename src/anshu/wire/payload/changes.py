# SPDX-License-Identifier: Apache-2.0
"""The changes a raw value goes through, in their fixed order: bits, parsing, missing marks, scale, curve, range."""

from collections.abc import Callable
from typing import Any

from anshu.wire.payload.building import Builder
from anshu.wire.payload.functions import along, number_of_text, rounded, seconds_of_text
from anshu.wire.payload.machine import State, Value, text_of
from anshu.wire.payload.operators import bounded, whole
from anshu.wire.payload.tables import curve

Change = Callable[[State, Value], Value]

CHANGES = ("bits", "parse", "missing", "scale", "divide", "offset", "curve", "calc", "digits", "valid", "map", "text")


def changes(builder: Builder, path: str, given: dict[str, Any]) -> list[Change]:
    """This will list the changes in their fixed order, whatever order the configuration names them in."""
    makers: dict[str, Callable[[Builder, str, Any, dict[str, Any]], Change]] = {
        "bits": _bits,
        "parse": _parse,
        "missing": _missing,
        "scale": _linear,
        "curve": _curve,
        "calc": _calc,
        "digits": _digits,
        "valid": _valid,
    }
    linear = {"divide", "offset"} & given.keys()
    wanted = [key for key in makers if key in given or (key == "scale" and linear)]
    if "signed" in given and "bits" not in given:
        builder.problem(path, "config_absent", key="bits")
    return [makers[key](builder, f"{path}.{key}", given.get(key), given) for key in wanted]


def _bits(builder: Builder, path: str, given: Any, options: dict[str, Any]) -> Change:
    if isinstance(given, int) and not isinstance(given, bool):
        given = [given, 1]
    if not isinstance(given, list) or len(given) != 2:
        builder.problem(path, "config_type", expected="[lowest bit, count]")
        given = [0, 1]
    low, count = builder.integer(path, given[0], 0, 127), builder.integer(path, given[1], 1, 128)
    signed = builder.truth(f"{path}.signed", options.get("signed", False))
    mask, half = (1 << count) - 1, 1 << (count - 1)

    def change(_: State, value: Value) -> Value:
        found = whole(value)
        if found is None:
            return None
        found = (found >> low) & mask
        return found - mask - 1 if signed and found & half else found

    return change


def _parse(builder: Builder, path: str, given: Any, _: dict[str, Any]) -> Change:
    parsers: dict[str, Callable[[str], Value]] = {
        "number": number_of_text,
        "hex": _hexadecimal,
        "time": seconds_of_text,
        "bool": _truth,
    }
    parser = parsers[builder.choice(path, given, parsers)]
    return lambda _, value: parser(value) if isinstance(value, str) else value


def _hexadecimal(text: str) -> Value:
    try:
        return bounded(int(text.strip()[:34], 16))
    except ValueError:
        return None


def _truth(text: str) -> Value:
    word = text.strip().lower()
    if word in ("true", "on", "yes", "open", "1"):
        return True
    return False if word in ("false", "off", "no", "closed", "close", "0") else None


def _missing(builder: Builder, path: str, given: Any, _: dict[str, Any]) -> Change:
    listed: list[Any] = given if isinstance(given, list) else [given]
    for each in listed:
        if not isinstance(each, str):
            builder.finite(path, each)
    marks = {each for each in listed if isinstance(each, int | float | str)}
    return lambda _, value: None if value in marks else value


def _linear(builder: Builder, path: str, given: Any, options: dict[str, Any]) -> Change:
    """This will multiply, divide and add. A scale that is 1/n divides by n, so that 257 x 0.1 is 25.7."""
    scale, divide, offset = (options.get(key, plain) for key, plain in (("scale", 1), ("divide", 1), ("offset", 0)))
    if not all(builder.finite(path, each) for each in (scale, divide, offset)):
        scale, divide, offset = 1, 1, 0
    if divide == 0:
        builder.problem(path, "config_range", found=0, low="0 <", high="")
        divide = 1
    if 1e-9 < abs(scale) < 1 and abs(1 / scale - round(1 / scale)) < 1e-9 * abs(1 / scale):
        scale, divide = 1, divide * round(1 / scale)

    def change(_: State, value: Value) -> Value:
        found = _numeric(value)
        if found is None:
            return None
        try:
            if scale != 1:
                found = found * scale
            if divide != 1:
                found = found / divide
            return bounded(round(found + offset, 12) if offset else found)
        except (ArithmeticError, ValueError):
            return None

    return change


def _curve(builder: Builder, path: str, given: Any, _: dict[str, Any]) -> Change:
    points = curve(builder, path, given)
    return lambda _, value: along(points, _numeric(value))


def _calc(builder: Builder, path: str, given: Any, _: dict[str, Any]) -> Change:
    builder.assigned.add("value")
    expression = builder.expression(path, given)

    def change(state: State, value: Value) -> Value:
        state.names["value"] = value
        return expression(state)

    return change


def _digits(builder: Builder, path: str, given: Any, _: dict[str, Any]) -> Change:
    digits = builder.integer(path, given, 0, 12)

    def change(_: State, value: Value) -> Value:
        found = _numeric(value)
        return found if found is None or isinstance(found, int) else rounded(found, digits)

    return change


def _valid(builder: Builder, path: str, given: Any, _: dict[str, Any]) -> Change:
    if not isinstance(given, list) or len(given) != 2 or not all(builder.finite(path, each) for each in given):
        builder.problem(path, "config_type", expected="[least, most]")
        return lambda _, value: value
    low, high = given

    def change(state: State, value: Value) -> Value:
        found = _numeric(value)
        if found is not None and not low <= found <= high:
            state.note("out_of_range", text_of(value))
            return None
        return value

    return change


def _numeric(value: Value) -> int | float | None:
    """This will give the number, also one written as a text in JSON."""
    return number_of_text(value) if isinstance(value, str) else value
