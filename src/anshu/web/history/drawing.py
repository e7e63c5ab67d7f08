# SPDX-License-Identifier: Apache-2.0
"""Curves as paths that a server can write: a point for each column of the drawing, no peak lost, gaps left open."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from django.utils import timezone

from anshu.domain.sensing.selectors.history import Curve

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
WIDTH, HEIGHT = 960, 320
LEFT, RIGHT, TOP, BOTTOM = 56, 8, 8, 26
_ACROSS, _DOWN = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
_AIR = 0.06
_SPANS = tuple(
    timedelta(**each)
    for each in (
        {"minutes": 10}, {"minutes": 30}, {"hours": 1}, {"hours": 3}, {"hours": 6}, {"hours": 12}, {"days": 1},
        {"days": 2}, {"days": 5}, {"days": 10}, {"days": 30}, {"days": 61}, {"days": 122},
    )
)  # fmt: skip
_MOST_TICKS = 8


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis."""

    place: float
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """One station's drawing: the way through the middles, the band between low and high, bars of what adds up."""

    number: int
    path: str = ""
    band: str = ""
    bars: str = ""


@dataclass(frozen=True, slots=True)
class Level:
    """A rule's threshold."""

    colour: str
    value: float
    y: float


@dataclass(frozen=True, slots=True)
class Plot:
    """Everything that the template writes."""

    lines: tuple[Line, ...]
    levels: tuple[Level, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    summed: bool
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    bottom: int = HEIGHT - BOTTOM


@dataclass(frozen=True, slots=True)
class _Columns:
    """A curve by drawing column: stretches without a gap are numbered."""

    stretch: Integers
    x: Floats
    low: Floats
    high: Floats
    middle: Floats


def plot(curves: Sequence[Curve], since: datetime, until: datetime, limits: Mapping[str, float | None]) -> Plot | None:
    """This will draw curves of one property over [since, until); None where no value is usable.

    What adds up (rain) is bars for one station, and the sum from the left edge on for several.
    """
    summed = bool(curves) and all(each.adds_up for each in curves)
    together = summed and len(curves) > 1
    columns = [_columns(each, since, until, added=together) for each in curves]
    values = [part for each in columns for part in (each.low, each.high) if len(part)]
    if not values:
        return None
    drawn = {name: value for name, value in limits.items() if value is not None and math.isfinite(value)}
    low, high, step = _scale(values, list(drawn.values()), summed=summed)

    def y(value: Floats) -> Floats:
        place: Floats = np.round(TOP + _DOWN * (high - value) / (high - low), 1)
        return place

    lines = []
    for number, each in enumerate(columns):
        if summed and not together:
            lines.append(Line(number, bars=_bars(each, y(each.middle))))
        else:
            band = "" if together else _band(each, y(each.low), y(each.high))
            lines.append(Line(number, path=_path(each, y(each.middle)), band=band))
    levels = tuple(Level(name, value, float(y(np.array([value]))[0])) for name, value in drawn.items())
    return Plot(tuple(lines), levels, _across(since, until), _up(low, high, step), summed)


def _columns(curve: Curve, since: datetime, until: datetime, *, added: bool) -> _Columns:
    middle = curve.middle
    known = np.isfinite(middle)
    at, low, high, middle = curve.at_us[known], curve.low[known], curve.high[known], middle[known]
    if not len(at):
        none = np.zeros(0)
        return _Columns(np.zeros(0, dtype=np.int64), none, none, none, none)
    start, end = since.timestamp() * 1e6, until.timestamp() * 1e6
    if added:
        middle = np.cumsum(middle)
        low = high = middle
        stretch = np.zeros(len(at), dtype=np.int64)
    else:
        stretch = np.concatenate(([0], np.cumsum(np.diff(at) > curve.gap_us)))
    column = np.floor(_ACROSS * (at - start) / (end - start)).astype(np.int64)
    first = np.concatenate(([True], (np.diff(column) != 0) | (np.diff(stretch) != 0)))
    begins = np.flatnonzero(first)
    size = np.diff(np.append(begins, len(at)))
    summed = curve.adds_up and not added
    total = np.add.reduceat(middle, begins)
    shown = total if summed else middle[np.append(begins[1:], len(at)) - 1] if added else total / size
    lowest, highest = np.minimum.reduceat(low, begins), np.maximum.reduceat(high, begins)
    if summed:
        lowest, highest = np.zeros_like(shown), shown
    return _Columns(stretch[begins], LEFT + column[begins] + 0.5, lowest, highest, shown)


def _scale(values: list[Floats], limits: list[float], *, summed: bool) -> tuple[float, float, float]:
    low = min([0.0] if summed else [float(each.min()) for each in values] + limits)
    high = max([float(each.max()) for each in values] + limits)
    span = (high - low) or max(1.0, abs(high) * 0.1)
    step = 10 ** math.floor(math.log10(span))
    step = next(step * part for part in (0.1, 0.2, 0.5, 1, 2) if span / (step * part) <= 6)
    air = span * _AIR
    return (low if summed else low - air), high + air, step


def _path(columns: _Columns, y: Floats) -> str:
    return "".join(_run(columns.x[part], y[part]) for part in _stretches(columns))


def _run(x: Floats, y: Floats) -> str:
    if len(x) == 1:
        # A lone point is a short dash, or nothing would be seen.
        return f"M{x[0] - 1:g} {y[0]:g}h2"
    return "M" + "L".join(f"{a:g} {b:g}" for a, b in zip(x.tolist(), y.tolist(), strict=True))


def _band(columns: _Columns, low: Floats, high: Floats) -> str:
    if not (columns.high > columns.low).any():
        return ""
    parts = []
    for part in _stretches(columns):
        x = columns.x[part].tolist()
        up = [f"{a:g} {b:g}" for a, b in zip(x, high[part].tolist(), strict=True)]
        down = [f"{a:g} {b:g}" for a, b in zip(reversed(x), reversed(low[part].tolist()), strict=True)]
        parts.append("M" + "L".join((*up, *down)) + "Z")
    return "".join(parts)


def _bars(columns: _Columns, y: Floats) -> str:
    ground = HEIGHT - BOTTOM
    return "".join(f"M{a:g} {ground}V{b:g}" for a, b in zip(columns.x.tolist(), y.tolist(), strict=True) if b < ground)


def _stretches(columns: _Columns) -> list[slice]:
    breaks = np.diff(columns.stretch) != 0
    edges = [0, *(np.flatnonzero(breaks) + 1).tolist(), len(columns.x)]
    return [slice(a, b) for a, b in pairwise(edges) if b > a]


def _across(since: datetime, until: datetime) -> tuple[Tick, ...]:
    span = until - since
    step = next((each for each in _SPANS if span / each <= _MOST_TICKS), span / _MOST_TICKS)
    start = timezone.localtime(since)
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
    at = midnight + (start - midnight) // step * step
    form = "%Y-%m-%d" if step >= timedelta(days=30) else "%m-%d" if step >= timedelta(days=1) else "%m-%d %H:%M"
    ticks = []
    while at < until:
        if at >= since:
            ticks.append(Tick(round(LEFT + _ACROSS * ((at - since) / span), 1), at.strftime(form)))
        at += step
    return tuple(ticks)


def _up(low: float, high: float, step: float) -> tuple[Tick, ...]:
    decimals = max(0, -math.floor(math.log10(step)))
    first = math.ceil(low / step)
    count = math.floor(high / step) - first + 1
    values = [(first + n) * step for n in range(count)]
    return tuple(Tick(round(TOP + _DOWN * (high - each) / (high - low), 1), f"{each:.{decimals}f}") for each in values)
