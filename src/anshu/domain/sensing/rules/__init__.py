# SPDX-License-Identifier: Apache-2.0
"""Pure decisions about observations: units, and the checks that give each value its flags and quality."""

from anshu.domain.sensing.rules.checks import (
    CLOCK_US,
    DELAYED_US,
    FUTURE_US,
    LATE_US,
    STEP_WITHIN_US,
    Before,
    Checked,
    Limits,
    quality_checks,
    unchanged_since,
)
from anshu.domain.sensing.rules.consistency import Contradictions, Pairs, contradictions
from anshu.domain.sensing.rules.flags import (
    BAD,
    NEVER,
    PRECEDENCE,
    SECOND_US,
    SUSPECT,
    UNJUDGED,
    Booleans,
    Check,
    Floats,
    Integers,
    Times,
    quality_of,
    quality_sql,
)
from anshu.domain.sensing.rules.levels import Partner, levels_doubted
from anshu.domain.sensing.rules.maintenance import Window, maintained
from anshu.domain.sensing.rules.units import conversion

__all__ = [
    "BAD",
    "CLOCK_US",
    "DELAYED_US",
    "FUTURE_US",
    "LATE_US",
    "NEVER",
    "PRECEDENCE",
    "SECOND_US",
    "STEP_WITHIN_US",
    "SUSPECT",
    "UNJUDGED",
    "Before",
    "Booleans",
    "Check",
    "Checked",
    "Contradictions",
    "Floats",
    "Integers",
    "Limits",
    "Pairs",
    "Partner",
    "Times",
    "Window",
    "contradictions",
    "conversion",
    "levels_doubted",
    "maintained",
    "quality_checks",
    "quality_of",
    "quality_sql",
    "unchanged_since",
]
