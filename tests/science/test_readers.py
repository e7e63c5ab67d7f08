# SPDX-License-Identifier: Apache-2.0
"""The table of file kinds in docs/methods/README.md: what it names exists, and reads what is at hand."""

import importlib
import re
from pathlib import Path

import numpy as np
import pytest

from anshu.science.rainfall import gauges
from anshu.science.rainfall.reading import read_grids

PAGE = Path(__file__).resolve().parents[2] / "docs" / "methods" / "README.md"
NAMED = re.compile(r"`((?:science|wire)\.[\w.]+)`")


def rows():
    table = PAGE.read_text(encoding="utf-8").split("## 文件种类、读法与入口")[1]
    return [line for line in table.splitlines() if line.startswith("| ") and "---" not in line][1:]


def found(dotted):
    """Resolve a name to its object: a module's attribute, or an attribute of that."""
    parts = ["anshu", *dotted.split(".")]
    for length in range(len(parts), 1, -1):
        try:
            thing = importlib.import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        for name in parts[length:]:
            thing = getattr(thing, name)
        return thing
    raise AssertionError(f"there is no {dotted}")


@pytest.mark.parametrize("row", rows(), ids=[line.split("|")[1].strip() for line in rows()])
def test_each_file_kind_names_an_entry_that_can_be_called(row):
    _, _, _, entry, *_ = row.split("|")
    assert NAMED.search(entry) or "同上" in entry
    for dotted in NAMED.findall(row):
        assert callable(found(dotted)), dotted


RADAR = {"mch_20150515": ("mm", 300, 1000), "fmi_20160928": ("dBZ", 300, 999.67), "bom_20180616": ("mm", 360, 500)}


@pytest.mark.parametrize("folder", RADAR)
def test_radars_keep_their_own_unit_step_and_cell(shared, folder):
    pytest.importorskip("netCDF4", reason="needs anshu[weather]")
    path = min((shared / "data/01_radar_nowcast" / folder).iterdir())
    (grid,) = read_grids(path.read_bytes(), name=path.name)
    unit, seconds, cell = RADAR[folder]
    assert (grid.unit, grid.accumulation_s) == (unit, seconds)
    assert grid.cell_x == pytest.approx(cell, abs=0.01)


@pytest.mark.parametrize(
    ("name", "stations", "step_s"),
    [
        ("openmrg/openmrg_municp_gauge.nc", 10, 300),
        ("openmrg/openMRG_city_gauges_20150827.nc", 10, 60),
        ("openmrg/openMRG_smhi_gauge_20150827.nc", 1, 900),
        ("pws_ams/RadarRef_AMS.nc", 20, 3600),
    ],
)
def test_gauge_tables_of_several_makers_are_read_alike(shared, name, stations, step_s):
    pytest.importorskip("netCDF4", reason="needs anshu[weather]")
    network = gauges.decode_netcdf((shared / "data/02_rain_gauge_radar" / name).read_bytes())
    assert network.rain_mm.shape == (stations, network.times.size)
    assert network.step_s == step_s
    assert np.nanmin(network.rain_mm) >= 0
