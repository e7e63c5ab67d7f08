# SPDX-License-Identifier: Apache-2.0
"""How fast a surface fire runs in a bed of fuel, with wind and slope (Rothermel)."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from anshu.science.fire_spread.fuels import Fuel, Moisture
from anshu.science.standing import Refusal, Standing
from anshu.science.units import FOOT_M, POUND_KG, Array

STANDING: Final = Standing(
    verified_by=("美国林务局 Behave 核心（pyrothermel 0.1.4），13 种可燃物模型",),
    valid_for="均匀连续地表可燃物的准稳态蔓延；不含树冠火、飞火；浙江林型须选配并核对可燃物模型，结果只作研判",
)
_BTU_J: Final = 1055.05585262
_PARTICLE_LB_FT3: Final = 32.0
_MINERAL: Final = 0.0555
_MINERAL_DAMPING: Final = 0.174 * 0.010**-0.19
# Lower ends of the size classes by which loads are weighted, 1/ft (Albini 1976).
_SIZES_FT: Final = (1200.0, 192.0, 96.0, 48.0, 16.0)
_DEAD: Final = np.array([True, True, True, False, False])


@dataclass(frozen=True, slots=True)
class Bed:
    """A bed at one moisture: spread without wind and slope, and what wind and slope do to it.

    `wind_scale` and `wind_power` give φ_w = scale · U^power with U in m/s; `slope_scale` gives φ_s = scale · tan²φ.
    """

    still_m_s: float
    reaction_w_m2: float
    residence_s: float
    wind_scale: float
    wind_power: float
    slope_scale: float

    @property
    def most_wind_m_s(self) -> float:
        """Tell up to which wind Rothermel (1972) let spread grow."""
        return 0.9 * self.reaction_w_m2 / _BTU_J * FOOT_M**2 * 60 * FOOT_M / 60


@dataclass(frozen=True, slots=True)
class Spread:
    """Spread at the head: speed, bearing it runs to, the wind alone that would drive it so, intensity and flame."""

    speed_m_s: Array
    heading_deg: Array
    effective_wind_m_s: Array
    intensity_w_m: Array
    flame_m: Array


def surface_spread(
    fuel: Fuel,
    moisture: Moisture,
    *,
    midflame_wind_m_s: ArrayLike,
    wind_from_deg: ArrayLike = 0.0,
    slope: ArrayLike = 0.0,
    aspect_deg: ArrayLike = 0.0,
    limited: bool = False,
) -> Spread:
    """Give the spread at the head of a fire, wind and slope added as vectors.

    R = I_R ξ (1 + |φ_w + φ_s|)/(ρ_b ε Q_ig); flame 0.0775 I^0.46 with Byram's I = I_R t_r R in kW/m.

    Parameters
    ----------
    midflame_wind_m_s
        Wind at half the flame's height, as `wind.midflame_wind_m_s` makes it.
    wind_from_deg
        Bearing the wind comes from.
    slope
        Rise over run.
    aspect_deg
        Bearing the slope faces, downhill.
    limited
        Whether wind counts only up to 0.9 I_R (ft/min, Btu/ft²/min), as Rothermel (1972) had it and Behave does;
        Andrews, Cruz and Rothermel (2013) advise against it, and fire then runs no slower than measured.

    Raises
    ------
    Refusal
        `negative` where wind, slope or a moisture is below zero; `moisture_missing` where one is NaN.

    References
    ----------
    Rothermel, R. C. (1972), USDA Forest Service INT-115; Albini, F. A. (1976), INT-30; both as gathered in Andrews,
    P. L. (2018), RMRS-GTR-371. Flame: Byram (1959). Limit of wind: Andrews, P. L., Cruz, M. G. and Rothermel, R. C.
    (2013), International Journal of Wildland Fire 22, 959-969.
    """
    bed = bed_of(fuel, moisture)
    wind, steepness = np.asarray(midflame_wind_m_s, float), np.asarray(slope, float)
    for name, values in (("midflame_wind_m_s", wind), ("slope", steepness)):
        if np.any(values < 0):
            raise Refusal("negative", name=name, value=float(np.nanmin(values)))
    by_wind, by_slope = bed.wind_scale * wind**bed.wind_power, bed.slope_scale * steepness**2
    downwind, uphill = (
        np.radians(np.asarray(wind_from_deg, float) + 180),
        np.radians(np.asarray(aspect_deg, float) + 180),
    )
    east = by_wind * np.sin(downwind) + by_slope * np.sin(uphill)
    north = by_wind * np.cos(downwind) + by_slope * np.cos(uphill)
    both = np.hypot(east, north)
    if limited:
        both = np.minimum(both, bed.wind_scale * bed.most_wind_m_s**bed.wind_power)
    speed = bed.still_m_s * (1 + both)
    intensity = bed.reaction_w_m2 * bed.residence_s * speed
    wind_alone = (both / bed.wind_scale) ** (1 / bed.wind_power) if bed.wind_scale > 0 else 0.0 * both
    return Spread(
        speed, np.degrees(np.arctan2(east, north)) % 360, wind_alone, intensity, 0.0775 * (intensity / 1000) ** 0.46
    )


def bed_of(fuel: Fuel, moisture: Moisture) -> Bed:
    """Work out a bed at one moisture, in the feet, pounds, Btu and minutes its equations are written in."""
    wet = np.array(
        [moisture.dead_1h, moisture.dead_10h, moisture.dead_100h, moisture.live_herb, moisture.live_wood], float
    )
    load = np.array(fuel.load_kg_m2) / POUND_KG * FOOT_M**2
    if np.isnan(wet[load > 0]).any():
        raise Refusal("moisture_missing")
    if np.any(wet < 0):
        raise Refusal("negative", name="moisture", value=float(np.nanmin(wet)))
    wet = np.where(load > 0, wet, 0.0)
    ratio, depth = np.array(fuel.surface_m) * FOOT_M, fuel.depth_m / FOOT_M
    area = load * ratio / _PARTICLE_LB_FT3
    share = np.where(_DEAD, _share(area, _DEAD), _share(area, ~_DEAD))
    kind = np.array([area[_DEAD].sum(), area[~_DEAD].sum()]) / area.sum()
    surface = float(sum(kind[place] * (share * ratio)[one].sum() for place, one in enumerate((_DEAD, ~_DEAD))))
    bulk = float(load.sum() / depth)
    packing = bulk / _PARTICLE_LB_FT3
    relative = packing / (3.348 * surface**-0.8189)
    reaction = _velocity(surface, relative) * _heat(fuel, load, ratio, share, wet)
    warming = np.exp(-138 / np.where(ratio > 0, ratio, np.inf)) * (250 + 1116 * wet) * (ratio > 0)
    sink = bulk * sum(kind[place] * (share * warming)[one].sum() for place, one in enumerate((_DEAD, ~_DEAD)))
    flux = np.exp((0.792 + 0.681 * surface**0.5) * (packing + 0.1)) / (192 + 0.2595 * surface)
    power = 0.02526 * surface**0.54
    scale = 7.47 * np.exp(-0.133 * surface**0.55) * relative ** (-0.715 * np.exp(-3.59e-4 * surface))
    return Bed(
        still_m_s=float(reaction * flux / sink) * FOOT_M / 60,
        reaction_w_m2=float(reaction) * _BTU_J / FOOT_M**2 / 60,
        residence_s=384.0 / surface * 60,
        wind_scale=float(scale * (60 / FOOT_M) ** power),
        wind_power=float(power),
        slope_scale=5.275 * packing**-0.3,
    )


def _velocity(surface: float, relative: float) -> float:
    most = surface**1.5 / (495 + 0.0594 * surface**1.5)
    power = 133 * surface**-0.7913
    return float(most * relative**power * np.exp(power * (1 - relative)))


def _heat(fuel: Fuel, load: Array, ratio: Array, share: Array, wet: Array) -> float:
    """Give the heat of dead and live fuel together, damped by their moisture and minerals, Btu/ft²."""
    btu_lb = fuel.heat_j_kg * POUND_KG / _BTU_J
    net = load * (1 - _MINERAL) * _by_size(ratio, share)
    total = 0.0
    for one, extinction in ((_DEAD, fuel.extinction), (~_DEAD, _live_extinction(fuel, load, ratio, wet))):
        part = min(float((share * wet)[one].sum()) / extinction, 1.0)
        damping = max(1 - 2.59 * part + 5.11 * part**2 - 3.52 * part**3, 0.0)
        total += float(net[one].sum()) * btu_lb * damping * _MINERAL_DAMPING
    return total


def _live_extinction(fuel: Fuel, load: Array, ratio: Array, wet: Array) -> float:
    """Find the moisture of extinction of live fuel from the fine dead fuel that must heat it (Albini 1976)."""
    known = np.where(ratio > 0, ratio, np.inf)
    dead = (load * np.exp(-138 / known))[_DEAD]
    live = (load * np.exp(-500 / known))[~_DEAD].sum()
    if live == 0:
        return fuel.extinction
    fine_wet = (dead * wet[_DEAD]).sum() / dead.sum()
    return max(float(2.9 * dead.sum() / live * (1 - fine_wet / fuel.extinction) - 0.226), fuel.extinction)


def _share(area: Array, one: np.ndarray) -> Array:
    total = area[one].sum()
    return area / total if total > 0 else 0.0 * area


def _by_size(ratio: Array, share: Array) -> Array:
    """Weigh each load by the area of all fuel of its own size class and kind."""
    size = np.digitize(ratio, _SIZES_FT)
    same = (size[:, None] == size[None, :]) & (_DEAD[:, None] == _DEAD[None, :])
    # Fuel thinner than no class (below 16 1/ft) has no weight.
    return np.where(size < len(_SIZES_FT), (same * share[None, :]).sum(axis=1), 0.0)
