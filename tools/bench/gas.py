# SPDX-License-Identifier: Apache-2.0
"""Gas: textbook cases to their digits, Prairie Grass beside AERMOD and ISC, a footprint in fifty weathers."""

import csv
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from anshu.science.dispersion import footprint
from anshu.science.dispersion.gaussian_plume import Plume
from anshu.science.dispersion.surface_layer import SurfaceLayer
from anshu.science.dispersion.surface_layer_plume import concentration_per_rate, crosswind_integrated_per_rate
from tools.bench import gas_cases
from tools.bench.report import Figures, Target, finish, outside

ROUGHNESS_M = 0.006  # Project Prairie Grass, as EPA's evaluation takes it
RECEPTOR_M = 1.5
LEAST_FAC2, MOST_FB, MOST_NMSE = 0.75, 0.3, 3.0
OTHERS = {"AERMOD": "AERMOD02222_CoverQ_s_m3", "ISC": "ISCST2_CoverQ_s_m3"}
COLUMNS = {
    "C/Q": ("obs_CoverQ_s_m3", concentration_per_rate),
    "CY/Q": ("obs_CYoverQ_s_m2", crosswind_integrated_per_rate),
}
DRAWS = 50
FOOTPRINT_S = 1.0

Scores = dict[str, float]


def measure(*, as_json: bool) -> int:
    """This will compute every case, judge the field experiment and time a footprint."""
    found = figures()
    return finish("gas", found.targets, as_json=as_json, details=found.details)


def figures() -> Figures:
    """This will measure what `measure` prints."""
    folder = outside("data/04_gas_consequence")
    found = Figures()
    for name, ours, printed, digits in gas_cases.computed(folder / "worked_examples.json"):
        note = f"{ours:.10g}, printed {printed:.10g}; half a unit of its last digit"
        found.targets.append(Target(f"example {name}", abs(ours / printed - 1), "relative", digits, note=note))
    _prairie_grass(folder / "prairie_grass" / "prairie_grass_arcs.csv", found)
    seconds, share = _footprint()
    found.targets.append(Target(f"footprint_in_{DRAWS}_weathers", seconds, "s", FOOTPRINT_S))
    found.details["footprint_share 1 km downwind, largest"] = share
    return found


def _prairie_grass(path: Path, found: Figures) -> None:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    for quantity, (column, method) in COLUMNS.items():
        kept = [row for row in rows if row[column]]
        observed = np.array([float(row[column]) for row in kept])
        ours = np.array([float(method(_layer(row), float(row["arc_m"]), receptor_m=RECEPTOR_M)) for row in kept])
        beside = {name: _of_theirs(kept, column, theirs) for name, theirs in OTHERS.items() if quantity == "C/Q"}
        found.targets += _bounded(f"prairie_grass {quantity}", scores(observed, ours), beside, len(kept))
        found.details[f"prairie_grass {quantity}"] = {"ours": scores(observed, ours), **beside}


def _layer(row: dict[str, str]) -> SurfaceLayer:
    return SurfaceLayer(float(row["ustar_mps_AERMET"]), float(row["L_m_AERMET"]), ROUGHNESS_M)


def _of_theirs(rows: list[dict[str, str]], column: str, theirs: str) -> Scores:
    both = [(float(row[column]), float(row[theirs])) for row in rows if row[theirs]]
    return scores(*(np.array(values) for values in zip(*both, strict=True)))


def scores(observed: np.ndarray, predicted: np.ndarray) -> Scores:
    """This will give the share within a factor of two, the fractional bias and the normalised mean square error."""
    ratio = predicted / observed
    bias = 2 * (observed.mean() - predicted.mean()) / (observed.mean() + predicted.mean())
    square = ((observed - predicted) ** 2).mean() / (observed.mean() * predicted.mean())
    return {"FAC2": float(((ratio >= 0.5) & (ratio <= 2)).mean()), "FB": float(bias), "NMSE": float(square)}


def _bounded(name: str, ours: Scores, beside: dict[str, Scores], arcs: int) -> Iterator[Target]:
    bounds = {"FAC2": (LEAST_FAC2, False), "FB": (MOST_FB, True), "NMSE": (MOST_NMSE, True)}
    for score, (bound, at_most) in bounds.items():
        value = abs(ours[score]) if score == "FB" else ours[score]
        others = ", ".join(f"{model} {theirs[score]:.2f}" for model, theirs in beside.items())
        best = beside["AERMOD"][score] if beside else None
        note = f"{arcs} arcs" + (f"; {others}" if others else "")
        label = f"{name} {'|FB|' if score == 'FB' else score}"
        yield Target(label, value, "", bound, at_most, abs(best) if best is not None else None, note)


def _footprint() -> tuple[float, list[float]]:
    """This will time the share of fifty weathers in which each of 2601 places is reached."""
    rng = np.random.default_rng(7)
    speeds, origins = rng.lognormal(1.0, 0.4, DRAWS), rng.normal(270, 20, DRAWS)
    letters = rng.choice(list("BCDEF"), DRAWS)
    weathers = [footprint.Weather(*one) for one in zip(speeds, origins, letters, strict=True)]
    east, north = np.meshgrid(np.linspace(-5000, 5000, 51), np.linspace(-5000, 5000, 51))

    def draw(weather: footprint.Weather) -> object:
        plume = Plume(2.0, weather.wind_m_s, weather.stability)
        return footprint.plume_footprint(plume, threshold_kg_m3=1e-6, wind_from_deg=weather.wind_from_deg)

    began = time.perf_counter()
    share = footprint.exceedance(weathers, east, north, footprint_of=draw)
    return time.perf_counter() - began, [float(share[25, 30]), float(share.max())]
