# SPDX-License-Identifier: Apache-2.0
"""Settings of a station: tables D.1 and D.4, functions 40H to 43H and 49H."""

from typing import Any

from anshu.wire.base import refuse
from anshu.wire.sl651.body import bcd_value, is_fill

_TABLE = "附录D 表D.1、表D.4"

# Table D.1, items 1 to 15
_BASIC = {
    0x01: "centers",
    0x02: "station",
    0x03: "password",
    0x0C: "working_mode",
    0x0D: "monitored_elements",
    0x0E: "relayed_stations",
    0x0F: "communication_card",
}
# Table D.4
_RUNNING = {
    0x20: "timed_interval_h",
    0x21: "extra_interval_min",
    0x22: "rain_day_start_h",
    0x23: "sampling_interval_s",
    0x24: "level_storage_interval_min",
    0x25: "rain_resolution_mm",
    0x26: "level_resolution_cm",
    0x27: "rain_threshold_mm",
    0x40: "level_threshold_above_m",
    0x41: "level_threshold_below_m",
    0x42: "discharge_threshold_m3_s",
    0x43: "velocity_threshold_m_s",
    0x44: "gate_threshold_m",
    0x45: "power_threshold_kw",
    0x46: "pressure_threshold_hpa",
    0x47: "wind_threshold_m_s",
    0x48: "water_temperature_threshold_cel",
    0x8D: "discharge_upper_m3_s",
    0x96: "volume_limit_m3",
    0x97: "storage_reset",
    0x98: "factory_reset",
}
# Table D.4: two per quantity, upper then lower, from 69H
_LIMITED = (
    "water_temperature",
    "ph",
    "dissolved_oxygen",
    "permanganate_index",
    "conductivity",
    "redox_potential",
    "turbidity",
    "ammonia_nitrogen",
    "total_nitrogen",
    "copper",
    "zinc",
    "fluoride",
    "selenium",
    "arsenic",
    "mercury",
    "cadmium",
    "total_organic_carbon",
    "chlorophyll",
)


def _names() -> dict[int, str]:
    names = _BASIC | _RUNNING
    for n in range(1, 5):  # table D.1, items 4 to 11
        names[2 * n + 2] = f"center_{n}_main_channel"
        names[2 * n + 3] = f"center_{n}_standby_channel"
    for n in range(8):
        names[0x28 + n] = f"level_base_{n + 1}_m"
        names[0x30 + n] = f"level_correction_{n + 1}_m"
        names[0x38 + n] = f"extra_level_{n + 1}_m"
        names[0x49 + 2 * n] = f"intake_{n + 1}_level_upper_m"
        names[0x4A + 2 * n] = f"intake_{n + 1}_level_lower_m"
        names[0x59 + 2 * n] = f"intake_{n + 1}_pressure_upper_kpa"
        names[0x5A + 2 * n] = f"intake_{n + 1}_pressure_lower_kpa"
        names[0x8E + n] = f"meter_{n + 1}_charged_m3"
        names[0x99 + n] = f"meter_{n + 1}_initial_m3"
        names[0xA1 + n] = f"meter_{n + 1}_remaining_alarm_m3"
    for n, quantity in enumerate(_LIMITED):
        names[0x69 + 2 * n] = f"{quantity}_upper"
        names[0x6A + 2 * n] = f"{quantity}_lower"
    return names


NAMES = _names()
_RAW = frozenset({0x03, 0x0D, 0x0E})  # table D.1: HEX, not numbers
_CHANNELS = range(0x04, 0x0C)


def read_parameters(body: bytes, start: int, base: int) -> dict[str, Any]:
    """Read identifier and data pairs to the end of the body; raise Refused."""
    out: dict[str, Any] = {}
    pos = start
    while pos < len(body):
        name, code, at = _identify(body, pos, base)
        if code == 0x0E:  # table D.1 item 14: all eight bits count bytes
            size, decimals = body[at - 1], 0
        else:
            size, decimals = body[at - 1] >> 3, body[at - 1] & 7
        if at + size > len(body):
            left = len(body) - at
            refuse("overrun", base + pos, "6.6.3.2 表26", code=f"{code:02X}H", needed=size, left=left)
        out[name] = _value(code, body[at : at + size], decimals, base + at)
        pos = at + size
    return out


def _identify(body: bytes, pos: int, base: int) -> tuple[str, int, int]:
    code = body[pos]
    at = pos + (3 if code == 0xFF else 2)
    if at > len(body):
        left = len(body) - pos
        refuse("overrun", base + pos, "6.6.3.2 表26", code=f"{code:02X}H", needed=at - pos, left=left)
    if code == 0xFF:
        return f"custom_ff{body[pos + 1]:02x}", code, at
    if code == 0:
        refuse("unknown_element", base + pos, _TABLE, code="00H")
    return NAMES.get(code, f"parameter_{code:02x}"), code, at


def _value(code: int, data: bytes, decimals: int, offset: int) -> Any:
    digits = data.hex()
    if code == 0x01:
        return list(data)
    if code == 0x02 or code in _RAW:
        return digits.upper()
    if code == 0x0F:
        return data.decode("ascii", "backslashreplace")
    if code in _CHANNELS:
        return _channel(digits)
    if code not in NAMES:
        return digits.upper()
    value = None if is_fill(digits) else bcd_value(digits, decimals, offset)[0]
    return int(value) if value is not None and decimals == 0 else value


def _channel(digits: str) -> dict[str, Any]:
    """Read a channel: its type, then an address of that type (table D.1 item 4)."""
    kind, address = digits[:2], digits[2:]
    if kind == "02" and len(address) == 18 and address.isdecimal():
        parts = (str(int(address[i : i + 3])) for i in range(0, 12, 3))
        return {"type": 2, "host": ".".join(parts), "port": int(address[12:])}
    # 6.6.3.3 b: an odd number of digits is led by A
    return {"type": int(kind, 16) if kind else 0, "address": address.removeprefix("a").upper()}
