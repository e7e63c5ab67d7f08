# SPDX-License-Identifier: Apache-2.0
"""The pure part of rules: measures from observations, when they count, and which level they reach."""

from anshu.domain.alerts.rules.evaluation import (
    NEVER,
    Booleans,
    Change,
    Floats,
    Integers,
    Late,
    Outcome,
    States,
    Thresholds,
    evaluate,
    narrowest_gap,
    thresholds_ordered,
)

__all__ = [
    "NEVER",
    "Booleans",
    "Change",
    "Floats",
    "Integers",
    "Late",
    "Outcome",
    "States",
    "Thresholds",
    "evaluate",
    "narrowest_gap",
    "thresholds_ordered",
]
