# SPDX-License-Identifier: Apache-2.0
"""What the Britter-McQuaid plume and puff share: piecewise curves of distance by concentration."""

from collections.abc import Sequence
from math import log10

import numpy as np

from anshu.science.units import Array

Piece = tuple[float, float, float]


def curve(alpha: float, pieces: Sequence[Piece]) -> float:
    """Read a piecewise line: each piece holds up to its first number, with slope and intercept after it."""
    slope, intercept = next(((m, b) for upto, m, b in pieces if alpha <= upto), pieces[-1][1:])
    return slope * alpha + intercept


def along_curves(distance: Array, betas: Sequence[float], shares: Sequence[float]) -> Array:
    """Interpolate concentration in the logarithm of scaled distance; beyond the last point it falls as distance⁻²."""
    last = 10.0 ** betas[-1]
    inside = np.interp(np.log10(np.maximum(distance, 1e-9)), betas, shares)
    return np.where(distance > last, shares[-1] * (last / np.maximum(distance, 1e-9)) ** 2, inside)


def distance_at(share: float, betas: Sequence[float], shares: Sequence[float]) -> float:
    """Find the scaled distance at which concentration falls to a share of the initial one."""
    if share < shares[-1]:
        return float(10.0 ** betas[-1] * np.sqrt(shares[-1] / share))
    return float(10.0 ** np.interp(share, shares[::-1], betas[::-1]))


def warmed(share: Array, temperature_ratio: float) -> Array:
    """Correct a share for a release at another temperature: the ratio is air's over the release's (workbook, §3.4)."""
    value: Array = share * temperature_ratio / (1.0 - share + share * temperature_ratio)
    return value


def isothermal(share: float, temperature_ratio: float) -> float:
    """Undo `warmed`: the isothermal share equivalent to a real one."""
    return share / (share + (1.0 - share) * temperature_ratio)


def log_alpha(scale: float, group: float) -> float:
    """Give the correlation's α, `scale` times the decimal logarithm of a positive group."""
    return scale * log10(group)
