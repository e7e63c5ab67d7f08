# SPDX-License-Identifier: Apache-2.0
"""A believable county drawn from noise: outline, townships, villages, grid cells, rivers, roads.

Nothing here is surveyed or traced. The outline is a smooth curve through points made up to fit the county's
published extent and area; seats and rivers stand where anyone who knows the county would put them, to about a
kilometre. The plane is filled with small Voronoi cells; regions grow over them from seeds, so that every border
is shared exactly by its neighbours and every level nests in the one above.
"""

import heapq
import json
import math
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, MultiPolygon, Point, Polygon
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

SEED = 330825
ORIGIN = (119.18, 29.02)
METRES_PER_DEGREE = (111_320 * math.cos(math.radians(29.02)), 110_860.0)
SCHEMATIC = {"boundary": "schematic"}
Floats = NDArray[np.float64]
Row = dict[str, str]

SKETCH = tomllib.loads(Path(__file__).with_name("schematic_sketch.toml").read_text("utf-8"))


def _to_metres(points: Iterable[Sequence[float]]) -> Floats:
    plane = np.array([point[:2] for point in points], dtype=float)
    return (plane - ORIGIN) * METRES_PER_DEGREE


def _to_degrees(points: Floats) -> Floats:
    return np.round(points / METRES_PER_DEGREE + ORIGIN, 5)


def _cut_corners(points: Floats, rounds: int) -> Floats:
    """This will smooth an open line by cutting its corners (Chaikin), its ends kept."""
    for _ in range(rounds):
        if len(points) < 3:
            return points
        before = points[:-1] * 0.75 + points[1:] * 0.25
        after = points[:-1] * 0.25 + points[1:] * 0.75
        inner = np.stack([before, after], axis=1).reshape(-1, 2)[1:-1]
        points = np.vstack([points[:1], inner, points[-1:]])
    return points


def _roughen(points: Floats, rng: np.random.Generator, share: float, rounds: int) -> Floats:
    """This will push each segment's middle aside by a random part of its length, `rounds` times."""
    for _ in range(rounds):
        step = np.diff(points, axis=0)
        push = rng.normal(0, share, len(step))[:, None] * np.stack([-step[:, 1], step[:, 0]], axis=1)
        middles = (points[:-1] + points[1:]) / 2 + push
        out = np.empty((len(points) + len(middles), 2))
        out[::2], out[1::2] = points, middles
        points = out
    return points


def _course(points: Sequence[Sequence[float]], rng: np.random.Generator, share: float) -> LineString:
    return LineString(_cut_corners(_roughen(_to_metres(points), rng, share, 3), 2))


def _outline(rng: np.random.Generator) -> Polygon:
    ring = _to_metres([*SKETCH["outline"], SKETCH["outline"][0]])
    return Polygon(_cut_corners(_roughen(ring, rng, 0.09, 3), 2))


class Mosaic:
    """The small cells that fill the county, and how they touch."""

    def __init__(self, outline: Polygon, barriers: Sequence[LineString], rng: np.random.Generator) -> None:
        points = self._scatter(outline, rng)
        cloud = shapely.MultiPoint(points)
        cells = np.array(shapely.get_parts(shapely.voronoi_polygons(cloud, ordered=True)))
        kept = np.flatnonzero(shapely.contains_xy(outline, points[:, 0], points[:, 1]))
        self.points, self.cells = points[kept], cells[kept]
        self.area = shapely.area(self.cells)
        self.touching = self._neighbours(cloud, points, kept, barriers, rng)

    @staticmethod
    def _scatter(outline: Polygon, rng: np.random.Generator) -> Floats:
        """Jittered grid, finer in the town so that small communities get enough cells."""
        west, south, east, north = outline.buffer(1500).bounds
        town, layers = _to_metres([SKETCH["town"]])[0], []
        for spacing, is_town in ((290.0, False), (110.0, True)):
            xs, ys = np.meshgrid(np.arange(west, east, spacing), np.arange(south, north, spacing))
            layer = np.stack([xs.ravel(), ys.ravel()], axis=1)
            layer += rng.uniform(-0.38, 0.38, layer.shape) * spacing
            layers.append(layer[(np.hypot(*(layer - town).T) < 3600) == is_town])
        return np.vstack(layers)

    @staticmethod
    def _neighbours(
        cloud: shapely.MultiPoint,
        points: Floats,
        kept: NDArray[np.intp],
        barriers: Sequence[LineString],
        rng: np.random.Generator,
    ) -> dict[int, list[tuple[int, float]]]:
        number = {tuple(points[old]): new for new, old in enumerate(kept)}
        edges = shapely.get_parts(shapely.delaunay_triangles(cloud, only_edges=True))
        length, noise = shapely.length(edges), rng.uniform(0.7, 1.6, len(edges))
        for barrier in barriers:
            shapely.prepare(barrier)
            noise[shapely.intersects(barrier, edges)] *= 6
        touching: dict[int, list[tuple[int, float]]] = defaultdict(list)
        ends = shapely.get_coordinates(edges).reshape(-1, 2, 2)
        for (one, other), cost in zip(ends, length * noise, strict=True):
            first, second = number.get(tuple(one)), number.get(tuple(other))
            if first is not None and second is not None:
                touching[first].append((second, float(cost)))
                touching[second].append((first, float(cost)))
        return touching

    def grow(self, seeds: Sequence[int], within: set[int], pace: Sequence[float]) -> dict[int, int]:
        """This will give every cell of `within` to the seed that reaches it first: connected regions."""
        owner: dict[int, int] = {}
        queue = [(0.0, cell, label) for label, cell in enumerate(seeds)]
        while queue:
            spent, cell, label = heapq.heappop(queue)
            if cell in owner:
                continue
            owner[cell] = label
            for following, cost in self.touching[cell]:
                if following in within and following not in owner:
                    heapq.heappush(queue, (spent + cost / pace[label], following, label))
        return owner

    def nearest(self, place: Floats, within: Sequence[int]) -> int:
        """This will name the cell of `within` nearest to a place."""
        return within[int(np.argmin(np.hypot(*(self.points[within] - place).T)))]

    def split(
        self, within: Sequence[int], count: int, rng: np.random.Generator, weight: Floats
    ) -> tuple[list[int], list[list[int]]]:
        """This will cut a region into `count` connected parts; `weight` says where they should be dense."""
        places = self.points[within]
        centres = places[rng.choice(len(within), count, replace=False, p=weight / weight.sum())]
        for _ in range(12):
            far = np.hypot(*(places[:, None, :] - centres[None]).transpose(2, 0, 1))
            owner = far.argmin(axis=1)
            for label in range(count):
                if (mine := owner == label).any():
                    centres[label] = np.average(places[mine], axis=0, weights=weight[mine])
        free, seeds = list(within), []
        for centre in centres:
            seeds.append(self.nearest(centre, free))
            free.remove(seeds[-1])
        regions: list[list[int]] = [[] for _ in seeds]
        for cell, label in self.grow(seeds, set(within), [1.0] * count).items():
            regions[label].append(cell)
        return seeds, regions


def _place_names(
    villages: Sequence[Row], seeds: Sequence[int], mosaic: Mosaic, seat: Floats, township: str
) -> list[Row]:
    """This will hand the seeds nearest the seat to communities and to the village the township is named after."""
    stem = township.removesuffix("街道").removesuffix("畲族乡").rstrip("镇乡")
    order = sorted(
        range(len(villages)),
        key=lambda at: (
            villages[at]["kind"] != "community",
            villages[at]["name"] != f"{stem}村",
            at,
        ),
    )
    nearest = np.argsort(np.hypot(*(mosaic.points[list(seeds)] - seat).T), kind="stable")
    named: list[Row] = [{}] * len(seeds)
    for at, seed in zip(order, nearest, strict=True):
        named[seed] = villages[at]
    return named


def _partition(rows: Sequence[Row], mosaic: Mosaic, rng: np.random.Generator) -> dict[str, list[int]]:
    """This will give each grid cell code its mosaic cells."""
    townships = [row for row in rows if row["level"] == "township"]
    everything = list(range(len(mosaic.points)))
    drawn = {one["name"]: one for one in SKETCH["township"]}
    seats = _to_metres([drawn[row["name"]]["seat"] for row in townships])
    seeds = [mosaic.nearest(seat, everything) for seat in seats]
    owner = mosaic.grow(seeds, set(everything), [drawn[row["name"]]["pace"] for row in townships])
    gridcells: dict[str, list[int]] = {}
    for label, township in enumerate(townships):
        villages = [row for row in rows if row["parent_code"] == township["code"]]
        mine = sorted(cell for cell, whose in owner.items() if whose == label)
        away = np.hypot(*(mosaic.points[mine] - seats[label]).T)
        weight = mosaic.area[mine] * (0.35 + 6 * np.exp(-away / 1400))
        seeds, regions = mosaic.split(mine, len(villages), rng, weight)
        named = _place_names(villages, seeds, mosaic, seats[label], township["name"])
        for village, region in zip(named, regions, strict=True):
            gridcells |= _village_gridcells(village["code"], sorted(region), mosaic, rng)
    return gridcells


def _village_gridcells(code: str, region: list[int], mosaic: Mosaic, rng: np.random.Generator) -> dict[str, list[int]]:
    area = mosaic.area[region]
    count = min(2 + int(area.sum() > 1.2e6) + int(area.sum() > 6e6), len(region))
    _, parts = mosaic.split(region, count, rng, area)
    return {f"{code}{number:03d}": part for number, part in enumerate(parts, 1)}


def _smooth(faces: dict[str, BaseGeometry]) -> dict[str, MultiPolygon]:
    """This will redraw a coverage with softened borders, each drawn once for both its sides, in degrees."""
    codes = list(faces)
    simple = np.array(shapely.coverage_simplify(list(faces.values()), 110.0))
    uses: Counter[tuple[Any, ...]] = Counter()
    village_of: dict[tuple[Any, ...], set[str]] = defaultdict(set)
    for code, face in zip(codes, simple, strict=True):
        for ring in (ring for part in shapely.get_parts(face) for ring in (part.exterior, *part.interiors)):
            for one, other in zip(ring.coords[:-1], ring.coords[1:], strict=True):
                edge = (min(one, other), max(one, other))
                uses[edge] += 1
                village_of[edge].add(code[:12])
    outer = [edge for edge in uses if len(village_of[edge]) == 2 or uses[edge] == 1]
    inner = [edge for edge in uses if len(village_of[edge]) == 1 and uses[edge] == 2]
    ends = Counter(end for edge in uses for end in edge)
    lines = []
    for edges, rounds in ((outer, 2), (inner, 1)):
        for arc in _arcs(edges, {end for end, times in ends.items() if times != 2}):
            lines.append(LineString(_to_degrees(_cut_corners(arc, rounds))))
    drawn = shapely.get_parts(shapely.polygonize(lines))
    return _name_faces(codes, simple, drawn)


def _arcs(edges: Sequence[tuple[Any, ...]], junctions: set[Any]) -> list[Floats]:
    """This will chain edges into lines that run from junction to junction."""
    around: dict[Any, list[Any]] = defaultdict(list)
    for one, other in sorted(edges):
        around[one].append(other)
        around[other].append(one)
    unused = {frozenset(edge) for edge in edges}
    starts = [end for end in sorted(around) if end in junctions] + sorted(around)
    arcs = []
    for start in starts:
        for following in around[start]:
            if frozenset((start, following)) not in unused:
                continue
            chain, at, to = [start], start, following
            while True:
                unused.discard(frozenset((at, to)))
                chain.append(to)
                onward = [end for end in around[to] if frozenset((to, end)) in unused]
                if to in junctions or to == start or not onward:
                    break
                at, to = to, onward[0]
            arcs.append(np.array(chain))
    return arcs


def _name_faces(codes: Sequence[str], simple: NDArray[Any], drawn: NDArray[Any]) -> dict[str, MultiPolygon]:
    tree = shapely.STRtree(simple)
    parts: dict[str, list[Polygon]] = defaultdict(list)
    for face in drawn:
        metres = shapely.transform(face, lambda at: (at - ORIGIN) * METRES_PER_DEGREE)
        near = tree.query(metres, predicate="intersects")
        shared = shapely.area(shapely.intersection(simple[near], metres))
        parts[codes[near[int(shared.argmax())]]].append(face)
    return {code: MultiPolygon(sorted(parts[code], key=lambda part: -part.area)) for code in codes}


def _merge(faces: dict[str, MultiPolygon], digits: int) -> dict[str, MultiPolygon]:
    """This will unite the faces whose codes begin alike."""
    groups: dict[str, list[Polygon]] = defaultdict(list)
    for code, face in faces.items():
        groups[code[:digits]].extend(face.geoms)
    whole = {code: shapely.coverage_union_all(group) for code, group in groups.items()}
    return {code.ljust(12, "0"): MultiPolygon(shapely.get_parts(one)) for code, one in whole.items()}


def _feature(geometry: BaseGeometry, **properties: Any) -> dict[str, Any]:
    shape = mapping(shapely.normalize(geometry) if geometry.area else geometry)
    return {"type": "Feature", "properties": {**properties, **SCHEMATIC}, "geometry": shape}


def _write(file: Path, features: Sequence[dict[str, Any]]) -> None:
    """This will write compact GeoJSON (RFC 7946), a feature a line so that changes can be read."""
    lines = ",\n".join(json.dumps(one, ensure_ascii=False, separators=(",", ":")) for one in features)
    head = '{"type":"FeatureCollection","note":"示意，非测绘成果 schematic, not surveyed","features":[\n'
    file.write_text(f"{head}{lines}\n]}}\n", encoding="utf-8")


def _in_degrees(shape: BaseGeometry) -> BaseGeometry:
    return shapely.transform(shape, _to_degrees)


def _basemap(county: BaseGeometry, rivers: dict[str, LineString], rng: np.random.Generator) -> list[dict[str, Any]]:
    frame, out = county.buffer(0.012), []
    for river in SKETCH["river"]:
        shape = _clip(rivers[river["name"]], frame)
        out.append(_feature(shape, kind="river", name=river["name"], rank=river["rank"]))
    for lake in SKETCH["reservoir"]:
        shape = _course(lake["course"], rng, 0.10).buffer(260, quad_segs=4).simplify(25)
        out.append(_feature(_in_degrees(shape), kind="reservoir", name=lake["name"]))
    for road in SKETCH["road"]:
        shape = _clip(_course(road["course"], rng, 0.03), frame)
        out.append(_feature(shape, kind=road["kind"], name=road["name"]))
    out.append(_feature(Point(SKETCH["town"]), kind="county_seat", name="龙游县城"))
    for one in SKETCH["township"]:
        out.append(_feature(Point(one["seat"]), kind="township_seat", name=one["name"]))
    return out


def _clip(course: LineString, frame: BaseGeometry) -> BaseGeometry:
    inside = shapely.intersection(_in_degrees(course.simplify(20)), frame)
    return shapely.transform(inside, lambda at: np.round(at, 5))


def _parks(rng: np.random.Generator) -> list[dict[str, Any]]:
    out = []
    for number, park in enumerate(SKETCH["park"], 1):
        (wide, high), angle = park["half_size_m"], math.radians(park["turn"])
        corners = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)]) * (wide, high)
        cos, sin = math.cos(angle), math.sin(angle)
        ring = corners @ np.array([(cos, sin), (-sin, cos)]) + _to_metres([park["centre"]])
        shape = MultiPolygon([Polygon(_to_degrees(_roughen(ring, rng, 0.05, 2)))])
        out.append(_feature(shape, code=f"330825-P{number:02d}", name=park["name"], level="park"))
    return out


def write(rows: Sequence[Row], out: Path) -> None:
    """This will draw the county and write its four files into `out`."""
    rng = np.random.default_rng(SEED)
    rivers = {one["name"]: _course(one["course"], rng, 0.10) for one in SKETCH["river"]}
    mosaic = Mosaic(_outline(rng), [rivers["衢江"]], rng)
    cells = _partition(rows, mosaic, rng)
    rough = {code: shapely.coverage_union_all(mosaic.cells[part]) for code, part in cells.items()}
    gridcells = _smooth(rough)
    by_code = {row["code"]: row for row in rows}
    levels = {digits: _merge(gridcells, digits) for digits in (6, 9, 12)}
    shapes = {code: shape for digits in levels for code, shape in levels[digits].items()}
    _write(
        out / "boundaries_schematic.geojson",
        [_feature(shapes[code], code=code, name=row["name"], level=row["level"]) for code, row in by_code.items()],
    )
    _write(
        out / "gridcells_schematic.geojson",
        [
            _feature(
                gridcells[code],
                code=code,
                name=f"{by_code[code[:12]]['name']}第{int(code[12:])}网格",
                level="gridcell",
            )
            for code in sorted(gridcells)
        ],
    )
    _write(out / "basemap_schematic.geojson", _basemap(shapes["330825000000"], rivers, rng))
    _write(out / "parks_schematic.geojson", _parks(rng))
