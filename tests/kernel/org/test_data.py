# SPDX-License-Identifier: Apache-2.0
"""The divisions shipped with the product: facts complete, geography clean and labelled."""

import csv
import json
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path

import numpy as np
import pyproj
import pytest
import shapely
from shapely.geometry import shape

ROOT = Path(__file__).resolve().parents[3]
DATA = ROOT / "src/anshu/kernel/org/data"
DRAWN = ("boundaries", "gridcells", "parks", "basemap")


@cache
def divisions():
    with (DATA / "divisions_330825.csv").open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


@cache
def features(name):
    text = (DATA / f"{name}_schematic.geojson").read_text(encoding="utf-8")
    return json.loads(text)["features"]


@cache
def shapes(name):
    return {one["properties"]["code"]: shape(one["geometry"]) for one in features(name)}


def level(digits):
    """Shapes of the codes that end in zeros after `digits` digits and not before."""
    wanted = {6: "county", 9: "township", 12: "village"}[digits]
    return {row["code"]: shapes("boundaries")[row["code"]] for row in divisions() if row["level"] == wanted}


def test_list_holds_the_county_its_townships_and_villages():
    assert Counter(row["level"] for row in divisions()) == {"county": 1, "township": 15, "village": 288}
    assert Counter(row["kind"] for row in divisions()) == {
        "county": 1, "street": 2, "town": 6, "township": 6, "ethnic_township": 1, "village": 263, "community": 25,
    }  # fmt: skip


def test_codes_have_twelve_digits_and_a_parent_they_begin_with():
    codes = {row["code"] for row in divisions()}
    assert len(codes) == 304
    for row in divisions():
        assert len(row["code"]) == 12
        assert row["code"].isdigit()
        if row["level"] != "county":
            assert row["parent_code"] in codes
            assert row["code"].startswith(row["parent_code"].rstrip("0").ljust(6, "0"))


def test_list_agrees_with_the_source_lists(shared):
    source = shared / "data/05_admin_geo"
    listed = {}
    for name, zeros in (("streets_330825_nbs2023.csv", "000"), ("villages_330825_nbs2023.csv", "")):
        with (source / name).open(encoding="utf-8-sig", newline="") as opened:
            listed |= {row["code"] + zeros: row["name"] for row in csv.DictReader(opened)}
    assert {row["code"]: row["official_name"] for row in divisions()[1:]} == listed


def test_abbreviations_are_initials():
    by_code = {row["code"]: row["abbreviation"] for row in divisions()}
    assert by_code["330825000000"] == "LYX"
    assert by_code["330825212000"] == "MCSZX"
    assert all(letters.isascii() and letters.isupper() for letters in by_code.values())


def test_every_division_has_one_boundary_and_its_name():
    assert [(one["properties"]["code"], one["properties"]["name"]) for one in features("boundaries")] == [
        (row["code"], row["name"]) for row in divisions()
    ]


@pytest.mark.parametrize("name", DRAWN)
def test_every_drawn_feature_says_that_it_is_schematic(name):
    assert features(name)
    assert {one["properties"]["boundary"] for one in features(name)} == {"schematic"}


@pytest.mark.parametrize("name", ["boundaries", "gridcells", "parks"])
def test_areas_are_valid_multipolygons_with_five_decimals(name):
    for one in shapes(name).values():
        assert one.geom_type == "MultiPolygon"
        assert shapely.is_valid(one)
        places = shapely.get_coordinates(one)
        assert np.array_equal(places, np.round(places, 5))


@pytest.mark.parametrize("digits", [9, 12])
def test_divisions_of_a_level_tile_the_county_without_gap_or_overlap(digits):
    parts = list(level(digits).values())
    assert shapely.coverage_is_valid(np.array(parts))
    assert shapely.coverage_union_all(parts).equals(level(6)["330825000000"])


def test_villages_tile_their_township():
    for code, township in level(9).items():
        mine = [one for village, one in level(12).items() if village[:9] == code[:9]]
        assert shapely.coverage_union_all(mine).equals(township)


def test_gridcells_tile_their_village():
    cells = shapes("gridcells")
    assert shapely.coverage_is_valid(np.array(list(cells.values())))
    for code, village in level(12).items():
        mine = {cell: one for cell, one in cells.items() if cell[:12] == code}
        assert set(mine) == {f"{code}{number:03d}" for number in range(1, len(mine) + 1)}
        assert 2 <= len(mine) <= 4
        assert shapely.coverage_union_all(list(mine.values())).equals(village)


def test_gridcells_are_named_after_their_village():
    names = {one["properties"]["code"]: one["properties"]["name"] for one in features("gridcells")}
    assert names["330825001001001"] == "清廉社区第1网格"


def test_county_has_about_its_published_area_and_extent():
    county = level(6)["330825000000"]
    square_km = abs(pyproj.Geod(ellps="GRS80").geometry_area_perimeter(county)[0]) / 1e6
    assert square_km == pytest.approx(1143, rel=0.1)
    assert county.bounds == pytest.approx((119.03, 28.74, 119.34, 29.30), abs=0.01)


def test_seats_lie_in_their_township():
    by_name = {row["name"]: row["code"] for row in divisions() if row["level"] == "township"}
    seats = [one for one in features("basemap") if one["properties"]["kind"] == "township_seat"]
    assert len(seats) == 15
    for seat in seats:
        code = by_name[seat["properties"]["name"]]
        assert level(9)[code].contains(shape(seat["geometry"]))


def test_parks_lie_in_the_county():
    assert all(level(6)["330825000000"].contains(park) for park in shapes("parks").values())


def test_files_stay_small_enough_for_a_phone():
    assert (DATA / "boundaries_schematic.geojson").stat().st_size < 900_000
    assert (DATA / "gridcells_schematic.geojson").stat().st_size < 1_500_000


def test_drawing_twice_gives_the_same_bytes(tmp_path):
    drawn = []
    for turn in ("one", "two"):
        (tmp_path / turn).mkdir()
        command = [sys.executable, ROOT / "tools/make_divisions.py", "geometry", "--out", tmp_path / turn]
        subprocess.run(command, check=True)
        drawn.append({file.name: file.read_bytes() for file in (tmp_path / turn).iterdir()})
    assert len(drawn[0]) == len(DRAWN)
    assert drawn[0] == drawn[1]
