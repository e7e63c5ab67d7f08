# SPDX-License-Identifier: Apache-2.0
"""The surface-layer plume against the odd Prairie Grass runs (EPA's evaluation file, with AERMOD and ISC beside)."""

import csv

import numpy as np
import pytest

from anshu.science.dispersion.surface_layer import SurfaceLayer
from anshu.science.dispersion.surface_layer_plume import concentration_per_rate, crosswind_integrated_per_rate

PRAIRIE_ROUGHNESS_M = 0.006
RECEPTOR_M = 1.5
# The bounds asked for; AERMOD in the same file has FAC2 0.88, |FB| 0.25, NMSE 0.37 and ISCST2 0.55, 0.27, 1.39.
LEAST_FAC2, MOST_FB, MOST_NMSE = 0.75, 0.3, 3.0
MOST_INTEGRAL_FB = 0.1


@pytest.fixture(scope="module")
def rows(shared):
    path = shared / "data/04_gas_consequence/prairie_grass/prairie_grass_arcs.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def layer(row):
    return SurfaceLayer(float(row["ustar_mps_AERMET"]), float(row["L_m_AERMET"]), PRAIRIE_ROUGHNESS_M)


def scores(observed, predicted):
    ratio = predicted / observed
    fac2 = np.mean((ratio >= 0.5) & (ratio <= 2.0))
    bias = 2 * (observed.mean() - predicted.mean()) / (observed.mean() + predicted.mean())
    return fac2, bias, np.mean((observed - predicted) ** 2) / (observed.mean() * predicted.mean())


def compare(rows, column, method):
    kept = [row for row in rows if row[column]]
    observed = np.array([float(row[column]) for row in kept])
    predicted = np.array([float(method(layer(row), float(row["arc_m"]), receptor_m=RECEPTOR_M)) for row in kept])
    return scores(observed, predicted)


def test_arc_maxima_are_within_the_bounds(rows):
    fac2, bias, nmse = compare(rows, "obs_CoverQ_s_m3", concentration_per_rate)
    assert fac2 >= LEAST_FAC2
    assert abs(bias) <= MOST_FB
    assert nmse <= MOST_NMSE


def test_arc_maxima_are_nearer_on_the_whole_than_aermods(rows):
    kept = [row for row in rows if row["obs_CoverQ_s_m3"] and row["AERMOD02222_CoverQ_s_m3"]]
    observed = np.array([float(row["obs_CoverQ_s_m3"]) for row in kept])
    aermod = np.array([float(row["AERMOD02222_CoverQ_s_m3"]) for row in kept])
    ours, theirs = compare(rows, "obs_CoverQ_s_m3", concentration_per_rate), scores(observed, aermod)
    assert ours[0] > theirs[0]
    assert abs(ours[1]) < abs(theirs[1])


def test_crosswind_integrals_are_within_the_bounds(rows):
    fac2, bias, nmse = compare(rows, "obs_CYoverQ_s_m2", crosswind_integrated_per_rate)
    assert fac2 >= LEAST_FAC2
    assert abs(bias) <= MOST_INTEGRAL_FB
    assert nmse <= MOST_NMSE
