# SPDX-License-Identifier: Apache-2.0
"""The multi-energy blast curves that could be had as numbers: classes 1 to 6, and 7 to 10 far from the cloud."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, log
from types import MappingProxyType
from typing import Final, NamedTuple

Points = tuple[tuple[float, float], ...]
# Where the curves begin: the edge of the burnt cloud.
_NEAREST: Final = 0.23


@dataclass(frozen=True, slots=True)
class BlastCurves:
    """Digitised curves with their source.

    Parameters
    ----------
    source
        Where the points were read.
    points
        For each class, points (scaled distance, overpressure over ambient).
    far_only
        Classes whose points begin away from the cloud: nearer than the first nothing is known.
    """

    source: str
    points: Mapping[int, Points]
    far_only: frozenset[int] = frozenset()


class _Fit(NamedTuple):
    """Overpressure `within` as far as it lies under factor · r'^exponent, then that; read off as far as `farthest`."""

    within: float
    factor: float
    exponent: float
    farthest: float


# Taken on 28 November 2026 from J. Currie (2021), master's project on safe distances for hydrogen, Strathclyde
# (github.com/JacobC182/MEng-Thesis-Project---Hydrogen-Safety, Method-Script-1.py), which gives power laws for "TNO
# multi-energy reference curves" without naming the figure; the plateaus are those of the Yellow Book's figure 5.8A (TNO
# 2005). One source, not read against the printed figure.
_FITS: Final[Mapping[int, _Fit]] = MappingProxyType(
    {
        1: _Fit(0.01, 6.4e-3, -0.97, 7.0),
        4: _Fit(0.1, 6.44e-2, -0.99, 70.0),
        5: _Fit(0.2, 0.117, -0.99, 90.0),
        6: _Fit(0.5, 0.301, -1.11, 100.0),
    }
)
# Overpressure within the cloud of the classes that no fit was found for (Yellow Book, section 5.5).
_BETWEEN: Final[Mapping[int, float]] = MappingProxyType({2: 0.02, 3: 0.05})
# Far from the cloud the strong classes run together. In French practice class 10 gives 200, 140 and 50 mbar at 0.032,
# 0.05 and 0.11 E^(1/3) metres; class 6 gives 196, 119 and 50 there. Nearer than the first of them they part.
_STRONG: Final = (7, 8, 9, 10)
_TOGETHER_FROM: Final = 1.49


def _of_fit(fit: _Fit) -> Points:
    bend = (fit.within / fit.factor) ** (1.0 / fit.exponent)
    return (_NEAREST, fit.within), (bend, fit.within), (fit.farthest, fit.factor * fit.farthest**fit.exponent)


def _between(within: float) -> Points:
    """Waves this weak keep their shape: between classes 1 and 4 in the logarithm of the pressure at the source."""
    weak, strong = _FITS[1], _FITS[4]
    share = log(within / weak.within) / log(strong.within / weak.within)
    factor = exp((1 - share) * log(weak.factor) + share * log(strong.factor))
    exponent = (1 - share) * weak.exponent + share * strong.exponent
    return _of_fit(_Fit(within, factor, exponent, weak.farthest))


def _far(fit: _Fit) -> Points:
    away = (_TOGETHER_FROM, fit.farthest)
    return tuple((one, fit.factor * one**fit.exponent) for one in away)


SHIPPED: Final = BlastCurves(
    source="Currie 2021, power laws for TNO's classes 1, 4, 5, 6; 2 and 3 interpolated; 7 to 10 as 6 far away",
    points=MappingProxyType(
        {strength: _of_fit(fit) for strength, fit in _FITS.items()}
        | {strength: _between(within) for strength, within in _BETWEEN.items()}
        | dict.fromkeys(_STRONG, _far(_FITS[6]))
    ),
    far_only=frozenset(_STRONG),
)
