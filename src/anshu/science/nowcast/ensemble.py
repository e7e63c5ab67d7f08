# SPDX-License-Identifier: Apache-2.0
"""An ensemble of equally likely futures after STEPS: motion, memory by scale, and noise that looks like the rain."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from anshu.science.extra import library
from anshu.science.nowcast.advection import paths
from anshu.science.nowcast.cascade import Memory, memory
from anshu.science.nowcast.compiled import kernels
from anshu.science.nowcast.matching import Amounts, match
from anshu.science.standing import Refusal, Standing, require_positive

STANDING: Final = Standing(
    verified_by=("pysteps 1.21 STEPS：4 次雷达过程 20 成员 CRPS 之比", "集合离散度与平均的性质"),
    valid_for="1 km 量级格距、5–10 分钟间隔的雷达雨强；0–2 小时；雨区总量与分布按最新一帧",
)

Field = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class EnsembleSettings:
    """How futures are drawn.

    Parameters
    ----------
    members, workers
        Futures drawn and threads used; the threads do not change the numbers.
    levels
        Scales whose memory is estimated apart.
    floor_mm_h
        Rain below this is no rain.
    growth_m_s, rim_m
        How fast the ground where rain may appear spreads from where it rains, and the width over which it fades.
    along_km_h, across_km_h
        a, b, c of the motion's standard error a tᵇ + c (km/h, t in minutes) along and across it.
    """

    members: int = 20
    levels: int = 6
    floor_mm_h: float = 0.1
    growth_m_s: float = 1000 / 60
    rim_m: float = 10_000.0
    along_km_h: tuple[float, float, float] = (10.88, 0.23, -7.68)
    across_km_h: tuple[float, float, float] = (5.76, 0.31, -2.72)
    workers: int = 2


def ensemble(
    frames: ArrayLike,
    motion: ArrayLike,
    *,
    steps: int,
    cell_m: float,
    step_s: float,
    rng: np.random.Generator,
    settings: EnsembleSettings | None = None,
) -> Field:
    """Draw futures of the rain.

    In a frame that moves with the rain every wavenumber of 10 log10 R goes on by its own second-order autoregression,
    fed by noise of the observed spectrum, so that small scales are forgotten first. Rain may appear only within a
    growing reach of rain. Each field then takes the observed amounts by rank and is placed along a motion that is
    off by a random share, the same for the whole member.

    Parameters
    ----------
    frames
        Rain rate in mm/h, three or more, oldest first; missing is NaN.
    motion
        From `motion`, m/s.
    steps
        How many steps of `step_s` ahead.
    rng
        One child is spawned for each member.

    Returns
    -------
    ndarray
        Shape (members, steps, rows, columns), mm/h; NaN where unknown.

    References
    ----------
    Bowler, N. E., Pierce, C. E. and Seed, A. W. (2006), Quarterly Journal of the Royal Meteorological Society 132,
    2127-2155, doi:10.1256/qj.04.100 (motion errors: table 1 as given there); Seed, A. W., Pierce, C. E. and Norman, K.
    (2013), Water Resources Research 49, 6624-6641; Pulkkinen, S. et al. (2019), Geoscientific Model Development 12,
    4185-4219.
    """
    drawn = futures(frames, motion, steps=steps, cell_m=cell_m, step_s=step_s, rng=rng, settings=settings)
    return np.stack(list(drawn))


def futures(
    frames: ArrayLike,
    motion: ArrayLike,
    *,
    steps: int,
    cell_m: float,
    step_s: float,
    rng: np.random.Generator,
    settings: EnsembleSettings | None = None,
) -> Iterator[Field]:
    """Draw the members of `ensemble` one by one, so that they need not all be held at once."""
    chosen = settings or EnsembleSettings()
    require_positive(cell_m=cell_m, step_s=step_s, floor_mm_h=chosen.floor_mm_h, rim_m=chosen.rim_m)
    if steps < 1 or chosen.members < 1:
        raise Refusal("nothing_to_draw", steps=steps, members=chosen.members)
    rain, wind = np.asarray(frames, np.float32), np.asarray(motion, np.float32)
    scene = _scene(rain, wind, steps, (cell_m, step_s), chosen)
    children = rng.spawn(chosen.members)
    with ThreadPoolExecutor(chosen.workers) as threads:
        for start in range(0, chosen.members, chosen.workers):
            yield from threads.map(scene.member, children[start : start + chosen.workers])


@dataclass(frozen=True, slots=True)
class _Scene:
    """What all members share."""

    past: Memory
    amounts: Amounts
    distance: Field
    paths: Field
    reaches: tuple[float, ...]
    rim: float
    drift: NDArray[np.float64]

    def member(self, rng: np.random.Generator) -> Field:
        """Draw one future."""
        fft, loops = library("scipy.fft"), kernels("ensemble")
        now, before = self.past.now.copy(), self.past.before.copy()
        coefficients = (self.past.lag1, self.past.lag2, self.past.shock)
        along, across = rng.laplace(scale=np.sqrt(0.5), size=2)
        out = np.empty(self.paths.shape[:3], np.float32)
        allowed = np.empty_like(self.distance)
        for k, path in enumerate(self.paths):
            noise = rng.standard_normal((*now.shape, 2), np.float32).view(np.complex64)[..., 0]
            loops.evolve(now, before, coefficients, noise)
            loops.allow(self.distance, self.reaches[k], self.rim, allowed)
            field = match(fft.irfft2(now, self.past.padded), allowed, self.amounts)
            loops.place(field, path, along * self.drift[k, 0], across * self.drift[k, 1], out[k])
        return out


def _scene(rain: Field, wind: Field, steps: int, scale: tuple[float, float], chosen: EnsembleSettings) -> _Scene:
    cell_m, step_s = scale
    past = memory(rain, wind, cell_m=cell_m, step_s=step_s, levels=chosen.levels, floor_mm_h=chosen.floor_mm_h)
    leads_s = np.arange(1, steps + 1) * np.float64(step_s)
    return _Scene(
        past=past,
        amounts=Amounts.of(rain[-1], chosen.floor_mm_h),
        distance=_distance(rain[-1], chosen.floor_mm_h),
        paths=paths(wind, leads_s=leads_s.tolist(), cell_m=cell_m),
        reaches=tuple((chosen.growth_m_s * leads_s / cell_m).tolist()),
        rim=chosen.rim_m / cell_m,
        drift=_drift(leads_s, chosen) / cell_m,
    )


def _distance(rain: Field, floor_mm_h: float) -> Field:
    """Measure, in cells, how far each known cell lies from rain."""
    dry = ~(rain >= floor_mm_h)
    far: Field = np.full(rain.shape, np.inf, np.float32)
    if not dry.all():
        far = library("scipy.ndimage").distance_transform_edt(dry).astype(np.float32)
    return np.where(np.isfinite(rain), far, np.float32(np.nan))


def _drift(leads_s: NDArray[np.float64], chosen: EnsembleSettings) -> NDArray[np.float64]:
    """Add up the standard error of the motion to metres by lead, along and across."""
    minutes, spans = leads_s / 60, np.diff(leads_s, prepend=0.0)
    errors_m_s = [np.maximum(a * minutes**b + c, 0.0) / 3.6 for a, b, c in (chosen.along_km_h, chosen.across_km_h)]
    return np.stack([np.cumsum(error * spans) for error in errors_m_s], axis=-1)
