# SPDX-License-Identifier: Apache-2.0
"""What an administrator writes down about a Modbus TCP device: where it is and what its registers mean."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from anshu.wire.modbus.registers import TYPES, Register
from anshu.wire.settings.fields import Fields
from anshu.wire.settings.problems import Problem, SettingsRefused

MOST_REGISTERS = 2_000
SHORTEST_INTERVAL_S = 1
LONGEST_INTERVAL_S = 86_400
_MOST_MISSING = 20
_SETTINGS = frozenset({"host", "port", "unit_id", "interval_s", "timeout_s", "gap", "registers"})
_REGISTER = frozenset(
    {
        "function",
        "address",
        "type",
        "bit",
        "word_order",
        "byte_order",
        "scale",
        "offset",
        "property",
        "unit",
        "thing",
        "missing",
    }
)
# Modbus application protocol V1.1b3, 6.1 to 6.4: coils, discrete inputs, holding registers, input registers
FUNCTIONS = (3, 4, 1, 2)
BIT_FUNCTIONS = frozenset({1, 2})


@dataclass(frozen=True, slots=True, kw_only=True)
class ModbusSettings:
    """Where a device is, how often it is asked, and what for."""

    host: str
    port: int = 502
    unit_id: int = 1
    interval_s: float = 60.0
    timeout_s: float = 3.0
    # So many unwanted registers may be read along rather than ask twice.
    gap: int = 0
    registers: tuple[Register, ...] = ()

    @classmethod
    def parse(cls, given: Any) -> "ModbusSettings":
        """Read settings from JSON; raise SettingsRefused naming every field that is wrong."""
        problems: list[Problem] = []
        if not isinstance(given, Mapping):
            raise SettingsRefused([Problem("", "table")])
        fields = Fields(given, "", problems)
        fields.known(_SETTINGS)
        settings = cls(
            host=fields.host("host"),
            port=fields.integer("port", 1, 65_535, 502),
            unit_id=fields.integer("unit_id", 0, 255, 1),
            interval_s=fields.number("interval_s", 60.0, SHORTEST_INTERVAL_S, LONGEST_INTERVAL_S),
            timeout_s=fields.number("timeout_s", 3.0, 0.1, 60.0),
            gap=fields.integer("gap", 0, 100, 0),
            registers=tuple(
                _register(each, f"registers[{n}]", problems)
                for n, each in enumerate(fields.items("registers", MOST_REGISTERS, needed=True))
            ),
        )
        if not problems:
            _check_clashes(settings.registers, problems)
        if problems:
            raise SettingsRefused(problems)
        return settings

    def as_json(self) -> dict[str, Any]:
        """Give the settings as `parse` reads them."""
        out = {name: getattr(self, name) for name in sorted(_SETTINGS - {"registers"})}
        return out | {"registers": [each.as_json() for each in self.registers]}


def _register(given: Any, path: str, problems: list[Problem]) -> Register:
    if not isinstance(given, Mapping):
        problems.append(Problem(path, "table"))
        given = {"address": 0, "property": "x"}
    fields = Fields(given, f"{path}.", problems)
    fields.known(_REGISTER)
    function = fields.choice("function", FUNCTIONS, 3)
    bits = function in BIT_FUNCTIONS
    kind = fields.choice("type", tuple(TYPES), "bool" if bits else "uint16")
    scale = fields.number("scale", 1.0, -1e9, 1e9)
    if scale == 0:
        fields.wrong("scale", "zero")
    if bits and kind != "bool":
        fields.wrong("type", "not_for_bits")
    return Register(
        function=function,
        address=fields.integer("address", 0, 65_536 - TYPES[kind].words),
        kind=kind,
        bit=_bit(fields, needed=kind == "bool" and not bits),
        low_word_first=fields.choice("word_order", ("high_first", "low_first"), "high_first") == "low_first",
        low_byte_first=fields.choice("byte_order", ("high_first", "low_first"), "high_first") == "low_first",
        scale=scale,
        offset=fields.number("offset", 0.0),
        property=fields.property("property"),
        unit=fields.text("unit", 16) or "1",
        thing=fields.text("thing", 64),
        missing=fields.numbers("missing", _MOST_MISSING),
    )


def _bit(fields: Fields, *, needed: bool) -> int:
    if needed and fields.given.get("bit") is None:
        fields.wrong("bit", "needs_bit")
        return 0
    return fields.integer("bit", 0, 15, 0)


def _check_clashes(registers: tuple[Register, ...], problems: list[Problem]) -> None:
    """Two registers for one property of one thing would overwrite each other."""
    seen: set[tuple[str, str]] = set()
    for n, each in enumerate(registers):
        if (each.thing, each.property) in seen:
            params = {"thing": each.thing or "*", "property": each.property}
            problems.append(Problem(f"registers[{n}].property", "clash", params))
        seen.add((each.thing, each.property))
