# SPDX-License-Identifier: Apache-2.0
"""The FF scale, which turns litter moisture into a code, and the equilibrium moistures both time steps share."""

from typing import Final

import numpy as np

from anshu.science.units import Array

# 250 · 59.5 / 101. Van Wagner 1987 prints 147.2; the full value keeps code 101 at zero moisture.
FF_COEFFICIENT: Final = 250.0 * 59.5 / 101.0
MOST_MOISTURE_PCT: Final = 250.0


def moisture_from_code(code: Array) -> Array:
    """Turn a fine fuel code into litter moisture, per cent of dry weight (Van Wagner & Pickett 1985, eq. 1)."""
    return FF_COEFFICIENT * (101.0 - code) / (59.5 + code)


def code_from_moisture(moisture_pct: Array) -> Array:
    """Turn litter moisture, per cent of dry weight, into a fine fuel code (eq. 10)."""
    return 59.5 * (250.0 - moisture_pct) / (FF_COEFFICIENT + moisture_pct)


def after_rain(moisture_pct: Array, effective_rain_mm: Array) -> Array:
    """Wet the litter by rain that reaches it, up to 250 % (eqs. 3a and 3b)."""
    falls = effective_rain_mm > 0
    rain = np.where(falls, effective_rain_mm, 1.0)
    gain = 42.5 * rain * np.exp(-100.0 / (251.0 - moisture_pct)) * (1.0 - np.exp(-6.93 / rain))
    extra = np.where(moisture_pct > 150.0, 0.0015 * (moisture_pct - 150.0) ** 2 * np.sqrt(rain), 0.0)
    wet = np.minimum(moisture_pct + gain + extra, MOST_MOISTURE_PCT)
    return np.where(falls | np.isnan(effective_rain_mm), wet + 0 * effective_rain_mm, moisture_pct)


def drying_equilibrium(temperature_c: Array, humidity_pct: Array) -> Array:
    """Give the moisture litter dries down to, per cent (eq. 4)."""
    return (
        0.942 * humidity_pct**0.679
        + 11.0 * np.exp((humidity_pct - 100.0) / 10.0)
        + _warmth(temperature_c, humidity_pct)
    )


def wetting_equilibrium(temperature_c: Array, humidity_pct: Array) -> Array:
    """Give the moisture litter takes up from the air, per cent (eq. 5)."""
    return (
        0.618 * humidity_pct**0.753
        + 10.0 * np.exp((humidity_pct - 100.0) / 10.0)
        + _warmth(temperature_c, humidity_pct)
    )


def exchange_rate(dryness: Array, wind_km_h: Array) -> Array:
    """Give the log rate of drying (dryness = RH/100) or wetting (1 - RH/100) at 21.1 °C (eqs. 6a and 7a)."""
    return 0.424 * (1.0 - dryness**1.7) + 0.0694 * np.sqrt(wind_km_h) * (1.0 - dryness**8)


def _warmth(temperature_c: Array, humidity_pct: Array) -> Array:
    return 0.18 * (21.1 - temperature_c) * (1.0 - np.exp(-0.115 * humidity_pct))
