# SPDX-License-Identifier: Apache-2.0
"""The gas at a place, from the layer that passes over it: soft-edged across, half a bell upwards (Ermak 1990)."""

from math import pi, sqrt
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from anshu.science.dispersion.slab.mixing import CROSSWIND_BEND_PER_M, ROOT_3
from anshu.science.dispersion.slab.trajectory import Trajectory
from anshu.science.extra import library
from anshu.science.units import Array

_LEAST: Final = 1e-12
_ACROSS: Final = 200


def peak_volume_fraction(
    trajectory: Trajectory, x_m: ArrayLike, y_m: ArrayLike = 0.0, z_m: ArrayLike = 0.0, *, averaged_s: float = 10.0
) -> Array:
    """Give the most gas that a place sees while the cloud passes, as a volume fraction averaged over a time.

    C = 4 B h Y(y) Z(z) C̄ with Y = [erf((y + b)/√2β) - erf((y - b)/√2β)]/4b and Z = √(2/π)/σ exp(-z²/2σ²)/2,
    σ = h/√3; a cloud cut off from its source has the like of Y along the wind. Over a longer time the wind's swinging
    widens β. NaN before the source and beyond where the cloud was followed.

    References
    ----------
    Ermak, D. L. (1990), UCRL-MA-105607, sections 2.2.4 and 2.6, equations 13-14 and 48-53.
    """
    along, across, above = np.broadcast_arrays(*(np.asarray(one, float) for one in (x_m, y_m, z_m)))
    at = {name: _at(trajectory, name, along) for name in ("half_width_m", "core_m", "depth_m")}
    edge = meandering_edge_m(trajectory, along, averaged_s=averaged_s)
    level = at["half_width_m"] * _across(across, at["core_m"], edge)
    sigma = at["depth_m"] / ROOT_3
    upwards = at["depth_m"] * sqrt(2.0 / pi) / sigma * np.exp(-0.5 * (above / sigma) ** 2)
    held = np.maximum(trajectory.volume_fraction * _lengthwise(trajectory), _LEAST)
    mean = np.exp(_read(trajectory, np.log(held), along))
    value: Array = np.minimum(mean * level * upwards, 1.0)
    return value


def meandering_edge_m(trajectory: Trajectory, x_m: ArrayLike, *, averaged_s: float) -> Array:
    """Give the softness β of the edge, widened by how the wind swings within the averaging time."""
    along = np.asarray(x_m, float)
    half, core = _at(trajectory, "half_width_m", along), _at(trajectory, "core_m", along)
    air = trajectory.air
    steady = air.crosswind_intensity()
    seen = np.minimum(duration_s(trajectory, along), averaged_s)
    swings = (np.vectorize(air.crosswind_intensity, otypes=[float])(seen) / steady) ** 2 - 1.0
    travelled = np.maximum(along - trajectory.start_m, 0.0)
    passive = 2.0 * steady / CROSSWIND_BEND_PER_M * (np.sqrt(1.0 + CROSSWIND_BEND_PER_M * travelled) - 1.0)
    edge: Array = np.sqrt(np.maximum(half**2 - core**2, _LEAST) / 3.0 + swings * passive**2)
    return edge


def duration_s(trajectory: Trajectory, x_m: ArrayLike) -> Array:
    """Give how long the cloud is over a place, s: as long as the source gave, or 2 Bx/U once cut off if more."""
    length, speed = trajectory.column("half_length_m"), trajectory.column("speed_m_s")
    lasting = np.where(np.isfinite(length), 2.0 * length / np.maximum(speed, _LEAST), trajectory.lasting_s)
    return _read(trajectory, np.maximum(lasting, trajectory.lasting_s), np.asarray(x_m, float))


def distance_to(trajectory: Trajectory, fraction: float, *, z_m: float = 0.0, averaged_s: float = 10.0) -> float:
    """Find how far downwind the cloud reaches a volume fraction, metres; NaN where it never does or goes on beyond."""
    x = trajectory.column("x_m")
    along = np.geomspace(max(x[x > 0][0], 1.0), x[-1], 10 * _ACROSS)
    peak = peak_volume_fraction(trajectory, along, 0.0, z_m, averaged_s=averaged_s)
    over = np.flatnonzero(peak >= fraction)
    return float("nan") if len(over) == 0 or over[-1] == len(along) - 1 else float(along[over[-1]])


def half_width(
    trajectory: Trajectory, x_m: ArrayLike, *, fraction: float, z_m: float = 0.0, averaged_s: float = 10.0
) -> Array:
    """Give how far from the axis the cloud reaches a volume fraction, metres; NaN where the axis itself does not."""
    along = np.asarray(x_m, float)
    widest = 1.5 * np.nanmax(trajectory.column("half_width_m")) + 1.0
    y = np.linspace(0.0, widest, _ACROSS)
    seen = peak_volume_fraction(trajectory, along[:, None], y[None, :], z_m, averaged_s=averaged_s)
    inside = seen >= fraction
    reach = y[np.maximum(inside.sum(axis=1) - 1, 0)]
    return np.where(inside[:, 0], reach, np.nan)


def _across(y: Array, core: Array, edge: Array) -> Array:
    erf = library("scipy.special").erf
    soft = sqrt(2.0) * edge
    value: Array = (erf((y + core) / soft) - erf((y - core) / soft)) / (2.0 * core)
    return value


def _lengthwise(trajectory: Trajectory) -> Array:
    # At its centre a cloud cut off from the source holds more than its mean, by the like of the crosswind profile.
    length, core = trajectory.column("half_length_m"), trajectory.column("core_length_m")
    cut = np.isfinite(length)
    length, core = np.where(cut, length, 1.0), np.where(cut, core, 1.0)
    soft = np.sqrt(2.0 * np.maximum(length**2 - core**2, _LEAST) / 3.0)
    return np.where(cut, library("scipy.special").erf(core / soft) * length / core, 1.0)


def _at(trajectory: Trajectory, name: str, along: Array) -> Array:
    return np.exp(_read(trajectory, np.log(np.maximum(trajectory.column(name), _LEAST)), along))


def _read(trajectory: Trajectory, values: Array, along: Array) -> Array:
    value: Array = np.interp(along, trajectory.column("x_m"), values, left=np.nan, right=np.nan)
    return value
