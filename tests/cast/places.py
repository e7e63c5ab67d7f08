# SPDX-License-Identifier: Apache-2.0
"""The county, two of its townships and their villages, drawn as a board of cells."""

from datetime import date

from django.contrib.gis.geos import MultiPolygon, Point, Polygon

from anshu.kernel.org.choices import Boundary, Level
from anshu.kernel.org.models import Division

COUNTY = "330825000000"
TOWNSHIPS = {"330825101000": "湖镇镇", "330825109000": "溪口镇"}
VILLAGES = {
    "330825101200": "新光村",
    "330825101204": "新建村",
    "330825109205": "大垅村",
}
WEST, SOUTH, WIDTH, HEIGHT = 119.0, 28.8, 0.03, 0.02
COLUMNS, ROWS = 15, 20
# A point in no cell of the board, well outside the county.
OUTSIDE = Point(120.5, 29.8, srid=4326)


def county():
    """The county, holding the whole board."""
    return _division(COUNTY, "龙游县", Level.COUNTY, "", (WEST, SOUTH, WEST + WIDTH * COLUMNS, SOUTH + HEIGHT * ROWS))


def township(code="330825101000", name=""):
    """A township: one column of the board."""
    county()
    west = _west(code)
    box = (west, SOUTH, west + WIDTH, SOUTH + HEIGHT * ROWS)
    return _division(code, name or TOWNSHIPS.get(code, f"乡镇{code[6:9]}"), Level.TOWNSHIP, COUNTY, box)


def village(code="330825101200", name=""):
    """A village: one cell of its township's column."""
    upper = township(f"{code[:9]}000")
    west, south = _west(code), _south(code)
    box = (west, south, west + WIDTH, south + HEIGHT)
    return _division(code, name or VILLAGES.get(code, f"村{code[6:12]}"), Level.VILLAGE, upper.code, box)


def centre(code):
    """The middle of a village's cell."""
    return Point(_west(code) + WIDTH / 2, _south(code) + HEIGHT / 2, srid=4326)


def _west(code):
    return WEST + WIDTH * (int(code[6:9]) % COLUMNS)


def _south(code):
    return SOUTH + HEIGHT * (int(code[9:12]) % ROWS)


def _division(code, name, level, parent, box):
    area = MultiPolygon(Polygon.from_bbox(box), srid=4326)
    area.srid = 4326
    return Division.objects.get_or_create(
        code=code,
        defaults={
            "name": name,
            "level": level,
            "parent_code": parent,
            "valid_from": date(2023, 6, 30),
            "area": area,
            "point": area.centroid,
            "boundary": Boundary.SCHEMATIC,
            "source": "test",
        },
    )[0]
