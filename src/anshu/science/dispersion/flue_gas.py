# SPDX-License-Identifier: Apache-2.0
"""What a boiler sends up its stack: emission by factor and flue gas by EPA Method 19."""

from typing import Final

from anshu.science.standing import Standing
from anshu.science.units import ATMOSPHERE_PA

STANDING: Final = Standing(
    verified_by=("锅炉烟囱算例（selenized，AP-42 与 Method 19）",),
    valid_for="燃烧源稳定工况；湿基氧含量",
)
NATURAL_GAS_FACTOR_M3_J: Final = 2.85e-7  # EPA Method 19, table 19-2, wet basis
AMBIENT_MOISTURE: Final = 0.027  # Method 19's default
STANDARD_TEMPERATURE_K: Final = 293.15  # Method 19's standard conditions, 20 °C and 760 mmHg


def emission_rate(heat_input_w: float, *, factor_kg_m3: float, heating_value_j_m3: float) -> float:
    """Give a pollutant's emission, Q = EF · W / HV, kg/s (EPA AP-42, section 1.4)."""
    return factor_kg_m3 * heat_input_w / heating_value_j_m3


def flue_gas_flow(heat_input_w: float, *, oxygen_pct: float, factor_m3_j: float = NATURAL_GAS_FACTOR_M3_J) -> float:
    """Give flue gas at standard conditions, V = F_w · 20.9/(20.9 (1 - B) - O₂) · W, m³/s (Method 19, eq. 19-2)."""
    return factor_m3_j * 20.9 / (20.9 * (1 - AMBIENT_MOISTURE) - oxygen_pct) * heat_input_w


def at_stack(flow_m3_s: float, *, temperature_k: float, pressure_pa: float = ATMOSPHERE_PA) -> float:
    """Turn a flow at Method 19's standard conditions into the actual flow, as an ideal gas."""
    return flow_m3_s * temperature_k / STANDARD_TEMPERATURE_K * ATMOSPHERE_PA / pressure_pa
