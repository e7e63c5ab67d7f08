# SPDX-License-Identifier: Apache-2.0
"""Individual risk at a place, set against the limits of GB 36894-2018; a check of imported results, not a full QRA."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final, Literal

from anshu.science.standing import Refusal, Standing

STANDING: Final = Standing(
    verified_by=("紫皮书附录 6.B 一项贡献 7.0e-9/年",),
    valid_for="只作校核：事故频率与后果由外部给定；防护目标分类按 GB 36894-2018 附录",
)
Target = Literal["sensitive", "important", "class_1", "class_2", "class_3"]

# Per year, for new, rebuilt or extended plants, and for those in service (GB 36894-2018, table 1).
LIMITS_PER_YEAR: Final[Mapping[str, tuple[float, float]]] = MappingProxyType(
    {
        "sensitive": (3e-7, 3e-6),
        "important": (3e-7, 3e-6),
        "class_1": (3e-7, 3e-6),
        "class_2": (3e-6, 1e-5),
        "class_3": (1e-5, 3e-5),
    }
)


def risk_per_year(scenarios: Iterable[tuple[float, float]]) -> float:
    """Add up frequency per year times probability of death over scenarios, Σ f · P."""
    total = 0.0
    for frequency, death in scenarios:
        if not frequency >= 0 or not 0 <= death <= 1:
            raise Refusal("bad_scenario", frequency=frequency, death=death)
        total += frequency * death
    return total


def is_acceptable(risk: float, target: Target, *, in_service: bool) -> bool:
    """Tell whether a risk does not exceed the limit for a protected target."""
    return risk <= LIMITS_PER_YEAR[target][in_service]
