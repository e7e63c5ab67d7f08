# SPDX-License-Identifier: Apache-2.0
"""A curve drawn by the server, for pages that must work without a script and print well."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

WIDTH, HEIGHT = 600.0, 120.0
# Air above and below the curve, as a part of its span.
MARGIN = 0.08


@dataclass(frozen=True, slots=True)
class Limit:
    """A threshold as a dashed line."""

    level: str
    value: float
    y: float


@dataclass(frozen=True, slots=True)
class Chart:
    """A polyline in a box of WIDTH × HEIGHT, its ends in words."""

    points: str
    limits: tuple[Limit, ...]
    low: float
    high: float
    since: datetime
    until: datetime
    width: float = WIDTH
    height: float = HEIGHT


def chart_of(series: Sequence[tuple[datetime, float]], limits: Mapping[str, float | None]) -> Chart | None:
    """This will draw a series with its thresholds; None where there are fewer than two values to join."""
    known = [(at, value) for at, value in series if math.isfinite(value)]
    if len(known) < 2:
        return None
    drawn = {level: value for level, value in limits.items() if value is not None and math.isfinite(value)}
    values = [value for _at, value in known]
    low, high = min([*values, *drawn.values()]), max([*values, *drawn.values()])
    span = (high - low) or 1.0
    low, high = low - span * MARGIN, high + span * MARGIN
    since, until = known[0][0], known[-1][0]
    length = (until - since).total_seconds() or 1.0

    def height_of(value: float) -> float:
        return round(HEIGHT * (high - value) / (high - low), 1)

    points = " ".join(f"{WIDTH * (at - since).total_seconds() / length:.1f},{height_of(value)}" for at, value in known)
    lines = tuple(Limit(level, value, height_of(value)) for level, value in drawn.items())
    return Chart(points, lines, min(values), max(values), since, until)
