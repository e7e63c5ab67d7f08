# SPDX-License-Identifier: Apache-2.0
"""Rivers: gaugings left out of their rating curve, and a published rating met at its points."""

from pathlib import Path

import numpy as np

from anshu.science.flood import rating_curve
from anshu.science.flood.rating_table import parse_usgs_rating
from anshu.science.units import m3_s_from_ft3_s, m_from_ft
from tools.bench.report import Figures, Target, finish, outside

# Of gaugings left out, within the 95 % bounds; with 15 to 36 of them two may fall outside.
LEAST_COVERED, MOST_ERROR_PCT = 0.85, 10.0
NOMINAL = 0.95
# Patuxent River near Bowie, as printed in the reply: feet and cubic feet a second.
PRINTED = [(2.99, 30), (4, 110), (5, 225), (7, 600), (13, 4350), (27.9, 31100)]


def measure(*, as_json: bool) -> int:
    """This will leave out every gauging of every river in turn."""
    found = figures()
    return finish("rivers", found.targets, as_json=as_json, details=found.details)


def figures() -> Figures:
    """This will measure what `measure` prints."""
    folder = outside("data/02b_river_stage")
    found = Figures()
    for path in sorted((folder / "rating_curves").glob("*.csv")):
        errors, covered = left_out(path)
        note = f"{errors.size} gaugings, worst {errors.max():.1f} %"
        found.targets += [
            Target(f"rating_curve {path.stem}, median error", float(np.median(errors)), "%", MOST_ERROR_PCT, note=note),
            Target(f"rating_curve {path.stem}, covered", float(covered.mean()), "", LEAST_COVERED, False, NOMINAL),
        ]
    rating = parse_usgs_rating((folder / "usgs_waterservices_ratings.txt").read_text(encoding="utf-8"))
    met = [float(rating.discharge(m_from_ft(feet))) / float(m3_s_from_ft3_s(flow)) - 1 for feet, flow in PRINTED]
    found.alike("usgs_rating points", np.abs(met), 1e-6)
    return found


def left_out(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """This will give each gauging's error in per cent of it, and whether its bounds held it, fitted without it."""
    stage, discharge, sigma = rating_curve.read_gaugings(path.read_text(encoding="utf-8"))
    errors, covered = [], []
    for one in range(stage.size):
        kept = np.arange(stage.size) != one
        curve = rating_curve.fit(stage[kept], discharge[kept], sigma=sigma[kept])
        low, high = curve.interval(stage[one])
        errors.append(100 * abs(float(curve.discharge(stage[one])) / discharge[one] - 1))
        covered.append(float(low) <= discharge[one] <= float(high))
    return np.array(errors), np.array(covered)
