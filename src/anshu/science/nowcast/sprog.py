# SPDX-License-Identifier: Apache-2.0
"""The one forecast with the least error: each scale fades at the speed it is forgotten (S-PROG)."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from anshu.science.extra import library
from anshu.science.nowcast.advection import paths
from anshu.science.nowcast.cascade import memory
from anshu.science.nowcast.compiled import kernels
from anshu.science.standing import Refusal, Standing, require_positive

STANDING: Final = Standing(
    verified_by=(
        "4 次雷达过程：CSI(1 mm/h) 与本平台、pysteps 1.21 的外推相比（未与其 S-PROG 相比）",
        "各尺度方差随时效单调减",
    ),
    valid_for="1 km 量级格距、5–10 分钟间隔的雷达雨强；0–3 小时；平滑场，极值偏小，不用于暴雨阈值",
)

Field = NDArray[np.float32]


def sprog(
    frames: ArrayLike,
    motion: ArrayLike,
    *,
    steps: int,
    cell_m: float,
    step_s: float,
    levels: int = 6,
    floor_mm_h: float = 0.1,
) -> Field:
    """Carry the rain along while every scale fades towards its mean.

    In a frame that moves with the rain every wavenumber of 10 log10 R follows X(t) = φ₁ X(t-1) + φ₂ X(t-2). The
    wettest cells, as many as rained, keep their values, scaled so that the mean rain stays what was observed.

    Parameters
    ----------
    frames
        Rain rate in mm/h, three or more, oldest first; missing is NaN.
    motion
        From `motion`, m/s.
    steps
        How many steps of `step_s` ahead.

    Returns
    -------
    ndarray
        Shape (steps, rows, columns), mm/h; NaN where unknown.

    References
    ----------
    Seed, A. W. (2003), Journal of Applied Meteorology 42, 381-388, doi:10.1175/1520-0450(2003)042<0381:ADASSA>2.0.CO;2.
    """
    require_positive(cell_m=cell_m, step_s=step_s, floor_mm_h=floor_mm_h)
    if steps < 1:
        raise Refusal("nothing_to_draw", steps=steps)
    rain, wind = np.asarray(frames, np.float32), np.asarray(motion, np.float32)
    past = memory(rain, wind, cell_m=cell_m, step_s=step_s, levels=levels, floor_mm_h=floor_mm_h)
    ways = paths(wind, leads_s=[step_s * (k + 1) for k in range(steps)], cell_m=cell_m)
    now, before = past.now.copy(), past.before.copy()
    still = np.zeros_like(past.shock)
    latest, loops, fft = rain[-1], kernels("ensemble"), library("scipy.fft")
    out = np.empty((steps, *latest.shape), np.float32)
    for k in range(steps):
        loops.evolve(now, before, (past.lag1, past.lag2, still), past.now)
        faded = fft.irfft2(now, past.padded, workers=2)[: latest.shape[0], : latest.shape[1]]
        loops.place(_amounts(faded + past.dry_db, latest, floor_mm_h), ways[k], 0.0, 0.0, out[k])
    return out


def _amounts(decibels: Field, latest: Field, floor_mm_h: float) -> Field:
    """Turn a faded pattern into rain with the observed wet area and the observed mean."""
    known = np.isfinite(latest)
    wet = int((latest >= floor_mm_h).sum())
    field = np.where(known, np.float32(0), np.float32(np.nan))
    if wet == 0:
        return field
    among = decibels[known]
    edge = np.partition(among, among.size - wet)[among.size - wet]
    rain = np.where(among >= edge, 10 ** (among / 10), 0.0)
    field[known] = rain * (np.where(latest[known] >= floor_mm_h, latest[known], 0.0).mean() / rain.mean())
    return field
