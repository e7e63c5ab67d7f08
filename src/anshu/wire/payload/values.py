# SPDX-License-Identifier: Apache-2.0
"""From a raw value to what it means, and where it goes: variable, property, attribute, time."""

from collections.abc import Callable
from typing import Any

from anshu.wire.payload import limits
from anshu.wire.payload.building import Builder, Template
from anshu.wire.payload.functions import along, number_of_text, seconds_of_text
from anshu.wire.payload.machine import State, Value, text_of
from anshu.wire.payload.operators import bounded, number, whole
from anshu.wire.payload.tables import curve, enumeration

Sink = Callable[[State, Value], None]
_Change = Callable[[State, Value], Value]
_Label = Callable[[State, Value, Value], str]

_TIMES: dict[str, tuple[float, bool]] = {  # seconds in one, whether it counts back from receipt
    "epoch_s": (1, False),
    "epoch_ms": (0.001, False),
    "epoch_min": (60, False),
    "ago_s": (1, True),
    "ago_ms": (0.001, True),
    "ago_min": (60, True),
}

CHANGES = ("bits", "parse", "missing", "scale", "divide", "offset", "curve", "calc", "digits", "valid", "map", "text")
VALUE_KEYS = frozenset(
    {*CHANGES, "signed", "else", "default", "missing_as", "name", "property", "unit", "attribute", "time", "into"}
)


def sink(builder: Builder, path: str, given: dict[str, Any]) -> Sink:
    """This will build the way of one value, from the raw one to all the places it goes."""
    builder.spent += len(given)
    changes = _changes(builder, path, given)
    meant = _meaning(builder, path, given)
    default = _stand_in(builder, path, given, "default")
    outlets = _outlets(builder, path, given)
    inner = _into(builder, path, given)
    wording = builder.template(f"{path}.text", given["text"]) if "text" in given else None

    def send(state: State, raw: Value) -> None:
        for each in inner:
            each(state, raw)
        value = raw
        for change in changes:
            value = change(state, value)
        value, label = meant(state, default if value is None else value)
        if wording is not None:
            label = wording(state)
        for outlet in outlets:
            outlet(state, value, label)

    return send


_Meant = tuple[int | float | None, str]
_Outlet = Callable[[State, int | float | None, str], None]


def _meaning(builder: Builder, path: str, given: dict[str, Any]) -> Callable[[State, Value], _Meant]:
    """This will build the last step of a value: to a number and the word for it."""
    if "map" not in given:
        if "else" in given:
            builder.problem(path, "config_absent", key="map")
        return _numbered if "property" in given else _split
    table = enumeration(builder, f"{path}.map", given["map"])
    other = _stand_in(builder, path, given, "else")

    def mapped(state: State, value: Value) -> _Meant:
        """A word leaves the number as it was; a value that is not in the table is noted."""
        if value is None:
            return None, ""
        found, meaning = table.find(value)
        if not found:
            state.note("unmapped", text_of(value))
            meaning = other if other is not None else value if table.worded else None
        if isinstance(meaning, str):
            return number(value), meaning
        return meaning, ""

    return mapped


def _split(_: State, value: Value) -> _Meant:
    return (None, value) if isinstance(value, str) else (value, "")


def _numbered(state: State, value: Value) -> _Meant:
    """This will read a number out of a text that goes to a property; a text that is none stays as its word."""
    if not isinstance(value, str):
        return value, ""
    found = number_of_text(value)
    if found is None:
        state.note("not_a_number", value)
        return None, value
    return found, ""


def _stand_in(builder: Builder, path: str, given: dict[str, Any], key: str) -> Value:
    """This will read what stands for a missing value (`default`) or for one not in the map (`else`)."""
    found = given.get(key)
    if found is None or isinstance(found, str):
        return found
    return _finite(builder, f"{path}.{key}", found)


def _finite(builder: Builder, path: str, given: Any) -> Value:
    return given if builder.finite(path, given) else None


def _changes(builder: Builder, path: str, given: dict[str, Any]) -> list[_Change]:
    """This will list the changes in their fixed order, whatever order the configuration names them in."""
    makers: dict[str, Callable[[Builder, str, Any, dict[str, Any]], _Change]] = {
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


def _bits(builder: Builder, path: str, given: Any, options: dict[str, Any]) -> _Change:
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


def _parse(builder: Builder, path: str, given: Any, _: dict[str, Any]) -> _Change:
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


def _missing(builder: Builder, path: str, given: Any, _: dict[str, Any]) -> _Change:
    listed: list[Any] = given if isinstance(given, list) else [given]
    for each in listed:
        if not isinstance(each, str):
            builder.finite(path, each)
    marks = {each for each in listed if isinstance(each, int | float | str)}
    return lambda _, value: None if value in marks else value


def _linear(builder: Builder, path: str, given: Any, options: dict[str, Any]) -> _Change:
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


def _curve(builder: Builder, path: str, given: Any, _: dict[str, Any]) -> _Change:
    points = curve(builder, path, given)
    return lambda _, value: along(points, _numeric(value))


def _calc(builder: Builder, path: str, given: Any, _: dict[str, Any]) -> _Change:
    builder.assigned.add("value")
    expression = builder.expression(path, given)

    def change(state: State, value: Value) -> Value:
        state.names["value"] = value
        return expression(state)

    return change


def _digits(builder: Builder, path: str, given: Any, _: dict[str, Any]) -> _Change:
    digits = builder.integer(path, given, 0, 12)

    def change(_: State, value: Value) -> Value:
        found = _numeric(value)
        return found if found is None or isinstance(found, int) else round(found, digits)

    return change


def _valid(builder: Builder, path: str, given: Any, _: dict[str, Any]) -> _Change:
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


def _into(builder: Builder, path: str, given: dict[str, Any]) -> list[Sink]:
    listed = given.get("into", [])
    if not isinstance(listed, list):
        builder.problem(f"{path}.into", "config_type", expected="list")
        return []
    allowed = VALUE_KEYS - {"into"}
    return [
        sink(builder, at, builder.record(at, each, allowed))
        for at, each in ((f"{path}.into[{index}]", each) for index, each in enumerate(listed))
    ]


def _outlets(builder: Builder, path: str, given: dict[str, Any]) -> list[_Outlet]:
    outlets: list[_Outlet] = []
    if "name" in given:
        outlets.append(_variable(builder.name(f"{path}.name", given["name"])))
    if "time" in given:
        outlets.append(_time(builder, f"{path}.time", given["time"]))
    if "property" in given:
        outlets.append(_property(builder, path, given))
    elif "unit" in given:
        builder.problem(path, "config_absent", key="property")
    if "attribute" in given:
        outlets.append(_attribute(builder.template(f"{path}.attribute", given["attribute"])))
    return outlets


def _variable(name: str) -> _Outlet:
    def keep(state: State, value: int | float | None, label: str) -> None:
        state.names[name] = label or value

    return keep


def _time(builder: Builder, path: str, given: Any) -> _Outlet:
    seconds, backwards = _TIMES[builder.choice(path, given, _TIMES)]

    def date(state: State, value: int | float | None, _: str) -> None:
        if value is None:
            state.set_moment(None)
        else:
            state.set_moment(state.received - value * seconds if backwards else value * seconds)

    return date


def _property(builder: Builder, path: str, given: dict[str, Any]) -> _Outlet:
    name = builder.template(f"{path}.property", given["property"])
    unit = builder.words(f"{path}.unit", given["unit"], 32) if "unit" in given else None
    units = builder.units
    keep_missing = builder.choice(f"{path}.missing_as", given.get("missing_as", "nothing"), ("nothing", "null"))

    def emit(state: State, value: int | float | None, label: str) -> None:
        if value is None and not label and keep_missing == "nothing":
            return
        named = _clean(name(state))
        if named:
            state.emit(named, units.get(named, "") if unit is None else unit, _plain(value), label)

    return emit


def _plain(value: int | float | None) -> float | None:
    return None if value is None else float(value)


def _attribute(name: Template) -> _Outlet:
    def put(state: State, value: int | float | None, label: str) -> None:
        text = label or text_of(value)
        named = _clean(name(state))
        if named and text:
            state.attribute(named, text[: limits.TEXT_CHARACTERS])

    return put


def _clean(name: str) -> str:
    return "".join(each if each.isalnum() or each in "_.-" else "_" for each in name[: limits.NAME_CHARACTERS])
