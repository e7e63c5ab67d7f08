# SPDX-License-Identifier: Apache-2.0
"""How a plume or puff widens with distance: published sigma curves by stability class."""

from collections.abc import Callable
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike

from anshu.science.dispersion.stability import check_class
from anshu.science.standing import Standing
from anshu.science.units import Array

STANDING: Final = Standing(
    verified_by=("GasDispersion.jl ccps_tests.jl 18 例", "CCPS (1999) p97、p101 算例"),
    valid_for="100 m–10 km；平坦地面；σ 取 10 分钟平均",
)
Scheme = Literal["pasquill_gifford", "briggs_rural", "briggs_urban"]

# σy = δ x^0.9, 10-minute average: Spicer & Havens (1989), DEGADIS 2.1 guide, pp 45-46.
_PG_Y: Final = {"A": 0.423, "B": 0.313, "C": 0.210, "D": 0.136, "E": 0.102, "F": 0.0674}
# σz = δ x^β exp(γ ln² x): Seinfeld (1986), Atmospheric Chemistry and Physics of Air Pollution, after Turner (1970).
_PG_Z: Final = {
    "A": (107.7, -1.7172, 0.2770),
    "B": (0.1355, 0.8752, 0.0136),
    "C": (0.09623, 0.9477, -0.0020),
    "D": (0.04134, 1.1737, -0.0316),
    "E": (0.02275, 1.3010, -0.0450),
    "F": (0.01122, 1.4024, -0.0540),
}
# σ = a x (1 + b x)^c: Briggs (1973), as printed by CCPS (1999), table 2.12.
_BRIGGS_Y: Final = {
    "briggs_rural": {"A": 0.22, "B": 0.16, "C": 0.11, "D": 0.08, "E": 0.06, "F": 0.04},
    "briggs_urban": {"A": 0.32, "B": 0.32, "C": 0.22, "D": 0.16, "E": 0.11, "F": 0.11},
}
_BRIGGS_Y_BEND: Final = {"briggs_rural": 0.0001, "briggs_urban": 0.0004}
_BRIGGS_Z: Final = {
    "briggs_rural": {
        "A": (0.20, 0.0, 0.0),
        "B": (0.12, 0.0, 0.0),
        "C": (0.08, 0.0002, -0.5),
        "D": (0.06, 0.0015, -0.5),
        "E": (0.03, 0.0003, -1.0),
        "F": (0.016, 0.0003, -1.0),
    },
    "briggs_urban": {
        "A": (0.24, 0.001, 0.5),
        "B": (0.24, 0.001, 0.5),
        "C": (0.20, 0.0, 0.0),
        "D": (0.14, 0.0003, -0.5),
        "E": (0.08, 0.0015, -0.5),
        "F": (0.08, 0.0015, -0.5),
    },
}
# σ = a x^b for a puff: Slade (1968), Meteorology and Atomic Energy, TID-24190.
_PUFF_Y: Final = {
    "A": (0.18, 0.92),
    "B": (0.14, 0.92),
    "C": (0.10, 0.92),
    "D": (0.06, 0.92),
    "E": (0.04, 0.92),
    "F": (0.02, 0.89),
}
_PUFF_Z: Final = {
    "A": (0.60, 0.75),
    "B": (0.53, 0.73),
    "C": (0.34, 0.71),
    "D": (0.15, 0.70),
    "E": (0.10, 0.65),
    "F": (0.05, 0.61),
}


def plume_sigmas(distance_m: ArrayLike, stability: str, scheme: Scheme = "pasquill_gifford") -> tuple[Array, Array]:
    """Give crosswind and vertical spread of a plume, in metres.

    Parameters
    ----------
    distance_m
        Distance downwind, above zero.
    stability
        Pasquill class "A" to "F".
    scheme
        `pasquill_gifford` (open country, the curves of CCPS's worked examples), `briggs_rural` or `briggs_urban`.

    References
    ----------
    Spicer and Havens (1989); Seinfeld (1986); Briggs (1973), ATDL-106; Griffiths (1994), Atmospheric Environment 28.
    """
    along, letter = np.asarray(distance_m, float), check_class(stability)
    curves: dict[str, Callable[[Array, str], tuple[Array, Array]]] = {
        "pasquill_gifford": _pasquill_gifford,
        "briggs_rural": lambda x, s: _briggs(x, s, "briggs_rural"),
        "briggs_urban": lambda x, s: _briggs(x, s, "briggs_urban"),
    }
    return curves[scheme](along, letter)


def puff_sigmas(distance_m: ArrayLike, stability: str) -> tuple[Array, Array]:
    """Give horizontal (along = across) and vertical spread of a puff, in metres (Slade 1968; CCPS 1999, table 2.13)."""
    along, letter = np.asarray(distance_m, float), check_class(stability)
    (a_y, b_y), (a_z, b_z) = _PUFF_Y[letter], _PUFF_Z[letter]
    return a_y * along**b_y, a_z * along**b_z


def _pasquill_gifford(along: Array, letter: str) -> tuple[Array, Array]:
    delta, beta, gamma = _PG_Z[letter]
    return _PG_Y[letter] * along**0.9, delta * along**beta * np.exp(gamma * np.log(along) ** 2)


def _briggs(along: Array, letter: str, scheme: str) -> tuple[Array, Array]:
    across = _BRIGGS_Y[scheme][letter] * along / np.sqrt(1.0 + _BRIGGS_Y_BEND[scheme] * along)
    slope, bend, power = _BRIGGS_Z[scheme][letter]
    return across, slope * along * (1.0 + bend * along) ** power
