# SPDX-License-Identifier: Apache-2.0
"""Catchments from elevation: a valley whose area, length and slope are known, and rough ground traced cell by cell."""

import numpy as np
import pytest

from anshu.science import extra
from anshu.science.flood.delineation import Terrain, delineate, read_terrain
from anshu.science.standing import Refusal

CELL = 30.0


def valley(rows=60, columns=41):
    """A straight valley falling south by 2 % with sides of 10 %, and a lip along the south edge beside the stream."""
    row, column = np.indices((rows, columns))
    return (rows - row) * CELL * 0.02 + abs(column - columns // 2) * CELL * 0.10


@pytest.fixture(scope="module")
def basin():
    return delineate(
        Terrain(valley(), 500000.0, 3200000.0, CELL), outlet=(500000.0 + 20.5 * CELL, 3200000.0 - 45.5 * CELL)
    )


def test_the_valleys_area_length_and_slope_are_found(basin):
    assert basin.outlet == (500615.0, 3198635.0)
    # Sides meet the stream a few cells below where they start; the longest way is down a side, then down the stream.
    assert basin.area_km2 == pytest.approx(46 * 41 * CELL**2 / 1e6, rel=0.1)
    assert basin.flow_path_m == pytest.approx((45 + 20) * CELL, rel=0.1)
    assert basin.slope == pytest.approx(np.hypot(0.02, 0.10), rel=0.05)
    assert basin.outline.area / 1e6 == pytest.approx(basin.area_km2)
    assert basin.outline.area == pytest.approx(basin.mask.sum() * CELL**2)
    assert basin.touches_edge


def test_it_gives_what_the_unit_hydrograph_needs(basin):
    catchment = basin.catchment(82.0)
    assert (catchment.area_km2, catchment.flow_path_m, catchment.slope) == (
        basin.area_km2,
        basin.flow_path_m,
        basin.slope,
    )


def test_an_outlet_beside_the_stream_moves_onto_it(basin):
    terrain = Terrain(valley(), 500000.0, 3200000.0, CELL)
    beside = delineate(terrain, outlet=(500000.0 + 23.5 * CELL, 3200000.0 - 44.5 * CELL), snap_m=100.0)
    assert beside.outlet[0] == 500000.0 + 20.5 * CELL
    assert beside.area_km2 == pytest.approx(basin.area_km2, rel=0.1)


def filled(ground):
    """Fill pits by letting water rise until nothing is lower than its lowest way out."""
    water = np.where(np.pad(np.zeros(np.subtract(ground.shape, 2), bool), 1, constant_values=True), ground, np.inf)
    while True:
        padded = np.pad(water, 1, constant_values=np.inf)
        around = np.lib.stride_tricks.sliding_window_view(padded, (3, 3)).min(axis=(2, 3))
        lower = np.maximum(ground, np.minimum(water, around))
        if np.array_equal(lower, water):
            return water
        water = lower


def traced(ground, outlet):
    """Follow every cell down its steepest way on filled ground; those that come by the outlet are its catchment."""
    water, found = filled(ground), np.zeros(ground.shape, bool)
    for start in np.ndindex(*ground.shape):
        cell = start
        while cell != outlet:
            steps = [
                ((water[cell] - water[i, j]) / np.hypot(i - cell[0], j - cell[1]), (i, j))
                for i in range(max(cell[0] - 1, 0), min(cell[0] + 2, ground.shape[0]))
                for j in range(max(cell[1] - 1, 0), min(cell[1] + 2, ground.shape[1]))
                if (i, j) != cell
            ]
            fall, there = max(steps)
            if fall <= 0:
                break
            cell = there
        found[start] = cell == outlet
    return found


def test_rough_ground_without_pits_drains_as_traced_cell_by_cell():
    rng = np.random.default_rng(4)
    row, column = np.indices((25, 25))
    ground = 100.0 + (25 - row) * 3.0 + abs(column - 12) * 2.0 + rng.uniform(0, 0.5, (25, 25))
    ground = np.round(ground, 3)
    assert np.array_equal(filled(ground), ground)
    outlet = (20, 12)
    terrain = Terrain(ground, 0.0, 25 * CELL, CELL)
    basin = delineate(terrain, outlet=((12.5) * CELL, (25 - 20.5) * CELL), snap_m=0.0)
    assert np.mean(basin.mask == traced(ground, outlet)) >= 0.99


def test_a_pit_is_filled_and_drains_on():
    ground = valley()
    ground[20, 20] -= 15.0
    pitted = delineate(Terrain(ground, 0.0, 0.0, CELL), outlet=(20.5 * CELL, -45.5 * CELL), snap_m=0.0)
    assert pitted.mask[10, 20]


def test_degrees_are_turned_into_metres():
    cell = CELL / 111_320.0
    terrain = Terrain(valley(), 119.0, 29.0, cell, geographic=True)
    basin = delineate(terrain, outlet=(119.0 + 20.5 * cell, 29.0 - 45.5 * cell))
    assert basin.area_km2 == pytest.approx(46 * 41 * CELL**2 * np.cos(np.radians(29)) / 1e6, rel=0.1)


def test_an_outlet_off_the_model_is_refused():
    terrain = Terrain(valley(), 0.0, 0.0, CELL)
    with pytest.raises(Refusal, match="outside_terrain"):
        delineate(terrain, outlet=(-10.0, -10.0))


def test_a_geotiff_is_read_with_its_missing_cells():
    import rasterio
    from rasterio.transform import Affine

    ground = valley(6, 5).astype("float32")
    ground[0, 0] = -32768.0
    profile = {"driver": "GTiff", "height": 6, "width": 5, "count": 1, "dtype": "float32", "nodata": -32768.0}
    with rasterio.MemoryFile() as file:
        with file.open(**profile, crs="EPSG:4549", transform=Affine(CELL, 0, 500000, 0, -CELL, 3200000)) as raster:
            raster.write(ground, 1)
        terrain = read_terrain(file.read())
    assert (terrain.west, terrain.north, terrain.cell, terrain.geographic) == (500000, 3200000, CELL, False)
    assert np.isnan(terrain.elevation_m).sum() == 1


def test_something_else_is_not_a_terrain():
    with pytest.raises(Refusal, match="not_a_terrain"):
        read_terrain(b"not a raster")


def test_the_missing_library_and_its_extra_are_named(monkeypatch):
    def missing(name):
        raise ImportError(name)

    monkeypatch.setattr(extra, "import_module", missing)
    with pytest.raises(Refusal, match="library_missing") as refused:
        delineate(Terrain(valley(), 0.0, 0.0, CELL), outlet=(20.5 * CELL, -45.5 * CELL))
    assert refused.value.params["extra"] == "anshu[weather]"
