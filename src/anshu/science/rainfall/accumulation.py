# SPDX-License-Identifier: Apache-2.0
"""Accumulation: rain summed over any window, with the share of the window that was seen."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from typing import Final, Literal

import numpy as np

from anshu.science.rainfall import advection
from anshu.science.rainfall.gauges import Gauges
from anshu.science.rainfall.grid import HOUR_S, Grid
from anshu.science.standing import Refusal, Standing
from anshu.science.units import Array

STANDING: Final = Standing(
    verified_by=("DWD RV 12 个 5 分钟场之和与 RQ 60 分钟场", "OpenMRG 留一法（沿途累计）"),
    valid_for="时段首尾可不与时标对齐，按重叠比例计；缺测比例超限即缺测，不按零计",
)
# Between scans further apart than this the rain's way is guesswork.
MOST_GAP_S: Final = 900.0
_SUBSTEPS: Final = 10


def total(fields: Sequence[Grid], *, since: datetime, until: datetime, least_share: float = 1.0) -> Grid:
    """Sum amounts over [since, until); each field stands for the seconds before its stamp.

    Parameters
    ----------
    fields
        On one frame, in any order, rates or amounts with a known accumulation, not overlapping one another.
    since, until
        Aware datetimes; a field that reaches over either counts by its overlap.
    least_share
        Share of the window that must be known in a cell; what is missing above that is not filled in.

    Returns
    -------
    Grid
        Millimetres; NaN where less than the least share is known.

    Raises
    ------
    Refusal
        `window_empty`, `frames_differ`, `not_dated`, `accumulation_unknown` or `fields_overlap`.
    """
    seconds = (until - since).total_seconds()
    if not (seconds > 0 and fields):
        raise Refusal("window_empty", seconds=seconds, fields=len(fields))
    amount, seen = np.zeros(fields[0].values.shape), np.zeros(fields[0].values.shape)
    for field in fields:
        if not field.same_cells(fields[0]):
            raise Refusal("frames_differ")
        overlap = _overlap_s(field, since, until)
        if overlap > 0:
            values = field.amount_mm().values
            amount += np.nan_to_num(values) * (overlap / field.accumulation_s)
            seen += np.where(np.isnan(values), 0.0, overlap)
    # A millisecond's tolerance: stamps are whole seconds, their floating sums are not.
    if seen.max(initial=0.0) > seconds + 1e-3:
        raise Refusal("fields_overlap", seconds=float(seen.max()), window=seconds)
    known = np.where(seen >= least_share * seconds - 1e-3, amount, np.nan)
    known[seen <= 0] = np.nan
    return replace(fields[0].with_values(known, "mm"), time=until, accumulation_s=seconds)


def _overlap_s(field: Grid, since: datetime, until: datetime) -> float:
    if field.time is None:
        raise Refusal("not_dated")
    if not field.accumulation_s > 0:
        raise Refusal("accumulation_unknown", accumulation_s=field.accumulation_s)
    end = field.time.timestamp()
    return min(end, until.timestamp()) - max(end - field.accumulation_s, since.timestamp())


def along_the_way(scans: Sequence[Grid], *, most_gap_s: float = MOST_GAP_S) -> tuple[Grid, ...]:
    """Turn scans into the amounts between them, the rain carried from one to the next (advection correction).

    Parameters
    ----------
    scans
        Rates, or amounts of single scans, dated, on one frame.
    most_gap_s
        Scans further apart leave a gap.

    Returns
    -------
    tuple
        One amount for each pair of scans, stamped with the later one.

    References
    ----------
    Anagnostou and Krajewski (1999), doi:10.1175/1520-0426(1999)016<0189:RTRREP>2.0.CO;2.
    """
    ordered = sorted(scans, key=lambda one: one.time.timestamp() if one.time else np.nan)
    found = []
    for first, second in pairwise([one.rate_mm_h() for one in ordered]):
        if first.time is None or second.time is None:
            raise Refusal("not_dated")
        gap = (second.time - first.time).total_seconds()
        if 0 < gap <= most_gap_s:
            moved = advection.motion(first, second)
            shares = (np.arange(_SUBSTEPS) + 0.5) / _SUBSTEPS
            mean = np.mean([advection.between(first, second, moved, float(share)) for share in shares], axis=0)
            found.append(replace(second.with_values(mean * gap / HOUR_S, "mm"), accumulation_s=gap))
    return tuple(found)


def gauge_totals(
    gauges: Gauges,
    *,
    since: datetime,
    until: datetime,
    stamped: Literal["start", "end"] = "end",
    least_share: float = 1.0,
) -> Array:
    """Sum each station over [since, until), in millimetres; NaN where less than the least share is known.

    Parameters
    ----------
    stamped
        Whether a stamp marks the start or the end of its step. Chinese stations stamp the end; OpenMRG the start.
    """
    step, window = gauges.step_s, (until - since).total_seconds()
    if not window > 0:
        raise Refusal("window_empty", seconds=window)
    starts = gauges.times - (step if stamped == "end" else 0.0)
    overlap = np.minimum(starts + step, until.timestamp()) - np.maximum(starts, since.timestamp())
    share = np.maximum(overlap, 0.0) / step
    known = ~np.isnan(gauges.rain_mm)
    seen = known @ share * step
    amount = np.nan_to_num(gauges.rain_mm) @ share
    return np.where((seen > 0) & (seen >= least_share * window - 1e-3), amount, np.nan)
