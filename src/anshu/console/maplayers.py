# SPDX-License-Identifier: Apache-2.0
"""What a context puts on the map: a small class per layer, in one closed registry."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, TypeVar

from django.contrib.gis.geos import GEOSGeometry
from django.db.models import QuerySet
from django.utils.module_loading import autodiscover_modules

from anshu.kernel.access.choices import Capability
from anshu.kernel.access.viewer import Viewer

# Levels count from the most severe; 0 is none.
COLOURS = ("none", "red", "orange", "yellow", "blue")


def colour(level: int | None) -> str:
    """This will name the colour of a level or grade; nothing and anything unknown is "none"."""
    return COLOURS[level] if level and 0 < level < len(COLOURS) else COLOURS[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What the map shows of one row. `kind` chooses the symbol's shape, `level` its fill."""

    id: int
    name: str
    geometry: GEOSGeometry
    kind: str = ""
    level: str = "none"
    state: str = ""
    value: float | None = None
    unit: str = ""
    property: str = ""
    observed_at: datetime | None = None
    stale_after_s: float | None = None
    acknowledged: bool = False
    # Where it is heading, in degrees from north; only what moves has one.
    course: float | None = None


class MapLayer(ABC):
    """A layer: where its rows come from, for this viewer and this instant, and what is shown of them.

    `type` is the name of one object of the layer in addresses, `register` the console register that details it.
    """

    code: ClassVar[str]
    group: ClassVar[Any]
    name: ClassVar[Any]
    type: ClassVar[str]
    register: ClassVar[str]
    capability: ClassVar[Capability]
    kind: ClassVar[str] = "point"
    geometry_field: ClassVar[str] = "point"
    default: ClassVar[bool] = True
    order: ClassVar[int] = 100

    @abstractmethod
    def rows(self, viewer: Viewer, at: datetime | None) -> QuerySet[Any]:
        """This will list what the viewer may see now (`at` None), or what stood at `at`."""

    def inside(self, rows: QuerySet[Any], box: Any, at: datetime | None) -> QuerySet[Any]:
        """This will keep the rows that lie in a box; what moves has to say where it was at `at`."""
        return rows.filter(**{f"{self.geometry_field}__bboverlaps": box})

    @abstractmethod
    def marks(self, rows: Sequence[Any], *, at: datetime | None) -> Iterable[Mark]:
        """This will turn one page of rows into marks, with a number of queries that does not grow with them."""

    def href(self, pk: int) -> str:
        """This will give the address of a row's own page."""
        return f"/r/{self.register}/{pk}/"


L = TypeVar("L", bound=type[MapLayer])
_layers: dict[str, MapLayer] = {}
_found = False


def register(cls: L) -> L:
    """This will add the layer to the registry; two layers cannot share a code."""
    if cls.code in _layers:
        raise ValueError(f"two map layers are named {cls.code}")
    _layers[cls.code] = cls()
    return cls


def map_layers() -> Iterator[MapLayer]:
    """This will give every layer in the order of the layer panel, reading each context's maplayers.py once."""
    global _found
    if not _found:
        autodiscover_modules("maplayers")
        _found = True
    yield from sorted(_layers.values(), key=lambda layer: (layer.order, layer.code))


def map_layer(code: str) -> MapLayer | None:
    """This will give one layer."""
    return next((layer for layer in map_layers() if layer.code == code), None)
