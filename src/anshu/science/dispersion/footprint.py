# SPDX-License-Identifier: Apache-2.0
"""Where a plume exceeds a threshold, as a polygon on the map, for one weather or for many."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from shapely import Point, Polygon, affinity, contains_xy
from shapely.geometry.base import BaseGeometry

from anshu.science.dispersion import britter_mcquaid_plume as dense
from anshu.science.dispersion.gaussian_plume import Plume, crosswind_half_width
from anshu.science.dispersion.slab import profile as layer
from anshu.science.dispersion.slab.trajectory import Trajectory
from anshu.science.standing import Standing
from anshu.science.units import Array

STANDING: Final = Standing(
    verified_by=(),
    valid_for="边界取自所用扩散模式；范围与模式相同；几何误差小于步长",
)
_NEAREST_M: Final = 1.0
_POINTS: Final = 160


@dataclass(frozen=True, slots=True)
class Weather:
    """One possible weather: wind in m/s, the direction it comes from in degrees, and the stability class."""

    wind_m_s: float
    wind_from_deg: float
    stability: str


def plume_footprint(
    plume: Plume, *, threshold_kg_m3: float, wind_from_deg: float, z_m: float = 0.0, farthest_m: float = 20_000.0
) -> Polygon:
    """Draw where a Gaussian plume reaches a concentration at a height, in metres east and north of the release.

    The polygon is empty where the threshold is reached nowhere; it ends at `farthest_m`, beyond which the spread curves
    were not measured.
    """
    along = np.geomspace(_NEAREST_M, farthest_m, _POINTS)
    half = crosswind_half_width(plume, along, threshold_kg_m3=threshold_kg_m3, z_m=z_m)
    return downwind_polygon(along, half, wind_from_deg=wind_from_deg)


def dense_footprint(plume: dense.DensePlume, *, fraction: float, wind_from_deg: float) -> Polygon:
    """Draw where a dense plume reaches a volume fraction, in metres east and north of the release.

    The workbook gives one width of the whole cloud, which is wider than the part above the fraction near the far end.
    """
    along = np.geomspace(_NEAREST_M, max(dense.distance_to(plume, fraction), 2 * _NEAREST_M), _POINTS)
    return downwind_polygon(along, dense.half_width(plume, along), wind_from_deg=wind_from_deg)


def layer_footprint(
    trajectory: Trajectory, *, fraction: float, wind_from_deg: float, z_m: float = 0.0, averaged_s: float = 10.0
) -> Polygon:
    """Draw where a shallow-layer cloud reaches a volume fraction while it passes, in metres east and north."""
    x = trajectory.column("x_m")
    along = np.geomspace(_NEAREST_M, x[-1], _POINTS)
    half = layer.half_width(trajectory, along, fraction=fraction, z_m=z_m, averaged_s=averaged_s)
    return downwind_polygon(along, half, wind_from_deg=wind_from_deg)


def downwind_polygon(along_m: ArrayLike, half_width_m: ArrayLike, *, wind_from_deg: float) -> Polygon:
    """Turn half widths along the wind into a polygon in metres east and north; missing widths are outside."""
    along, half = np.asarray(along_m, float), np.asarray(half_width_m, float)
    inside = np.isfinite(half) & (half > 0)
    if inside.sum() < 2:
        return Polygon()
    along, half = along[inside], half[inside]
    outline = np.concatenate([np.column_stack([along, half]), np.column_stack([along, -half])[::-1]])
    # Downwind is +x here; a wind from the north (0°) blows towards -90° in mathematical angle.
    turned = affinity.rotate(Polygon(outline), 270.0 - wind_from_deg, origin=(0, 0))
    return turned if isinstance(turned, Polygon) else Polygon()


def circle(radius_m: float) -> Polygon:
    """Draw a circle about the release, in metres."""
    return Polygon() if not radius_m > 0 else Point(0, 0).buffer(radius_m, quad_segs=32)


def exceedance(
    weathers: Sequence[Weather], east_m: Array, north_m: Array, *, footprint_of: Callable[[Weather], BaseGeometry]
) -> Array:
    """Give the share of weathers in which each place lies within the footprint."""
    count = np.zeros(np.shape(east_m))
    for weather in weathers:
        count += contains_xy(footprint_of(weather), east_m, north_m)
    return count / len(weathers)


def persons_inside(footprint: BaseGeometry, east_m: ArrayLike, north_m: ArrayLike, persons: ArrayLike) -> float:
    """Add up the persons at places within a footprint; a place with unknown persons makes the sum unknown (NaN)."""
    inside = contains_xy(footprint, np.asarray(east_m, float), np.asarray(north_m, float))
    return float(np.sum(np.asarray(persons, float)[inside]))


def on_the_map(footprint: BaseGeometry, *, longitude_deg: float, latitude_deg: float) -> BaseGeometry:
    """Place a footprint in metres about the release on CGCS2000/WGS-84 longitude and latitude."""
    from pyproj import Transformer
    from shapely import transform

    local = f"+proj=aeqd +lat_0={latitude_deg} +lon_0={longitude_deg} +datum=WGS84 +units=m"
    to_degrees = Transformer.from_crs(local, "EPSG:4326", always_xy=True)
    placed: BaseGeometry = transform(
        footprint, lambda points: np.column_stack(to_degrees.transform(points[:, 0], points[:, 1]))
    )
    return placed
