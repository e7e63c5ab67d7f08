# SPDX-License-Identifier: Apache-2.0
"""Units: what protocols send, and what is stored."""

# One spelling for units that are written in several ways (UCUM on the left side of what protocols send).
_SPELLINGS = {
    "℃": "Cel", "°C": "Cel", "C": "Cel", "degC": "Cel", "°F": "[degF]", "F": "[degF]",
    "m³/s": "m3/s", "m^3/s": "m3/s", "m³": "m3", "m³/h": "m3/h", "m²": "m2", "kg/m³": "kg/m3",
    "[pH]": "1", "pH": "1", "{NTU}": "NTU", "μS/cm": "uS/cm", "µS/cm": "uS/cm", "": "1", "mbar": "hPa",
    "ft": "[ft_i]", "in": "[in_i]", "ft3/s": "[cft_i]/s", "ft^3/s": "[cft_i]/s", "ft³/s": "[cft_i]/s",
    "°": "deg", "％": "%",
}  # fmt: skip
# unit -> (quantity, factor, offset) to the quantity's base: base = value * factor + offset
_UNITS = {
    "mm": ("length", 0.001, 0.0),
    "cm": ("length", 0.01, 0.0),
    "m": ("length", 1.0, 0.0),
    "km": ("length", 1000.0, 0.0),
    "[ft_i]": ("length", 0.3048, 0.0),
    "[in_i]": ("length", 0.0254, 0.0),
    "m3/s": ("flow", 1.0, 0.0),
    "L/s": ("flow", 0.001, 0.0),
    "m3/h": ("flow", 1 / 3600, 0.0),
    "[cft_i]/s": ("flow", 0.028316846592, 0.0),
    "m/s": ("speed", 1.0, 0.0),
    "km/h": ("speed", 1 / 3.6, 0.0),
    "Pa": ("pressure", 1.0, 0.0),
    "hPa": ("pressure", 100.0, 0.0),
    "kPa": ("pressure", 1000.0, 0.0),
    "MPa": ("pressure", 1e6, 0.0),
    "Cel": ("temperature", 1.0, 0.0),
    "K": ("temperature", 1.0, -273.15),
    "[degF]": ("temperature", 5 / 9, -160 / 9),
    "V": ("voltage", 1.0, 0.0),
    "mV": ("voltage", 0.001, 0.0),
    "A": ("current", 1.0, 0.0),
    "mA": ("current", 0.001, 0.0),
    "s": ("time", 1.0, 0.0),
    "min": ("time", 60.0, 0.0),
    "h": ("time", 3600.0, 0.0),
    "mg/L": ("density", 1.0, 0.0),
    "kg/m3": ("density", 1000.0, 0.0),
    "ug/L": ("density", 1e-3, 0.0),
    "ng/L": ("density", 1e-6, 0.0),
    "mg/m3": ("density", 1e-3, 0.0),
    "ug/m3": ("density", 1e-6, 0.0),
    "ng/m3": ("density", 1e-9, 0.0),
}


def conversion(given: str, wanted: str) -> tuple[float, float] | None:
    """This will give (factor, offset) from one unit to another; None where they measure different things."""
    given, wanted = _SPELLINGS.get(given, given), _SPELLINGS.get(wanted, wanted)
    if given == wanted:
        return 1.0, 0.0
    if given not in _UNITS or wanted not in _UNITS:
        return None
    kind, factor, offset = _UNITS[given]
    wanted_kind, wanted_factor, wanted_offset = _UNITS[wanted]
    if kind != wanted_kind:
        return None
    return factor / wanted_factor, (offset - wanted_offset) / wanted_factor
