# SPDX-License-Identifier: Apache-2.0
"""How a shallow cloud takes in air through its top and sides, and how the ground and the wind drag on it."""

from dataclasses import dataclass
from math import sqrt
from typing import Final

from anshu.science.dispersion.slab.ambient import VON_KARMAN, Ambient
from anshu.science.units import STANDARD_GRAVITY_M_S2

# UCRL-MA-105607, section 2.5.2-2.5.3.
ROOT_3: Final = sqrt(3.0)
CROSSWIND_BEND_PER_M: Final = 0.0004
_ENTRAINMENT: Final = 1.5
_TOP_DRAG: Final = 0.02
_STRATIFICATION: Final = 0.025
_CONVECTION: Final = 0.14
_SOURCE_SHEAR: Final = 0.05
_WIND_SHEAR: Final = 0.6
_REFERENCE_HEIGHT_M: Final = 4.0


@dataclass(frozen=True, slots=True)
class Layer:
    """The cloud at one place: depth, half width, speed, crosswind front speed, density, temperature, heat capacity."""

    depth_m: float
    half_width_m: float
    speed_m_s: float
    front_m_s: float
    density_kg_m3: float
    temperature_k: float
    heat_capacity_j_kg_k: float
    source_rise_m_s: float = 0.0
    half_length_m: float = 0.0
    along_front_m_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Stirring:
    """Entrainment through top, sides and ends and transfer of heat, m/s; drag over density and length, m³/s²."""

    top_m_s: float
    side_m_s: float
    end_m_s: float
    heat_transfer_m_s: float
    drag_along: float
    drag_across: float
    drag_front: float


def stir(cloud: Layer, air: Ambient) -> Stirring:
    """Give the mixing and the drag of a cloud on the ground (equations 35-39).

    Top: w = √3 a k U* (u(4 m)/u(h)) (1 - h/H)/φ(h/L), U*² of ground friction, of shear at the top and of convection
    from warmer ground; L of the air's stratification and the cloud's own, 0.025 g (ρ - ρₐ)/ρ. Side: v = √3 √(a₁² U² +
    C (a k Δu)²), a₁ falling with the width; ends likewise, with the wind's own shear over the cloud's depth.
    """
    mean = air.mean_wind_m_s(cloud.depth_m)
    lightness = air.density_kg_m3 / cloud.density_kg_m3
    slip = (mean - cloud.speed_m_s) * lightness
    share = air.friction_velocity_m_s / mean
    across, along = 0.5 * cloud.front_m_s, 0.5 * cloud.along_front_m_s
    top = _TOP_DRAG * (slip**2 + (across * lightness) ** 2)
    ground = share**2 * (cloud.speed_m_s**2 + across**2) + _SOURCE_SHEAR * cloud.source_rise_m_s * mean
    transfer = share * sqrt(ground)
    stirring = sqrt(ground + top + _convection(cloud, air, transfer))
    side_of_shear = _TOP_DRAG * (_ENTRAINMENT * VON_KARMAN * slip) ** 2
    along_the_wind = (share * cloud.speed_m_s) ** 2 - air.friction_velocity_m_s**2
    return Stirring(
        top_m_s=ROOT_3 * _top(cloud, air, stirring),
        side_m_s=ROOT_3 * sqrt(_of_wind(air, mean, cloud.half_width_m) ** 2 + side_of_shear),
        end_m_s=ROOT_3 * sqrt(_of_wind(air, mean, cloud.half_length_m) ** 2 + _of_wind_shear(air, cloud) ** 2),
        heat_transfer_m_s=transfer,
        drag_along=cloud.half_width_m * along_the_wind
        - (cloud.half_width_m + cloud.depth_m) * _TOP_DRAG * abs(slip) * slip,
        drag_across=cloud.half_width_m * _drag(across, share, lightness),
        drag_front=cloud.half_width_m * _drag(along, share, lightness),
    )


def _drag(speed: float, share: float, lightness: float) -> float:
    return (share * speed) ** 2 + _TOP_DRAG * (speed * lightness) ** 2


def _of_wind(air: Ambient, mean: float, half_m: float) -> float:
    intensity = air.crosswind_intensity()
    return intensity * mean / (1.0 + 0.5 * CROSSWIND_BEND_PER_M / intensity * half_m / ROOT_3)


def _of_wind_shear(air: Ambient, cloud: Layer) -> float:
    height = 0.5 * cloud.depth_m / ROOT_3
    rough = height / (height + air.layer.roughness_m)
    gradient = float(air.gradient(height)) * max(1.0 - height / air.mixing_height_m, 0.0)
    return _WIND_SHEAR * air.friction_velocity_m_s / VON_KARMAN * rough * gradient


def _convection(cloud: Layer, air: Ambient, transfer: float) -> float:
    warmer = air.temperature_k - cloud.temperature_k
    if warmer <= 0.0:
        return 0.0
    middle = 0.5 * (air.temperature_k + cloud.temperature_k)
    buoyancy = _CONVECTION * STANDARD_GRAVITY_M_S2 * warmer * transfer * cloud.depth_m / middle
    return float(buoyancy ** (2.0 / 3.0))


def _top(cloud: Layer, air: Ambient, stirring: float) -> float:
    heavy = max(cloud.density_kg_m3 - air.density_kg_m3, 0.0) / cloud.density_kg_m3
    own = _STRATIFICATION * STANDARD_GRAVITY_M_S2 * heavy
    of_air = air.friction_velocity_m_s**2 * float(air.stratification_per_m(cloud.depth_m))
    ratio = cloud.depth_m * (of_air + own) / stirring**2
    mixing = 1.0 + 5.0 * ratio if ratio >= 0 else 1.0 / sqrt(1.0 - 16.0 * ratio)
    shape = air.wind_m_s(_REFERENCE_HEIGHT_M) / air.wind_m_s(cloud.depth_m)
    room = max(1.0 - cloud.depth_m / air.mixing_height_m, 0.0)
    return shape * _ENTRAINMENT * VON_KARMAN * stirring * room / mixing
