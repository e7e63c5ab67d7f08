# SPDX-License-Identifier: Apache-2.0
"""Pictures of scores: what each one says of a made forecast as it grows worse."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from anshu.science.verification import contingency, crps, fss, lead_time, rain_or_shine, reliability
from tools.gallery.drawing import bars, curves, label
from tools.gallery.panels import Panels

panel = Panels()
CELLS = np.arange(60)
SHIFTS = np.arange(0, 13)


def _storm(shift: int = 0) -> np.ndarray:
    return 20 * np.exp(-((CELLS[:, None] - 30) ** 2 + (CELLS[None, :] - 24 - shift) ** 2) / 40)


@panel("contingency", "列联表评分随位移")
def _contingency(axes: Any) -> None:
    tables = [contingency.contingency(_storm(int(one)), _storm(), threshold=5.0) for one in SHIFTS]
    lines = {
        "TS": [one.threat_score for one in tables],
        "POD": [one.detection for one in tables],
        "FAR": [one.false_alarm_ratio for one in tables],
    }
    curves(axes, SHIFTS, lines, x_label="预报偏移(格)", y_label="")


@panel("fss", "FSS 随窗口")
def _fss(axes: Any) -> None:
    windows = np.arange(1, 40, 4)
    lines = {
        f"偏 {shift} 格": [
            fss.fractions_skill_score(_storm(shift), _storm(), threshold=5.0, window=int(one)) for one in windows
        ]
        for shift in (4, 8, 12)
    }
    curves(axes, windows, lines, x_label="窗口(格)", y_label="FSS")


@panel("rain_or_shine", "晴雨准确率")
def _rain_or_shine(axes: Any) -> None:
    rng = np.random.default_rng(3)
    rain = np.where(rng.random(400) < 0.4, rng.exponential(4, 400), 0.0)
    share = np.linspace(0, 1, 21)
    wrong = rng.random(400)
    scores = [
        rain_or_shine.rain_or_shine_accuracy(np.where(wrong < one, 4.0 * (rain < 0.1), rain), rain) for one in share
    ]
    curves(axes, share * 100, {"": scores}, x_label="报反的日子 %", y_label="准确率 %")


@panel("crps", "CRPS 随离散与偏差")
def _crps(axes: Any) -> None:
    spread = np.linspace(0.1, 4, 40)
    members = np.random.default_rng(1).standard_normal(400)
    lines = {
        f"偏差 {bias}": [float(crps.crps_ensemble(bias + one * members, 0.0)) for one in spread] for bias in (0, 1, 2)
    }
    curves(axes, spread, lines, x_label="集合离散", y_label="CRPS")


@panel("reliability", "可靠性图")
def _reliability(axes: Any) -> None:
    rng = np.random.default_rng(2)
    said = rng.random(4000)
    for name, power in (("可靠", 1.0), ("过于自信", 0.5)):
        true = 0.5 + np.sign(said - 0.5) * np.abs(said - 0.5) ** (1 / power) * 0.5 ** (1 - 1 / power)
        judged = reliability.reliability(said, rng.random(4000) < true)
        axes.plot(judged.mean_probability, judged.observed_frequency, "o-", markersize=2, label=name)
    axes.plot([0, 1], [0, 1], ":", color="#888888")
    label(axes, "所报概率", "实际频率")
    axes.legend()


@panel("lead_time", "预警提前量")
def _lead_time(axes: Any) -> None:
    noon, hour = datetime(2024, 6, 20, 12, tzinfo=UTC), timedelta(hours=1)
    warned = [lead_time.Warned(noon, noon + 6 * hour), lead_time.Warned(noon + 9 * hour, noon + 12 * hour)]
    events = [noon + 2 * hour, noon + 5 * hour, noon + 8 * hour, noon + 10 * hour]
    found = lead_time.lead_times(warned, events).by_event
    bars(axes, ["事件 1", "2", "3 漏报", "4"], [one.total_seconds() / 60 if one else 0 for one in found], y_label="min")
