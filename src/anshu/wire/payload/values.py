# SPDX-License-Identifier: Apache-2.0
"""From a raw value to what it means, and where it goes: variable, property, attribute, time."""

from collections.abc import Callable
from typing import Any

from anshu.wire.payload import limits
from anshu.wire.payload.building import Builder, Template
from anshu.wire.payload.changes import CHANGES, changes
from anshu.wire.payload.functions import number_of_text
from anshu.wire.payload.machine import State, Value, text_of
from anshu.wire.payload.operators import number
from anshu.wire.payload.tables import enumeration

Sink = Callable[[State, Value], None]
_Label = Callable[[State, Value, Value], str]

_TIMES: dict[str, tuple[float, bool]] = {  # seconds in one, whether it counts back from receipt
    "epoch_s": (1, False),
    "epoch_ms": (0.001, False),
    "epoch_min": (60, False),
    "ago_s": (1, True),
    "ago_ms": (0.001, True),
    "ago_min": (60, True),
}

VALUE_KEYS = frozenset(
    {*CHANGES, "signed", "else", "default", "missing_as", "name", "property", "unit", "attribute", "time", "into"}
)


def sink(builder: Builder, path: str, given: dict[str, Any]) -> Sink:
    """This will build the way of one value, from the raw one to all the places it goes."""
    builder.spent += len(given)
    altering = changes(builder, path, given)
    meant = _meaning(builder, path, given)
    default = _stand_in(builder, path, given, "default")
    outlets = _outlets(builder, path, given)
    inner = _into(builder, path, given)
    wording = builder.template(f"{path}.text", given["text"]) if "text" in given else None

    def send(state: State, raw: Value) -> None:
        for each in inner:
            each(state, raw)
        value = raw
        for change in altering:
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
