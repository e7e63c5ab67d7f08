# SPDX-License-Identifier: Apache-2.0
"""Fire over a raster: the ellipse on uniform fuel, refraction and detours by analysis, barriers and outlines."""

from itertools import pairwise

import numpy as np
import pytest
from shapely import Point

from anshu.science import extra
from anshu.science.fire_spread import travel_time
from anshu.science.fire_spread.ellipse import Period, perimeters, speed_towards
from anshu.science.fire_spread.fuel_raster import Landscape, ground_of
from anshu.science.fire_spread.fuels import ANDERSON, Moisture
from anshu.science.fire_spread.isochrones import isochrones
from anshu.science.fire_spread.rothermel import surface_spread
from anshu.science.fire_spread.travel_time import Ground, arrival_s
from anshu.science.fire_spread.wind import midflame_wind_m_s
from anshu.science.standing import Refusal

CELL, SIDE = 10.0, 121
MIDDLE = (SIDE * CELL / 2, SIDE * CELL / 2)
DRY = Moisture(0.06, 0.07, 0.08, 0.6, 0.9)


def uniform(speed=0.2, heading=0.0, wind=0.0, side=SIDE):
    shape = (side, side)
    return Ground(np.full(shape, speed), np.full(shape, heading), np.full(shape, wind), CELL, 0.0, side * CELL)


def offsets():
    row, column = np.indices((SIDE, SIDE))
    return (column - SIDE // 2) * CELL, (SIDE // 2 - row) * CELL


# Bearings a raster has not make fire late, never early; between middles times are taken as straight.
LESS_AREA, MORE_AREA, AWAY_CELLS, LATE_HEAD = 0.015, 0.01, 0.6, 0.01
WINDS = [0.0, 2.0, 4.0, 6.0]  # length over width 1, 1.5, 2.5 and 4.1


@pytest.mark.parametrize("wind", WINDS)
@pytest.mark.parametrize("heading", [0.0, 33.0, 77.0, 215.0])
def test_on_uniform_fuel_fire_fills_the_ellipse_but_for_the_named_error(wind, heading):
    ground = uniform(speed=0.12, heading=heading, wind=wind)
    reached = isochrones(ground, arrival_s(ground, [MIDDLE], horizon_s=5400), minutes=[60])[0]
    (ellipse,) = perimeters(MIDDLE, [Period(60, 0.12, heading, wind)])
    assert -LESS_AREA <= reached.area / ellipse.area - 1 <= MORE_AREA
    assert reached.hausdorff_distance(ellipse) <= AWAY_CELLS * CELL


@pytest.mark.parametrize("heading", [0.0, 13.0, 45.0, 77.0])
def test_the_head_arrives_when_the_ellipse_says(heading):
    times = arrival_s(uniform(heading=heading, wind=6.0), [MIDDLE], horizon_s=3600)
    east, north = offsets()
    bearing, away = np.degrees(np.arctan2(east, north)), np.hypot(east, north)
    at_head = (np.abs((bearing - heading + 180) % 360 - 180) < 2) & (away > 150) & (away < 550)
    expected = away[at_head] / speed_towards(Period(60, 0.2, heading, 6.0), bearing[at_head])
    late = times[at_head] / expected - 1
    assert late.min() > -1e-9
    assert late.mean() < LATE_HEAD


def test_fire_in_slow_fuel_is_overtaken_along_fast_fuel_as_refraction_says():
    # Slow fuel south of a line, fast fuel north of it; ignition 200 m south. The first wave runs along the line.
    ground = uniform(speed=0.1)
    ground.speed_m_s[:40] = 0.3
    line = (SIDE - 40) * CELL
    start, far = (105.0, line - 205.0), (1105.0, line - 205.0)
    times = arrival_s(ground, [start], horizon_s=20_000)
    across = far[0] - start[0]
    first_wave = across / 0.3 + 2 * 205.0 * np.sqrt(1 / 0.1**2 - 1 / 0.3**2)
    assert first_wave < across / 0.1
    assert times[ground.cell_at(*far)] == pytest.approx(first_wave, rel=0.02)


def test_fire_goes_round_a_barrier_and_not_through_its_corners():
    ground = uniform(speed=0.1)
    ground.speed_m_s[60, :90] = 0.0  # a road across, open to the east of column 90
    times = arrival_s(ground, [(305.0, 305.0)], horizon_s=40_000)
    corner, goal = np.array([905.0, 605.0]), np.array([305.0, 905.0])
    round_it = (np.hypot(*(corner - 305.0)) + np.hypot(*(goal - corner))) / 0.1
    assert times[ground.cell_at(*goal)] == pytest.approx(round_it, rel=0.025)
    assert np.isinf(times[60, :90]).all()
    diagonal = uniform(speed=0.1)
    np.fill_diagonal(diagonal.speed_m_s, 0.0)
    walled = arrival_s(diagonal, [(205.0, 205.0)], horizon_s=1e6)
    assert np.isinf(walled[np.triu_indices(SIDE)]).all() or np.isinf(walled[np.tril_indices(SIDE)]).all()


def test_outlines_grow_hold_each_other_and_leave_what_does_not_burn_as_holes():
    ground = uniform(speed=0.1, heading=60.0, wind=3.0)
    ground.speed_m_s[50:54, 66:70] = 0.0
    outlines = isochrones(ground, arrival_s(ground, [MIDDLE], horizon_s=3600), minutes=[10, 20, 40, 60])
    for smaller, larger in pairwise(outlines):
        assert larger.area > smaller.area
        assert smaller.difference(larger).area < 1e-6
    pond = (68 * CELL, (SIDE - 52) * CELL)
    assert not any(one.contains(Point(pond)) for one in outlines)
    assert outlines[-1].is_valid
    assert len(outlines[-1].interiors) == 1


def test_each_cell_spreads_as_its_fuel_slope_and_wind_say():
    fuel = np.array([[1, 4, 0], [8, 13, 1]])
    slope, aspect = np.array([[0.0, 0.2, 0.1], [0.3, 0.0, np.nan]]), np.array([[0.0, 90, 10], [250, 0, 0]])
    wind, wind_from = np.array([[3.0, 0, 1], [2, 6, 1]]), np.array([[270.0, 0, 0], [180, 45, 0]])
    ground = ground_of(Landscape(fuel, 30.0, slope, aspect), DRY, wind_10m_m_s=wind, wind_from_deg=wind_from)
    for at in [(0, 0), (0, 1), (1, 0), (1, 1)]:
        model = ANDERSON[str(fuel[at])]
        alone = surface_spread(
            model,
            DRY,
            midflame_wind_m_s=midflame_wind_m_s(wind[at], depth_m=model.depth_m),
            wind_from_deg=wind_from[at],
            slope=slope[at],
            aspect_deg=aspect[at],
        )
        assert (ground.speed_m_s[at], ground.heading_deg[at]) == (alone.speed_m_s, alone.heading_deg)
    assert ground.speed_m_s[0, 2] == 0
    times = arrival_s(ground, [(15.0, -15.0)], horizon_s=1e6)
    assert np.isinf(times[0, 2])
    assert np.isinf(times[1, 2])  # its slope is not known


def test_from_fuel_to_outlines_uphill_is_faster():
    landscape = Landscape(np.full((41, 41), 2), 20.0, 0.5, 180.0, 1000.0, 5000.0)
    ground = ground_of(landscape, DRY, wind_10m_m_s=0.0, wind_from_deg=0.0)
    reached = isochrones(ground, arrival_s(ground, [(1410.0, 4590.0)], horizon_s=1800), minutes=[30])[0]
    _, south, _, north = reached.bounds
    assert north - 4590.0 > 1.5 * (4590.0 - south)


def test_what_makes_no_sense_is_refused(monkeypatch):
    with pytest.raises(Refusal, match="unknown_fuel"):
        ground_of(Landscape([[1, 99]], 10.0), DRY, wind_10m_m_s=1.0, wind_from_deg=0.0)
    with pytest.raises(Refusal, match="shapes_differ"):
        ground_of(Landscape([[1, 1]], 10.0, [[0.1]]), DRY, wind_10m_m_s=1.0, wind_from_deg=0.0)
    with pytest.raises(Refusal, match="off_the_raster"):
        arrival_s(uniform(), [(-5.0, 5.0)], horizon_s=60)
    with pytest.raises(Refusal, match="does_not_burn"):
        arrival_s(uniform(speed=0.0), [MIDDLE], horizon_s=60)

    def missing(name):
        raise ImportError(name)

    travel_time._kernels.cache_clear()
    monkeypatch.setattr(extra, "import_module", missing)
    with pytest.raises(Refusal, match="library_missing"):
        arrival_s(uniform(), [MIDDLE], horizon_s=60)
