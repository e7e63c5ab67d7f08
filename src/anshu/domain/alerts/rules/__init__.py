# SPDX-License-Identifier: Apache-2.0
"""The pure part of rules: measures from observations, when they count, and which level they reach."""

from anshu.domain.alerts.rules.calendars import ALWAYS, FOREVER, Calendars, season_day
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
from anshu.domain.alerts.rules.formula import FormulaFault, formula_read, formula_unit, formula_value, names_of
from anshu.domain.alerts.rules.measures import Measure, Series, measures
from anshu.domain.alerts.rules.windows import Measured, Windows, batch_measures

__all__ = [
    "ALWAYS",
    "FOREVER",
    "NEVER",
    "Booleans",
    "Calendars",
    "Change",
    "Floats",
    "FormulaFault",
    "Integers",
    "Late",
    "Measure",
    "Measured",
    "Outcome",
    "Series",
    "States",
    "Thresholds",
    "Windows",
    "batch_measures",
    "evaluate",
    "formula_read",
    "formula_unit",
    "formula_value",
    "measures",
    "names_of",
    "narrowest_gap",
    "season_day",
    "thresholds_ordered",
]
