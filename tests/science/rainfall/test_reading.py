# SPDX-License-Identifier: Apache-2.0
"""Readers against pysteps' importers and against what the files say of themselves (data/01_* and 02_*)."""

import contextlib
import gc
import gzip
import io
import sys
import warnings
from datetime import UTC, datetime

import numpy as np
import pytest

from anshu.science.rainfall import esri_ascii, hdf5, radolan
from anshu.science.rainfall.reading import read_grids
from anshu.science.standing import Refusal


def _read(path, **given):
    return read_grids(path.read_bytes(), name=path.name, **given)


@pytest.fixture(scope="module")
def radar(shared):
    return shared / "data" / "01_radar_nowcast"


@pytest.fixture(scope="module")
def merged(shared):
    return shared / "data" / "02_rain_gauge_radar"


@pytest.fixture(scope="module")
def importers():
    with contextlib.redirect_stdout(io.StringIO()):
        return pytest.importorskip("pysteps.io.importers", reason="needs the peers group", exc_type=ImportError)


def _same(grid, values):
    expected = np.ma.filled(values, np.nan)
    np.testing.assert_allclose(grid.values, expected, atol=1e-6)


def test_swiss_gif_is_what_pysteps_reads(radar, importers):
    for path in sorted(radar.glob("mch_*/*.gif"))[::8]:
        (grid,) = _read(path)
        with warnings.catch_warnings():
            # The importer leaves its file open.
            warnings.simplefilter("ignore", ResourceWarning)
            expected, _, frame = importers.import_mch_gif(str(path), product="AQC", unit="mm", accutime=5)
            gc.collect()
        _same(grid, expected)
        assert (grid.west, grid.north, grid.unit, grid.accumulation_s) == (frame["x1"], frame["y2"], "mm", 300)


def test_swiss_gif_dates_itself_by_the_day_of_the_year(radar):
    (grid,) = _read(radar / "mch_20150515" / "AQC151351545F_00005.801.gif")
    assert grid.time == datetime(2015, 5, 15, 15, 45, tzinfo=UTC)


def test_finnish_pgm_is_what_pysteps_reads(radar, importers):
    for path in sorted(radar.glob("fmi_*/*.pgm.gz"))[::10]:
        (grid,) = _read(path)
        expected, _, frame = importers.import_fmi_pgm(str(path), gzipped=True)
        _same(grid, expected)
        assert (grid.west, grid.north) == pytest.approx((frame["x1"], frame["y2"]))
        assert grid.unit == "dBZ"


def test_australian_netcdf_is_what_pysteps_reads(radar, importers):
    for path in sorted(radar.glob("bom_*/*.nc"))[::20]:
        (grid,) = _read(path)
        expected, _, _ = importers.import_bom_rf3(str(path))
        _same(grid, expected)
        assert (grid.accumulation_s, grid.cell_x, grid.unit) == (360, 500, "mm")


def test_rows_that_contradict_their_latitudes_are_turned(merged):
    fields = _read(merged / "openmrg" / "openmrg_rad.nc")
    assert fields[0].notes == ("rows_by_latitude",)
    assert (len(fields), fields[0].unit) == (31, "mm")
    _, latitude = fields[0].unproject(fields[0].x[0], fields[0].y[-1])
    # The file's own first latitude, 57.2064 N, belongs to its first row, which its axis calls the northernmost.
    assert float(latitude) == pytest.approx(57.2064, abs=0.01)
    assert fields[0].values[-1, 0] == pytest.approx(0.0107814, abs=1e-7)


def test_an_unlabelled_field_is_told_from_its_labelled_twin(merged):
    plain = {grid.time: grid for grid in _read(merged / "openmrg" / "openMRG_Radar_180minutes.nc")}
    twins = _read(merged / "openmrg" / "openMRG_example_rad_20150827_90minutes.nc")
    assert len(twins) == 19
    for twin in twins:
        assert plain[twin.time].unit == twin.unit == "mm/h"
        np.testing.assert_allclose(plain[twin.time].values, twin.values, atol=0.0051)


def test_an_explicit_unit_overrides(merged):
    assert _read(merged / "openmrg" / "openMRG_Radar_180minutes.nc", unit="mm")[0].unit == "mm"


def test_radolan_archive_gives_each_lead_its_time(merged):
    fields = _read(merged / "wradlib_radolan" / "DE1200_RV2210180700.tar.bz2")
    assert len(fields) == 25
    assert fields[0].time == datetime(2022, 10, 18, 7, tzinfo=UTC)
    assert fields[-1].time == datetime(2022, 10, 18, 9, tzinfo=UTC)
    assert (fields[0].values.shape, fields[0].accumulation_s) == ((1200, 1100), 300)


# DWD's corner table of DE1200: upper left 55.86208711 N 1.463301510 E, lower right 45.68460578 N 16.5808695 E.
def test_radolan_frame_has_the_published_corners(merged):
    grid = _read(merged / "wradlib_radolan" / "DE1200_RV2210180700.tar.bz2")[0]
    longitude, latitude = grid.unproject([-500.0, 1_099_500.0], [500.0, -1_199_500.0])
    assert longitude == pytest.approx([1.46330151, 16.5808695], abs=1e-5)
    assert latitude == pytest.approx([55.86208711, 45.68460578], abs=1e-5)


def test_radolan_text_is_in_tenths_and_lies_on_the_binary_frame(merged):
    text = {grid.time: grid for grid in _read(merged / "wradlib_radolan" / "RW-20221018.tar.gz")}
    assert len(text) == 24
    hour = text[datetime(2022, 10, 18, 6, 50, tzinfo=UTC)]
    (now,) = _read(merged / "wradlib_radolan" / "RQ2210180700_000.gz")
    both = ~(hour.mask | now.mask)
    assert np.corrcoef(hour.values[both], now.values[both])[0, 1] > 0.8
    assert hour.values[both].mean() == pytest.approx(now.values[both].mean(), rel=0.3)


def _radolan(flags, *, precision=b"E-01"):
    head = b"RW180650100001022BY" + b"%7d" % (900 * 900 * 2 + 60) + b"VS 3SW   2.29.1PR " + precision
    head += b"INT  60GP 900x 900MF 00000001MS  8<boo,ess>"
    codes = np.zeros((900, 900), "<u2")
    codes[0, : len(flags)] = flags
    return head + b"\x03" + codes.tobytes()


def test_radolan_bits_mean_missing_negative_and_clutter():
    grid = radolan.decode(_radolan([25, 0x2000 | 2500, 0x4000 | 7, 0x8000 | 31, 0x1000 | 12]))
    south = grid.values[-1]
    assert south[[0, 2, 3, 4]] == pytest.approx([2.5, -0.7, 3.1, 1.2])
    assert np.isnan(south[1])
    assert np.isnan(radolan.decode(_radolan([0x8000 | 31]), keep_clutter=False).values[-1, 0])
    assert grid.west == pytest.approx(-523_462.167, abs=0.01)


def test_a_cut_file_is_refused():
    with pytest.raises(Refusal, match="truncated"):
        radolan.decode(_radolan([])[:-1])
    with pytest.raises(Refusal, match="truncated"):
        esri_ascii.decode(b"ncols 2\nnrows 2\nxllcorner 0\nyllcorner 0\ncellsize 1\n1 2 3\n", crs="EPSG:3857")


def test_text_without_a_frame_is_refused():
    with pytest.raises(Refusal, match="crs_missing"):
        esri_ascii.decode(b"ncols 1\nnrows 1\nxllcorner 0\nyllcorner 0\ncellsize 1\n5\n")


def test_something_else_is_refused():
    with pytest.raises(Refusal, match="unknown_format"):
        read_grids(gzip.compress(b"hello"), name="hello.gz")


def test_odim_codes_mean_no_rain_and_missing():
    h5py = pytest.importorskip("h5py", reason="needs anshu[weather]")
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        file.create_group("what").attrs.update({"object": np.bytes_("COMP"), "date": np.bytes_("20180824")})
        file.create_group("where").attrs.update(
            {"projdef": np.bytes_("+proj=laea +lat_0=55 +lon_0=10 +ellps=WGS84"), "xscale": 2000.0, "yscale": 2000.0}
            | {"LL_lon": 10.0, "LL_lat": 55.0, "xsize": 3, "ysize": 2}
        )
        what = {"quantity": np.bytes_("RATE"), "gain": 0.5, "offset": 0.0, "nodata": 255.0, "undetect": 0.0}
        what |= {"startdate": np.bytes_("20180824"), "starttime": np.bytes_("084500")}
        what |= {"enddate": np.bytes_("20180824"), "endtime": np.bytes_("090000")}
        file.create_group("dataset1/what").attrs.update(what)
        file["dataset1/data1/data"] = np.array([[0, 255, 4], [1, 2, 3]], np.uint8)
    (grid,) = read_grids(buffer.getvalue(), name="composite.h5")
    np.testing.assert_array_equal(grid.values, [[0, np.nan, 2.0], [0.5, 1.0, 1.5]])
    assert (grid.west, grid.north) == pytest.approx((0, 4000), abs=1e-3)
    assert (grid.unit, grid.accumulation_s) == ("mm/h", 900)
    assert grid.time == datetime(2018, 8, 24, 9, tzinfo=UTC)


def test_a_missing_library_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(Refusal, match=r"anshu\[weather\]"):
        hdf5.decode(b"\x89HDF\r\n\x1a\n")


# KNMI's layout as its documentation gives it: kilometres in the projection, offsets of the grid in cells.
def test_knmi_layout_is_read_in_metres():
    h5py = pytest.importorskip("h5py", reason="needs anshu[weather]")
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        stamps = {"start": "26-AUG-2010;00:00:00.000", "end": "26-AUG-2010;00:05:00.000"}
        file.create_group("overview").attrs.update(
            {f"product_datetime_{edge}": np.bytes_(told) for edge, told in stamps.items()}
        )
        place = {"geo_pixel_size_x": 1.0, "geo_pixel_size_y": -1.0, "geo_column_offset": 0.0, "geo_row_offset": 3650.0}
        file.create_group("geographic").attrs.update({key: np.array([one]) for key, one in place.items()})
        crs = "+proj=stere +lat_0=90 +lon_0=0.0 +lat_ts=60.0 +a=6378.14 +b=6356.75 +x_0=0 y_0=0"
        file.create_group("geographic/map_projection").attrs["projection_proj4_params"] = np.bytes_(crs)
        file["image1/image_data"] = np.array([[0, 65535], [12, 250]], np.uint16)
        file["image1"].attrs["image_geo_parameter"] = np.bytes_("PRECIP_[MM]")
        calibration = {"calibration_formulas": np.bytes_("GEO=0.010000*PV+0.000000")}
        calibration |= {"calibration_missing_data": [65535], "calibration_out_of_image": [65535]}
        file.create_group("image1/calibration").attrs.update(calibration)
    (grid,) = read_grids(buffer.getvalue(), name="RAD_NL25_RAP_5min_201008260000.h5")
    np.testing.assert_allclose(grid.values, [[0.0, np.nan], [0.12, 2.5]])
    assert (grid.unit, grid.accumulation_s, grid.north, grid.cell_y) == ("mm", 300, -3_650_000, 1_000)
    longitude, latitude = grid.unproject(grid.west, grid.north)
    # The composite's upper left corner: 55.974 N 0 E.
    assert (float(longitude), float(latitude)) == pytest.approx((0.0, 55.974), abs=0.002)


@pytest.mark.parametrize("told", [b"RX180650100001022BY 810134VS 3SW   2.29.1PR E+00INT   5GP 900x 900MS  3<boo>"])
def test_one_byte_products_are_reflectivity(told):
    codes = np.zeros((900, 900), np.uint8)
    codes[0, :4] = [65, 250, 249, 165]
    grid = radolan.decode(told + b"\x03" + codes.tobytes())
    np.testing.assert_array_equal(grid.values[-1, :4], [0.0, np.nan, -32.0, 50.0])
    assert (grid.unit, grid.accumulation_s) == ("dBZ", 300)


def test_a_radolan_picture_without_a_grid_is_refused():
    with pytest.raises(Refusal, match="not_radolan"):
        radolan.decode(b"PG262115100000214BY22205LV 6  1.0 19.0 28.0 37.0 46.0 55.0CS0MX 0MS 0<>\x03abc")


def test_heights_are_read_from_a_geotiff():
    rasterio = pytest.importorskip("rasterio", reason="needs anshu[weather]")
    heights = np.array([[120, -9999], [340, 55]], np.int16)
    frame = {"driver": "GTiff", "width": 2, "height": 2, "count": 1, "dtype": "int16", "nodata": -9999}
    frame |= {"crs": "EPSG:32650", "transform": rasterio.Affine(30, 0, 650_000, 0, -30, 3_210_000)}
    with rasterio.MemoryFile() as memory:
        with memory.open(**frame) as file:
            file.write(heights, 1)
        content = memory.read()
    (dem,) = read_grids(content, name="dem.tif", unit="m")
    np.testing.assert_array_equal(dem.values, [[120, np.nan], [340, 55]])
    assert (dem.west, dem.north, dem.cell_x, dem.unit) == (650_000, 3_210_000, 30, "m")
    with pytest.raises(Refusal, match="unit_missing"):
        read_grids(content, name="dem.tif")


# Heads as the German weather service writes them for other products: unit, seconds of the interval, shape.
HEADS = {
    "RY210810100000814BY1620145VS 3SW   2.13.1PR E-02INT   5GP 900x 900MS 17<boo,ros,emd,hnv>": ("mm", 300, (900, 900)),
    "SF210810100000814BY1620145VS 3SW   2.13.1PR E-01INT1440GP 900x 900MS 13<boo,ros,emd>": ("mm", 86400, (900, 900)),
    "W1210810100000814BY1620145VS 3SW   2.13.1PR E-01INT  10U1GP 900x 900MF 00000000MS  9<boo,ros>": (
        "mm",
        864000,
        (900, 900),
    ),
    "RX210810100000814BY 810134VS 3SW   2.13.1PR E+00INT   5GP 900x 900MS  9<boo,ros>": ("dBZ", 300, (900, 900)),
    "WX210810100000814BY 990134VS 3SW   2.13.1PR E+00INT   5GP1100x 900MS  9<asb,boo>": ("dBZ", 300, (1100, 900)),
}


@pytest.mark.parametrize("head", HEADS)
def test_a_radolan_head_tells_product_interval_and_shape_whatever_the_file_is_called(head):
    unit, seconds, shape = HEADS[head]
    cells = shape[0] * shape[1]
    body = bytes(cells) if unit == "dBZ" else np.full(cells, 25, "<u2").tobytes()
    (grid,) = read_grids(head.encode() + b"\x03" + body, name="unnamed")
    assert (grid.unit, grid.accumulation_s, grid.values.shape) == (unit, seconds, shape)
    assert grid.time == datetime(2014, 8, 21, 8, 10, tzinfo=UTC)
    if unit == "mm":
        assert grid.values.max() == pytest.approx(0.25 if "E-02" in head else 2.5)
