# SPDX-License-Identifier: Apache-2.0
"""Nowcast: skill, spread and speed on radar events, beside pysteps on the same frames in the same run."""

import statistics
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from anshu.science.nowcast.advection import extrapolate
from anshu.science.nowcast.ensemble import EnsembleSettings, ensemble
from anshu.science.nowcast.exceedance import exceedance
from anshu.science.nowcast.growth import useful_lead_s
from anshu.science.nowcast.motion import motion
from anshu.science.nowcast.sprog import sprog
from anshu.science.rainfall.reading import read_grids
from anshu.science.verification.crps import crps_ensemble
from anshu.science.verification.reliability import reliability
from tools.bench import peer
from tools.bench.peer import FLOOR_MM_H
from tools.bench.report import SHARED, Figures, Target, finish, progress, unmeasured

DATA = SHARED / "data" / "01_radar_nowcast"
THRESHOLD_MM_H = 1.0
HOUR_S = 3600
EVERY = 4
MEMBERS = 20
SIDE = 700
ENSEMBLE_SIDE = 512
ROUNDS = 5


@dataclass(frozen=True)
class Event:
    """Rain rate in mm/h by time, and the grid's measures."""

    name: str
    rain: np.ndarray
    cell_m: float
    step_s: float

    @property
    def hour(self) -> int:
        """Steps in an hour."""
        return round(HOUR_S / self.step_s)

    def starts(self, every: int) -> range:
        """Frames to forecast from: three seen, an hour to come."""
        return range(4, len(self.rain) - self.hour, every)

    def crop(self, side: int) -> "Event":
        """Cut the middle out, mirrored outwards where the grid is smaller."""
        wide = [(max(side - length, 0) // 2, max(side - length + 1, 0) // 2) for length in self.rain.shape[1:]]
        rain = np.pad(self.rain, [(0, 0), *wide], mode="reflect")
        top, left = ((length - side) // 2 for length in rain.shape[1:])
        return Event(self.name, rain[:, top : top + side, left : left + side], self.cell_m, self.step_s)


def measure(*, as_json: bool, data: Path = DATA) -> int:
    """This will forecast every event with both programs and time both on a 700 × 700 field."""
    found = figures(data)
    return finish("nowcast", found.targets, as_json=as_json, details=found.details)


def figures(data: Path = DATA) -> Figures:
    """This will measure what `measure` prints."""
    folders = sorted(folder for folder in data.glob("*") if folder.is_dir()) if data.is_dir() else []
    if not folders:
        unmeasured(f"needs the outside radar events in {data}")
    if find_spec("pysteps") is None or find_spec("cv2") is None:
        unmeasured("needs the program it compares with: .venv/bin/pip install pysteps opencv-python-headless")
    warnings.filterwarnings("ignore")
    targets: list[Target] = []
    details: dict[str, object] = {}
    drawn: list[dict[str, np.ndarray]] = []
    largest: Event | None = None
    for folder in folders:
        event = _read(folder)
        progress(f"nowcast: {event.name}, {len(event.rain)} frames of {event.rain.shape[1]} × {event.rain.shape[2]}")
        targets += _skill(event, details)
        drawn += list(_draw(event.crop(min(ENSEMBLE_SIDE, *event.rain.shape[1:]))))
        if largest is None or min(event.rain.shape[1:]) > min(largest.rain.shape[1:]):
            largest = event
    assert largest is not None
    targets += _speed(largest.crop(SIDE), details)
    targets += _ensembles(drawn, details)
    return Figures(targets, details)


def _read(folder: Path) -> Event:
    grids = sorted(
        (grid for file in sorted(folder.iterdir()) for grid in read_grids(file.read_bytes(), name=file.name)),
        key=lambda grid: grid.time.timestamp() if grid.time else 0.0,
    )
    stamps = [grid.time.timestamp() for grid in grids if grid.time]
    # The Finnish composites are reflectivity: Z = 223 R^1.53, as their owner turns them.
    fields = [
        (10 ** (grid.values / 10) / 223) ** (1 / 1.53) if grid.unit == "dBZ" else grid.rate_mm_h().values
        for grid in grids
    ]
    rain = np.stack([field.astype(np.float32) for field in fields])
    return Event(folder.name, rain, grids[0].cell_x, statistics.median(np.diff(stamps)))


def _leads(event: Event) -> list[float]:
    return [event.step_s * (k + 1) for k in range(event.hour)]


def _skill(event: Event, details: dict[str, object]) -> list[Target]:
    """This will pool the CSI of persistence, the peer and ours over an event's starts, lead by lead."""
    programs = ("persistence", "pysteps", "ours", "sprog")
    sums = {name: np.zeros((event.hour, 2)) for name in programs}
    for start in event.starts(EVERY):
        seen = event.rain[start - 2 : start + 1]
        wind = motion(seen, cell_m=event.cell_m, step_s=event.step_s)
        said = {
            "persistence": np.broadcast_to(seen[-1], (event.hour, *seen[-1].shape)),
            "pysteps": peer.extrapolate(seen[-1], peer.motion(seen), event.hour),
            "ours": extrapolate(seen[-1], wind, leads_s=_leads(event), cell_m=event.cell_m),
            "sprog": sprog(seen, wind, steps=event.hour, cell_m=event.cell_m, step_s=event.step_s),
        }
        for k in range(event.hour):
            came = event.rain[start + k + 1]
            known = np.isfinite(came) & np.all([np.isfinite(fields[k]) for fields in said.values()], axis=0)
            rained = came[known] >= THRESHOLD_MM_H
            for name, fields in said.items():
                rains = fields[k][known] >= THRESHOLD_MM_H
                sums[name][k] += (rains & rained).sum(), (rains | rained).sum()
    csi = {name: pair[:, 0] / pair[:, 1] for name, pair in sums.items()}
    details[f"csi_by_lead {event.name}"] = {name: _plain(scores, 4) for name, scores in csi.items()}
    useful = {name: float(useful_lead_s(_leads(event), scores)) / 60 for name, scores in csi.items()}
    details[f"lead_min_where_csi_falls_below_0.3 {event.name}"] = {
        name: round(lead, 1) if np.isfinite(lead) else "> 60" for name, lead in useful.items()
    }
    return [target for minutes in (30, 60) for target in _csi_targets(event, csi, minutes)] + [_lead(event, useful)]


def _lead(event: Event, useful: dict[str, float]) -> Target:
    """This will hold our useful lead, within the hour that was forecast, to persistence's."""
    ours, theirs, still = (min(useful[name], 60.0) for name in ("ours", "pysteps", "persistence"))
    name = f"lead_min_where_csi_falls_below_0.3 {event.name}"
    return Target(name, ours, "min", still, False, theirs, f"pysteps {theirs:.1f}, persistence {still:.1f}, at most 60")


def _csi_targets(event: Event, csi: dict[str, np.ndarray], minutes: int) -> Iterator[Target]:
    k = round(minutes * 60 / event.step_s) - 1
    ours, theirs, still = (float(csi[name][k]) for name in ("ours", "pysteps", "persistence"))
    name = f"csi_1mm_h_{minutes}min {event.name}"
    yield Target(name, ours, "", 0.98 * theirs, at_most=False, reference=theirs, note=f"pysteps {theirs:.4f}")
    yield Target(f"{name} over persistence", ours, "", still, at_most=False, reference=still, note=f"{still:.4f}")


def _plain(values: np.ndarray, digits: int) -> list[float | None]:
    """This will round numbers for JSON, where missing is null."""
    return [round(float(value), digits) if np.isfinite(value) else None for value in values]


def _clock(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _speed(event: Event, details: dict[str, object]) -> list[Target]:
    """This will time an hour in 12 steps, both programs by turns, once warm."""
    start = len(event.rain) // 3
    seen = event.rain[start - 2 : start + 1]
    wind, peer_wind = motion(seen, cell_m=event.cell_m, step_s=event.step_s), peer.motion(seen)
    leads = [HOUR_S / 12 * (k + 1) for k in range(12)]
    scaled = wind.astype(float) * (HOUR_S / 12 / event.cell_m)
    works: dict[str, Callable[[], object]] = {
        "advection": lambda: extrapolate(seen[-1], wind, leads_s=leads, cell_m=event.cell_m),
        "pysteps advection": lambda: peer.extrapolate(seen[-1], scaled, 12),
        "motion": lambda: motion(seen, cell_m=event.cell_m, step_s=event.step_s),
        "pysteps motion": lambda: peer.motion(seen),
    }
    times: dict[str, list[float]] = {name: [] for name in works}
    for turn in range(ROUNDS + 1):
        for name, work in works.items():
            spent = _clock(work)
            if turn:
                times[name].append(spent)
    middle = {name: statistics.median(spent) for name, spent in times.items()}
    details[f"median_s {event.rain.shape[1]}x{event.rain.shape[2]}"] = {k: round(v, 4) for k, v in middle.items()}
    details["same_motion_difference_mm_h"] = _difference(event, seen, wind)
    details["motion_difference_cells"] = round(float(np.abs(wind * event.step_s / event.cell_m - peer_wind).mean()), 3)
    both = (middle["pysteps advection"] + middle["pysteps motion"]) / (middle["advection"] + middle["motion"])
    carried = middle["pysteps advection"] / middle["advection"]
    return [
        Target("advection_times_faster", carried, "×", 5, at_most=False),
        Target("advection_and_motion_times_faster", both, "×", 2.5, at_most=False),
    ]


def _difference(event: Event, seen: np.ndarray, wind: np.ndarray) -> float:
    """This will give the mean difference between both advections of one field along one motion."""
    ours = extrapolate(seen[-1], wind, leads_s=_leads(event), cell_m=event.cell_m)
    theirs = peer.extrapolate(seen[-1], wind.astype(float) * (event.step_s / event.cell_m), event.hour)
    return round(float(np.nanmean(np.abs(ours - theirs))), 5)


def _draw(event: Event) -> Iterator[dict[str, np.ndarray]]:
    """This will draw both ensembles from a third and from two thirds of an event, by turns."""
    starts = event.starts(1)
    for start in (starts[len(starts) // 3], starts[2 * len(starts) // 3]):
        seen = event.rain[start - 2 : start + 1]
        wind, peer_wind = motion(seen, cell_m=event.cell_m, step_s=event.step_s), peer.motion(seen)

        def ours(steps: int, members: int, seen: np.ndarray = seen, wind: np.ndarray = wind) -> np.ndarray:
            return ensemble(
                seen,
                wind,
                steps=steps,
                cell_m=event.cell_m,
                step_s=event.step_s,
                rng=np.random.default_rng(1),
                settings=EnsembleSettings(members=members, floor_mm_h=FLOOR_MM_H),
            )

        ours(1, 1)
        began = time.perf_counter()
        drawn = ours(event.hour, MEMBERS)
        middle = time.perf_counter()
        theirs = peer.forecast(
            "steps",
            seen,
            peer_wind,
            event.hour,
            n_ens_members=MEMBERS,
            kmperpixel=event.cell_m / 1000,
            timestep=event.step_s / 60,
            seed=1,
        )
        ended = time.perf_counter()
        half = round(event.hour / 2)
        came = event.rain[[start + half, start + event.hour]]
        chosen = [half - 1, event.hour - 1]
        yield {
            "name": np.array(f"{event.name} {start}"),
            "ours": drawn[:, chosen],
            "pysteps": theirs[:, chosen],
            "came": came,
            "seconds": np.array([middle - began, ended - middle]),
            "spread": np.nanmean(drawn.std(axis=0), axis=(1, 2)),
        }


def _ensembles(drawn: list[dict[str, np.ndarray]], details: dict[str, object]) -> list[Target]:
    """This will score both programs' members at 30 and 60 minutes on the cells known to both."""
    scores = {"ours": np.zeros((len(drawn), 2)), "pysteps": np.zeros((len(drawn), 2))}
    chances: dict[str, list[np.ndarray]] = {"ours": [], "pysteps": [], "came": []}
    for row, case in enumerate(drawn):
        known = np.isfinite(case["came"]) & np.isfinite(case["ours"]).all(0) & np.isfinite(case["pysteps"]).all(0)
        for name in scores:
            crps = crps_ensemble(case[name], case["came"])
            scores[name][row] = [crps[lead][known[lead]].mean() for lead in range(2)]
            chances[name].append(exceedance(case[name], threshold=THRESHOLD_MM_H)[known])
        chances["came"].append((case["came"][known] >= THRESHOLD_MM_H).astype(float))
        details[f"crps_mm_h 30, 60 min {case['name']}"] = {k: _plain(v[row], 4) for k, v in scores.items()}
        details[f"spread_mm_h_by_lead {case['name']}"] = _plain(case["spread"], 3)
    happened = np.concatenate(chances["came"])
    brier = {}
    for name in scores:
        judged = reliability(np.concatenate(chances[name]), happened)
        brier[name] = judged.brier
        details[f"reliability {name}"] = {
            "said": _plain(judged.mean_probability, 3),
            "came": _plain(judged.observed_frequency, 3),
            "times": judged.counts.astype(int).tolist(),
            "brier": round(judged.brier, 5),
            "reliability": round(judged.reliability, 5),
            "resolution": round(judged.resolution, 5),
        }
    seconds = np.median([case["seconds"] for case in drawn], axis=0)
    details["ensemble_median_s"] = {"ours": round(float(seconds[0]), 2), "pysteps": round(float(seconds[1]), 2)}
    ratio = (scores["ours"] / scores["pysteps"]).mean(axis=0)
    return [
        Target("ensemble_times_faster", float(seconds[1] / seconds[0]), "×", 3, at_most=False),
        Target("crps_30min_over_pysteps", float(ratio[0]), "", 1.02, note="mean of the cases' ratios"),
        Target("crps_60min_over_pysteps", float(ratio[1]), "", 1.02, note="mean of the cases' ratios"),
        Target("brier_1mm_h_over_pysteps", brier["ours"] / brier["pysteps"], "", 1.02),
    ]
