# SPDX-License-Identifier: Apache-2.0
"""Pictures of nowcasts of a made storm that moves east and breathes; no radar's data is in them."""

from functools import cache
from typing import Any

import numpy as np

from anshu.science.nowcast import advection, cascade, ensemble, exceedance, growth, matching, motion, sprog
from tools.gallery.drawing import CYCLE, curves, field, label
from tools.gallery.panels import Panels

panel = Panels()
CELL_M, STEP_S, SIDE = 1000.0, 300.0, 128
EAST_M_S = 10.0
LEADS_S = [STEP_S * step for step in range(1, 13)]


@cache
def _rain() -> np.ndarray:
    """This will make rain rates of 30 frames: a broad pattern moving 3 cells a step, fine cells coming and going."""
    rng = np.random.default_rng(11)
    broad, fine = _noise(rng, 3.2), [_noise(rng, 2.2) for _ in range(34)]
    frames = []
    for step in range(30):
        living = sum(0.5**age * fine[step + 3 - age] for age in range(4))
        frames.append(np.roll(8 * broad + 1.5 * living, round(EAST_M_S * STEP_S / CELL_M) * step, axis=1) - 3)
    decibels = np.stack(frames)
    return np.where(decibels > 0, 10 ** (decibels / 10), 0.0).astype(np.float32)


def _noise(rng: np.random.Generator, steepness: float) -> np.ndarray:
    rows, columns = np.fft.fftfreq(SIDE)[:, None], np.fft.rfftfreq(SIDE)[None]
    radius = np.maximum(np.hypot(rows, columns), 1 / SIDE)
    made = np.fft.irfft2(np.fft.rfft2(rng.standard_normal((SIDE, SIDE))) * radius ** (-steepness / 2), (SIDE, SIDE))
    return made / made.std()


@cache
def _wind() -> np.ndarray:
    return motion.motion(_rain()[:3], cell_m=CELL_M, step_s=STEP_S)


def _shown(axes: Any, rain: np.ndarray, named: str) -> None:
    field(axes, np.log10(np.maximum(np.nan_to_num(rain), 0.1)), named=named, vmin=-1, vmax=1.6)


@panel("motion", "移动场")
def _motion(axes: Any) -> None:
    _shown(axes, _rain()[2], "lg mm/h;箭头为移向")
    at = np.arange(8, SIDE, 20)
    east, north = _wind()[:, at[:, None], at[None, :]]
    axes.quiver(*np.meshgrid(at, at), east, -north, color="white", scale=180, width=0.006, angles="xy")


@panel("advection", "外推 30 分钟")
def _advection(axes: Any) -> None:
    _shown(axes, advection.extrapolate(_rain()[2], _wind(), leads_s=[1800.0], cell_m=CELL_M)[0], "lg mm/h")


@panel("cascade", "尺度记忆")
def _cascade(axes: Any) -> None:
    kept = cascade.memory(_rain()[:3], _wind(), cell_m=CELL_M, step_s=STEP_S, levels=6, floor_mm_h=0.1)
    levels = np.arange(1, 7)
    lines = {"相隔一帧": kept.correlation[..., 0], "相隔两帧": kept.correlation[..., 1]}
    if kept.correlation.shape[0] == 2:
        lines = {"相隔一帧": kept.correlation[0], "相隔两帧": kept.correlation[1]}
    curves(axes, levels, lines, x_label="层(1 最粗)", y_label="自相关", marks="o-")


@panel("sprog", "S-PROG 60 分钟")
def _sprog(axes: Any) -> None:
    said = sprog.sprog(_rain()[:3], _wind(), steps=12, cell_m=CELL_M, step_s=STEP_S)
    _shown(axes, said[-1], "lg mm/h(细处已抹平)")


@cache
def _members() -> np.ndarray:
    return ensemble.ensemble(_rain()[:3], _wind(), steps=12, cell_m=CELL_M, step_s=STEP_S, rng=np.random.default_rng(1))


@panel("ensemble", "集合成员 60 分钟")
def _ensemble(axes: Any) -> None:
    _shown(axes, _members()[0, -1], "lg mm/h(二十分之一)")


@panel("matching", "概率匹配")
def _matching(axes: Any) -> None:
    rain = _rain()[0]
    pattern = _rain()[1] ** 0.3
    out = matching.match(pattern, np.ones_like(pattern), matching.Amounts.of(rain, 0.1))
    share = np.linspace(0, 100, rain.size)[::64]
    for name, values, style in (("所给雨量", rain, "-"), ("匹配后", out, ":"), ("图型", pattern, "-")):
        axes.plot(share, np.sort(values.ravel())[::64], style, label=name)
    label(axes, "百分位", "mm/h", log="y")
    axes.set_ylim(0.1, None)
    axes.legend()


@panel("exceedance", "村级超阈值概率")
def _exceedance(axes: Any) -> None:
    masks = {}
    for place, (row, column) in enumerate(((40, 60), (64, 90), (90, 40))):
        mask = np.zeros((SIDE, SIDE), bool)
        mask[row : row + 6, column : column + 6] = True
        masks[f"村 {place + 1}"] = mask
    said = exceedance.outlook(list(_members()), exceedance.Areas.of_masks(masks), thresholds_mm_h=(5.0,))
    chance = said.probability
    lines = {
        name: np.take(chance, place, axis=_axis(chance, len(masks))).reshape(-1) for place, name in enumerate(masks)
    }
    curves(axes, np.array(LEADS_S) / 60, lines, x_label="时效 min", y_label="P(≥ 5 mm/h)")


def _axis(chance: np.ndarray, villages: int) -> int:
    return next(axis for axis, size in enumerate(chance.shape) if size == villages)


@panel("growth", "误差随时效增长")
def _growth(axes: Any) -> None:
    found = growth.growth(_rain(), steps=12, cell_m=CELL_M, step_s=STEP_S)
    curves(
        axes,
        found.leads_s / 60,
        {"外推": found.csi, "持续性": found.persistence_csi},
        x_label="时效 min",
        y_label="CSI",
    )
    axes.axhline(growth.USEFUL_CSI, color=CYCLE[6], linewidth=0.6, linestyle=":")
