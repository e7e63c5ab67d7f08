# SPDX-License-Identifier: Apache-2.0
"""From a dose of heat, pressure or poison to the share of people harmed."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import erf, sqrt
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from anshu.science.standing import Refusal, Standing
from anshu.science.units import Array

STANDING: Final = Standing(
    verified_by=(
        "Withers & Lees (1985) 氯的 10、30 min 半致死浓度；英国 HSE OSD/30 表 2 氯的 LC1、LC50",
        "紫皮书附录 6.B 一氧化碳算例：Pr 5.97、死亡 0.835",
        "正态分布表（Finney 1971）",
    ),
    valid_for="人群统计，不适用于个人；毒物参数逐一注明来源，未列者拒绝",
)


@dataclass(frozen=True, slots=True)
class Toxic:
    """Pr = a + b ln(Cⁿ t), C in ppm or mg/m³ and t in minutes; its source, and whether two have read it there alike."""

    a: float
    b: float
    n: float
    unit: str
    source: str
    checked: bool = False


# The first six were taken down twice, once here and once by another project that met the book's appendix 6.B; authors
# differ far more than readers: half die at 0.15 to 3.5 times the concentration that Lees gives (HSE, OSD/30, table 2).
_PURPLE: Final = "TNO (1999), Purple Book CPR 18E, table 5.2"
TOXIC: Final[Mapping[str, Toxic]] = MappingProxyType(
    {
        "氯": Toxic(
            -8.29,
            0.92,
            2.0,
            "ppm",
            "Withers & Lees (1985), J. Hazard. Mater. 12, 283-302, regular population",
            checked=True,
        ),
        "氨": Toxic(-15.6, 1.0, 2.0, "mg/m3", _PURPLE, checked=True),
        "一氧化碳": Toxic(-7.4, 1.0, 1.0, "mg/m3", _PURPLE, checked=True),
        "硫化氢": Toxic(-11.5, 1.0, 1.9, "mg/m3", _PURPLE, checked=True),
        "二氧化硫": Toxic(-19.2, 1.0, 2.4, "mg/m3", _PURPLE, checked=True),
        "氰化氢": Toxic(-9.8, 1.0, 2.4, "mg/m3", _PURPLE, checked=True),
        "氟化氢": Toxic(-8.4, 1.0, 1.5, "mg/m3", _PURPLE, checked=True),
        "氯化氢": Toxic(-37.3, 3.69, 1.0, "mg/m3", _PURPLE),
        "光气": Toxic(-10.6, 2.0, 1.0, "mg/m3", _PURPLE),
        "二氧化氮": Toxic(-18.6, 1.0, 3.7, "mg/m3", _PURPLE),
        "环氧乙烷": Toxic(-6.8, 1.0, 1.0, "mg/m3", _PURPLE),
    }
)


def share_harmed(probit: ArrayLike) -> Array:
    """Turn probits into shares of people, Φ(Pr - 5)."""
    flat = np.asarray(probit, float)
    shares: Array = np.vectorize(lambda one: 0.5 * (1.0 + erf((one - 5.0) / sqrt(2.0))), otypes=[float])(flat)
    return shares


def burn_death(flux_w_m2: ArrayLike, *, exposed_s: ArrayLike) -> Array:
    """Give the probit of death by heat on bare skin, -36.38 + 2.56 ln(q^(4/3) t) (TNO 1992, Green Book CPR 16E)."""
    dose = np.asarray(flux_w_m2, float) ** (4 / 3) * np.asarray(exposed_s, float)
    return -36.38 + 2.56 * _log(dose)


def lung_death(pressure_pa: ArrayLike) -> Array:
    """Give the probit of death by bleeding lungs, -77.1 + 6.91 ln p (Eisenberg et al. 1975)."""
    return -77.1 + 6.91 * _log(np.asarray(pressure_pa, float))


def eardrum_rupture(pressure_pa: ArrayLike) -> Array:
    """Give the probit of burst eardrums, -15.6 + 1.93 ln p (Eisenberg et al. 1975)."""
    return -15.6 + 1.93 * _log(np.asarray(pressure_pa, float))


def structural_damage(pressure_pa: ArrayLike) -> Array:
    """Give the probit of structural damage, -23.8 + 2.92 ln p (Eisenberg et al. 1975)."""
    return -23.8 + 2.92 * _log(np.asarray(pressure_pa, float))


def glass_breakage(pressure_pa: ArrayLike) -> Array:
    """Give the probit of broken windows, -18.1 + 2.79 ln p (Eisenberg et al. 1975)."""
    return -18.1 + 2.79 * _log(np.asarray(pressure_pa, float))


def toxic_death(substance: str, concentration: ArrayLike, *, exposed_min: ArrayLike) -> Array:
    """Give the probit of death by a toxic gas, in the unit its parameters name.

    Raises
    ------
    Refusal
        `no_toxic_parameters` for a substance without a sourced set.
    """
    if substance not in TOXIC:
        raise Refusal("no_toxic_parameters", substance=substance)
    one = TOXIC[substance]
    return one.a + one.b * _log(np.asarray(concentration, float) ** one.n * np.asarray(exposed_min, float))


def _log(dose: Array) -> Array:
    # No dose harms nobody: its logarithm is minus infinity, which is a probit of no one.
    return np.log(dose, out=np.where(np.isnan(dose), np.nan, -np.inf), where=dose > 0)
