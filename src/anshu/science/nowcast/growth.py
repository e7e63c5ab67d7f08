# SPDX-License-Identifier: Apache-2.0
"""How fast the forecast goes wrong right now: the last hour forecast again and held against what came."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from anshu.science.nowcast.advection import extrapolate
from anshu.science.nowcast.motion import MotionSettings, motion
from anshu.science.standing import Refusal, Standing, require_positive

STANDING: Final = Standing(
    verified_by=("4 次雷达过程 CSI 随时效（bin/bench nowcast）",),
    valid_for="同一雷达、同一过程的近一两小时；过程转折时偏乐观",
)
Field = NDArray[np.float32]
# Below this a place's rain is no better said than unsaid: the limit this platform shows.
USEFUL_CSI: Final = 0.3


@dataclass(frozen=True, slots=True)
class Growth:
    """Skill of recent forecasts by lead; NaN where no pair could be judged.

    Parameters
    ----------
    leads_s
        Seconds ahead.
    csi, persistence_csi
        Critical success index at the threshold, for extrapolation and for rain that stays where it is.
    error_mm_h
        Root mean square error of the extrapolation.
    forecasts
        How many past forecasts each lead was judged by.
    """

    leads_s: NDArray[np.float64]
    csi: NDArray[np.float64]
    persistence_csi: NDArray[np.float64]
    error_mm_h: NDArray[np.float64]
    forecasts: NDArray[np.int64]

    @property
    def useful_s(self) -> float:
        """Lead at which the CSI falls below 0.3, straight between leads; infinite if it never does in these leads."""
        return useful_lead_s(self.leads_s, self.csi)


def growth(
    frames: ArrayLike,
    *,
    steps: int,
    cell_m: float,
    step_s: float,
    threshold_mm_h: float = 1.0,
    every: int = 1,
    settings: MotionSettings | None = None,
) -> Growth:
    """Forecast the recent past again from every third and later frame and score it against the frames that followed.

    Scores are pooled over forecasts, on cells known to all; CSI = hits / (hits + misses + false alarms).

    Parameters
    ----------
    frames
        Rain rate in mm/h at equal intervals, oldest first, shape (frames, rows, columns); missing is NaN.
    steps
        Leads of `step_s` judged.
    every
        A forecast from every so many frames.

    References
    ----------
    Germann, U. and Zawadzki, I. (2002), Monthly Weather Review 130, 2859-2873 (lifetime from scores by lead).
    """
    require_positive(cell_m=cell_m, step_s=step_s, threshold_mm_h=threshold_mm_h, every=every)
    rain = np.asarray(frames, np.float32)
    if rain.ndim != 3 or rain.shape[0] < 4 or steps < 1:
        raise Refusal("frames_too_few", found=rain.shape)
    sums = np.zeros((steps, 7))
    for start in range(2, len(rain) - 1, every):
        wind = motion(rain[start - 2 : start + 1], cell_m=cell_m, step_s=step_s, settings=settings)
        count = min(steps, len(rain) - 1 - start)
        leads = [step_s * (k + 1) for k in range(count)]
        ahead = extrapolate(rain[start], wind, leads_s=leads, cell_m=cell_m)
        for k in range(count):
            sums[k] += _judge(ahead[k], rain[start], rain[start + 1 + k], threshold_mm_h)
    with np.errstate(invalid="ignore", divide="ignore"):
        return Growth(
            leads_s=np.arange(1, steps + 1) * np.float64(step_s),
            csi=sums[:, 0] / sums[:, 1],
            persistence_csi=sums[:, 2] / sums[:, 3],
            error_mm_h=np.sqrt(sums[:, 4] / sums[:, 5]),
            forecasts=sums[:, 6].astype(np.int64),
        )


def useful_lead_s(leads_s: ArrayLike, csi: ArrayLike, *, limit: float = USEFUL_CSI) -> float:
    """Find the lead at which a falling score crosses a limit, straight between leads.

    Returns
    -------
    float
        Zero if even the first lead is below, infinite if none is; NaN scores end the search.
    """
    leads, scores = np.asarray(leads_s, float), np.asarray(csi, float)
    known = np.flatnonzero(np.isnan(scores))
    last = int(known[0]) if known.size else len(scores)
    below = np.flatnonzero(scores[:last] < limit)
    if below.size == 0:
        return float("inf")
    k = int(below[0])
    if k == 0:
        return 0.0
    return float(leads[k - 1] + (leads[k] - leads[k - 1]) * (scores[k - 1] - limit) / (scores[k - 1] - scores[k]))


def _judge(ahead: Field, latest: Field, came: Field, threshold: float) -> NDArray[np.float64]:
    """Count hits and either's events, for forecast and persistence; squared errors, cells, and the forecast itself."""
    known = np.isfinite(ahead) & np.isfinite(came) & np.isfinite(latest)
    said, stayed, seen = (field[known] >= threshold for field in (ahead, latest, came))
    error = (ahead[known] - came[known]).astype(np.float64)
    pairs = [(said & seen).sum(), (said | seen).sum(), (stayed & seen).sum(), (stayed | seen).sum()]
    return np.array([*pairs, (error**2).sum(), known.sum(), 1], float)
