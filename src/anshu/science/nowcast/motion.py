# SPDX-License-Identifier: Apache-2.0
"""Motion of rain between radar frames: dense Lucas-Kanade least squares by block, tied together by smoothness."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from anshu.science.extra import library
from anshu.science.nowcast.compiled import kernels
from anshu.science.standing import Refusal, Standing, require_positive

STANDING: Final = Standing(
    verified_by=("pysteps 1.21 稠密 Lucas–Kanade：4 次雷达过程 30、60 分钟 CSI(1 mm/h) 之比", "已知平移与旋转的合成场"),
    valid_for="1 km 量级格距、5–10 分钟间隔的连续雷达雨强；移动在所给各帧内近似不变",
)

Field = NDArray[np.float32]
Frame = tuple[Field, Field]


@dataclass(frozen=True, slots=True)
class MotionSettings:
    """How motion is sought; lengths in cells of the radar grid.

    Parameters
    ----------
    floor_mm_h
        Rain below this is no rain; frames are compared as 10 log10 of what is at least this.
    block
        Width of the blocks that share one displacement; a multiple of the coarsest level.
    levels
        Coarsening of each level of the pyramid, powers of two, coarsest first.
    refinements
        How often the fields are brought together again at each level.
    doubt_db
        A cell whose intensity changed by this much beyond its motion counts half.
    stiffness
        Weight of smoothness against the mean gradient energy of a rainy block.
    fastest_m_s
        No rain moves faster than this.
    workers
        Threads used.
    """

    floor_mm_h: float = 0.1
    block: int = 16
    levels: tuple[int, ...] = (8, 4, 2)
    refinements: int = 3
    doubt_db: float = 6.0
    stiffness: float = 0.15
    fastest_m_s: float = 60.0
    workers: int = 2


def motion(
    frames: ArrayLike, *, cell_m: float, step_s: float, settings: MotionSettings | None = None
) -> NDArray[np.float32]:
    """Find where rain goes, from two or more frames at equal intervals.

    Every block b seeks the displacement d that minimises Σ w (∇I·δ + I₂ - I₁)² over its cells and all pairs of
    frames (a pair k intervals apart moves by k d), plus stiffness Σ |d_b - d_c|² over neighbouring blocks, which
    carries motion into dry ground. Repeated from coarse to fine, each time about fields moved half-way towards each
    other. w = 1/(1 + (ΔI/doubt)²) turns away cells where rain grew or died.

    Parameters
    ----------
    frames
        Rain rate in mm/h, oldest first, shape (frames, rows, columns); missing is NaN.
    cell_m, step_s
        Width of a cell and seconds from frame to frame.

    Returns
    -------
    ndarray
        Shape (2, rows, columns) in m/s: along increasing columns, along increasing rows; zero where nothing rains
        in any frame.

    References
    ----------
    Lucas, B. D. and Kanade, T. (1981), Proc. DARPA Image Understanding Workshop, 121-130; Horn, B. K. P. and Schunck,
    B. G. (1981), Artificial Intelligence 17, 185-203, doi:10.1016/0004-3702(81)90024-2; Bruhn, A., Weickert, J. and
    Schnörr, C. (2005), Int. J. Computer Vision 61, 211-231 (the two combined).
    """
    chosen = settings or MotionSettings()
    require_positive(cell_m=cell_m, step_s=step_s, floor_mm_h=chosen.floor_mm_h, doubt_db=chosen.doubt_db)
    rain = np.asarray(frames, np.float32)
    if rain.ndim != 3 or rain.shape[0] < 2:
        raise Refusal("frames_too_few", found=rain.shape)
    if any(chosen.block % level for level in chosen.levels):
        raise Refusal("block_not_a_multiple", block=chosen.block, levels=chosen.levels)
    loops = kernels("motion")
    nodes = _nodes(rain, chosen, chosen.fastest_m_s * step_s / cell_m)
    shape = rain.shape[1:]
    parts = [loops.spread(part, shape, float(chosen.block)) for part in nodes]
    return np.stack(parts) * np.float32(cell_m / step_s)


def _nodes(rain: Field, chosen: MotionSettings, furthest: float) -> tuple[Field, Field]:
    """Solve for the displacement of every block, in cells an interval, none longer than the furthest."""
    loops = kernels("motion")
    size = tuple(-(-length // chosen.block) for length in rain.shape[1:])
    u, v = np.zeros(size, np.float32), np.zeros(size, np.float32)
    with ThreadPoolExecutor(chosen.workers) as threads:
        pyramids = list(threads.map(lambda frame: _pyramid(_decibels(frame, chosen.floor_mm_h), chosen.levels), rain))
        du, dv = _common_shift([pyramid[chosen.levels[0]] for pyramid in pyramids], furthest / chosen.levels[0])
        u += du * chosen.levels[0]
        v += dv * chosen.levels[0]
        pairs = [(a, b) for a, b in combinations(range(len(rain)), 2) if b - a <= 2]
        for level in chosen.levels:
            for _ in range(chosen.refinements):
                each = threads.map(lambda pair: _equations(pyramids, pair, level, (u, v), chosen), pairs)  # noqa: B023
                sums: Field = np.stack(list(each)).sum(axis=0)
                energy = sums[..., 0] + sums[..., 2]
                if not energy.any():
                    continue
                stiffness = np.float32(chosen.stiffness * energy[energy > 0].mean())
                loops.relax(sums, u, v, stiffness, 200)
                _shorten(u, v, furthest)
    return u, v


def _decibels(rain: Field, floor_mm_h: float) -> Frame:
    known = np.isfinite(rain)
    wet = np.where(known, np.maximum(rain, np.float32(floor_mm_h)), np.float32(floor_mm_h))
    decibels: Field = 10 * np.log10(wet)
    return decibels, known.astype(np.float32)


def _pyramid(frame: Frame, levels: tuple[int, ...]) -> dict[int, Frame]:
    """Coarsen a frame step by step and smooth the levels asked for."""
    loops = kernels("motion")
    made: dict[int, Frame] = {}
    level, (field, known) = 1, frame
    while True:
        if level in levels:
            made[level] = loops.smooth(field, known), known
        if level >= max(levels):
            return made
        field, known = loops.halve(field, known)
        level *= 2


def _equations(
    pyramids: list[dict[int, Frame]],
    pair: tuple[int, int],
    level: int,
    displacement: tuple[Field, Field],
    chosen: MotionSettings,
) -> Field:
    """Make one pair's normal equations for a displacement in full cells an interval."""
    loops = kernels("motion")
    first, second = pyramids[pair[0]][level], pyramids[pair[1]][level]
    scale = np.float32((pair[1] - pair[0]) / level)
    block = chosen.block // level
    mean, change, both = loops.compare(first, second, displacement[0] * scale, displacement[1] * scale, block)
    sums = np.zeros((*displacement[0].shape, 5), np.float32)
    loops.gather(mean, change, both, block, float(chosen.doubt_db), sums)
    sums[..., :3] *= scale * scale
    sums[..., 3:] *= scale
    return sums


def _shorten(u: Field, v: Field, furthest: float) -> None:
    """Hold displacements to a length, in place."""
    share = np.minimum(1.0, furthest / np.maximum(np.hypot(u, v), 1e-6)).astype(np.float32)
    u *= share
    v *= share


def _common_shift(frames: list[Frame], furthest: float) -> tuple[float, float]:
    """Find the one shift per interval that best lays successive coarse frames over each other, to start from.

    Cross-correlation by Fourier transform, summed over pairs, no further than the furthest.
    """
    fft = library("scipy.fft")
    fields = [(field - field.min()) * known for field, known in frames]
    rows, columns = fields[0].shape
    padded = (fft.next_fast_len(2 * rows, real=True), fft.next_fast_len(2 * columns, real=True))
    spectra = [fft.rfft2(field, padded) for field in fields]
    cross = sum(np.conj(before) * after for before, after in pairwise(spectra))
    likeness = fft.irfft2(cross, padded)
    reach_y, reach_x = (min(int(furthest) + 1, length - 1) for length in (rows, columns))
    window = np.roll(likeness, (reach_y, reach_x), (0, 1))[: 2 * reach_y + 1, : 2 * reach_x + 1]
    y, x = np.unravel_index(int(window.argmax()), window.shape)
    if window[y, x] <= 0:
        return 0.0, 0.0
    return float(x) - reach_x, float(y) - reach_y
