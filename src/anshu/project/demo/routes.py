# SPDX-License-Identifier: Apache-2.0
"""Ways along the schematic roads and rivers, to and fro for ever."""

import json
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from itertools import pairwise
from math import atan2, cos, degrees, hypot, radians

EARTH_M_PER_DEGREE = 111_195.0
Place = tuple[float, float]


@dataclass(slots=True)
class Journey:
    """Somebody on a way: how far along in metres, and which way round."""

    way: tuple[Place, ...]
    along_m: float = 0.0
    back: bool = False
    lengths: list[float] = field(init=False)

    def __post_init__(self) -> None:
        self.lengths = [_length(*pair) for pair in pairwise(self.way)]

    def go(self, metres: float) -> None:
        """This will go on, turning round at the ends."""
        whole = sum(self.lengths)
        self.along_m += -metres if self.back else metres
        if not 0 <= self.along_m <= whole:
            self.back = self.along_m > whole
            self.along_m = min(whole, max(0.0, self.along_m))

    @property
    def place(self) -> Place:
        """Longitude and latitude."""
        (start, end), share = self._here()
        return start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])

    @property
    def course(self) -> float:
        """Degrees from north."""
        (start, end), _share = self._here()
        if self.back:
            start, end = end, start
        east = (end[0] - start[0]) * cos(radians(start[1]))
        return degrees(atan2(east, end[1] - start[1])) % 360

    def _here(self) -> tuple[tuple[Place, Place], float]:
        rest = self.along_m
        for pair, length in zip(pairwise(self.way), self.lengths, strict=True):
            if rest <= length:
                return pair, rest / length
            rest -= length
        return (self.way[-2], self.way[-1]), 1.0


def _length(start: Place, end: Place) -> float:
    east = (end[0] - start[0]) * cos(radians(start[1]))
    return hypot(east, end[1] - start[1]) * EARTH_M_PER_DEGREE


@cache
def way(name: str) -> tuple[Place, ...]:
    """This will give a road or river of the base map by its name."""
    text = resources.files("anshu.kernel.org").joinpath("data/basemap_schematic.geojson").read_text(encoding="utf-8")
    for each in json.loads(text)["features"]:
        if each["properties"]["name"] == name and each["geometry"]["type"] == "LineString":
            return tuple((lng, lat) for lng, lat, *_ in each["geometry"]["coordinates"])
    raise ValueError(f"the base map has no way named {name}")
