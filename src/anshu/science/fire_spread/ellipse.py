# SPDX-License-Identifier: Apache-2.0
"""The ground a fire may have reached: ellipses that grow with the wind, each hour's added to the last."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from shapely import Polygon

from anshu.science.standing import Refusal, Standing, require_positive
from anshu.science.units import FOOT_M, Array

STANDING: Final = Standing(
    verified_by=("美国林务局 Behave 核心（pyrothermel 0.1.4）各方位蔓延速度",),
    valid_for="同一时段内可燃物、坡度、风均匀的地面；不计道路、河流、扑救；多时段相加为无障碍地面上的精确解",
)
_MILE_HOUR_M_S: Final = 5280 * FOOT_M / 3600
_LONGEST: Final = 8.0  # beyond the fires the relation was drawn from


@dataclass(frozen=True, slots=True)
class Period:
    """A span of steady spread: minutes, speed and bearing of the head, wind that alone would drive it so."""

    minutes: float
    speed_m_s: float
    heading_deg: float
    effective_wind_m_s: float


def length_to_width(effective_wind_m_s: ArrayLike) -> Array:
    """Give length over width of a fire, 0.936 e^(0.1147 U) + 0.461 e^(-0.0692 U) - 0.397, U in mi/h, up to 8.

    References
    ----------
    Anderson, H. E. (1983), USDA Forest Service INT-305, moved to 1 at no wind by Finney, M. A. (1998), RMRS-RP-4.
    """
    wind = np.asarray(effective_wind_m_s, float) / _MILE_HOUR_M_S
    ratio = 0.936 * np.exp(0.1147 * wind) + 0.461 * np.exp(-0.0692 * wind) - 0.397
    return np.minimum(ratio, _LONGEST)


def speed_towards(period: Period, bearing_deg: ArrayLike) -> Array:
    """Give the spread from the place of ignition towards a bearing, R (1 - e)/(1 - e cos γ), m/s.

    References
    ----------
    Catchpole, E. A., Alexander, M. E. and Gill, A. M. (1992), International Journal of Wildland Fire 2, 145-158.
    """
    away = np.radians(np.asarray(bearing_deg, float) - period.heading_deg)
    eccentricity = _eccentricity(period)
    speed: Array = period.speed_m_s * (1 - eccentricity) / (1 - eccentricity * np.cos(away))
    return speed


def perimeters(
    ignition: Polygon | tuple[float, float], periods: Sequence[Period], *, points: int = 180
) -> tuple[Polygon, ...]:
    """Give the ground burnt by the end of each period, in metres of one projection.

    Every point of a perimeter starts an ellipse of its own (Huygens); over ground alike everywhere the result is the
    sum of all periods' ellipses, found here from the outward normals without stepping.

    Parameters
    ----------
    ignition
        Where it burns: a point, or an area, of which the convex hull is taken.
    periods
        Spans in order; speed, bearing and effective wind as `rothermel.surface_spread` gives them.
    points
        Corners of the polygons.

    Raises
    ------
    Refusal
        `spread_missing` where a period's value is NaN, `negative` where a speed is; `not_positive` minutes.

    References
    ----------
    Richards, G. D. (1990), International Journal for Numerical Methods in Engineering 30, 1163-1179.
    """
    require_positive(points=points)
    normals = np.linspace(0, 2 * np.pi, points, endpoint=False)
    outward = np.stack([np.sin(normals), np.cos(normals)], axis=1)
    front = _start(ignition, outward)
    found = []
    for period in periods:
        front = front + _growth(period, outward)
        found.append(Polygon(front).convex_hull)
    return tuple(found)  # type: ignore[arg-type]


def _growth(period: Period, outward: Array) -> Array:
    """Find the corner of the period's ellipse that lies furthest along each outward normal."""
    require_positive(minutes=period.minutes)
    if np.isnan([period.speed_m_s, period.heading_deg, period.effective_wind_m_s]).any():
        raise Refusal("spread_missing")
    if period.speed_m_s < 0:
        raise Refusal("negative", name="speed_m_s", value=period.speed_m_s)
    eccentricity, heading = _eccentricity(period), np.radians(period.heading_deg)
    run = period.speed_m_s * period.minutes * 60
    half_length = run / (1 + eccentricity)
    half_width = half_length * np.sqrt(1 - eccentricity**2)
    ahead = np.array([np.sin(heading), np.cos(heading)])
    aside = np.array([ahead[1], -ahead[0]])
    along, across = outward @ ahead, outward @ aside
    reach = np.hypot(half_length * along, half_width * across)
    if run == 0:
        return np.zeros_like(outward)
    centre = half_length * eccentricity * ahead
    corner: Array = (
        centre + (half_length**2 * along[:, None] * ahead + half_width**2 * across[:, None] * aside) / reach[:, None]
    )
    return corner


def _start(ignition: Polygon | tuple[float, float], outward: Array) -> Array:
    if isinstance(ignition, Polygon):
        corners = np.asarray(ignition.convex_hull.exterior.coords)  # type: ignore[attr-defined]
        furthest: Array = corners[(outward @ corners.T).argmax(axis=1)]
        return furthest
    return np.broadcast_to(np.asarray(ignition, float), outward.shape)


def _eccentricity(period: Period) -> float:
    ratio = float(length_to_width(period.effective_wind_m_s))
    return float(np.sqrt(ratio**2 - 1) / ratio)
