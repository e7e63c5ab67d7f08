# SPDX-License-Identifier: Apache-2.0
"""Division outlines and the embedded base map: facts that everybody may see, cached by what they contain."""

import hashlib
import json
from functools import lru_cache
from importlib import resources

from django.apps import apps
from django.contrib.gis.db.models.functions import AsGeoJSON
from django.contrib.gis.geos import GEOSGeometry
from django.db.models import Func, Max

from anshu.kernel.org.choices import Level
from anshu.kernel.org.models import Division
from anshu.kernel.org.selectors import prefix_of

# Degrees by which an outline may be simplified: about 30 m for a county, 5 m for a village.
TOLERANCE = {Level.COUNTY: 3e-4, Level.TOWNSHIP: 1e-4, Level.VILLAGE: 5e-5}


def boundaries(level: Level, within: str) -> tuple[bytes, str]:
    """This will give the outlines of a level inside a division as GeoJSON bytes, with their ETag."""
    return _boundaries(level, within, _version())


def _version() -> int:
    """This will give a number that grows with every change of any division."""
    history = apps.get_model("org", "DivisionEvent")
    return history.objects.aggregate(last=Max("pgh_id"))["last"] or 0


@lru_cache(maxsize=64)
def _boundaries(level: Level, within: str, version: int) -> tuple[bytes, str]:
    rows = Division.objects.filter(level=level, valid_until=None, area__isnull=False)
    if within:
        rows = rows.filter(code__startswith=prefix_of(within))
    simplified = Func("area", TOLERANCE[level], function="ST_SimplifyPreserveTopology", output_field=_AREA)
    features = [
        f'{{"type":"Feature","id":"{code}","geometry":{shape},"properties":'
        + json.dumps({"code": code, "name": name, "level": level.value, "boundary": boundary}, ensure_ascii=False)
        + "}"
        for code, name, boundary, shape in rows.annotate(shape=AsGeoJSON(simplified, precision=5))
        .order_by("code")
        .values_list("code", "name", "boundary", "shape")
    ]
    body = ('{"type":"FeatureCollection","features":[' + ",".join(features) + "]}").encode()
    return body, _etag(body)


@lru_cache(maxsize=1)
def basemap() -> tuple[bytes, str]:
    """This will give the schematic rivers, roads and place names, with their ETag."""
    body = resources.files("anshu.kernel.org").joinpath("data/basemap_schematic.geojson").read_bytes()
    return body, _etag(body)


def _etag(body: bytes) -> str:
    return f'"{hashlib.sha256(body).hexdigest()[:20]}"'


def box_of(area: GEOSGeometry | None) -> list[float]:
    """This will give west, south, east, north; of the whole of China where no outline is known."""
    return [round(edge, 5) for edge in area.extent] if area is not None else [73.0, 18.0, 135.0, 54.0]


_AREA = Division._meta.get_field("area")
