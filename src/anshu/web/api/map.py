# SPDX-License-Identifier: Apache-2.0
"""/map: outlines, base map, layers and one object's drawer."""

from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import StringConstraints

from anshu.kernel.org.choices import Level
from anshu.web.api.inputs import Box, Id, Instant
from anshu.web.onemap.boundaries import basemap, boundaries
from anshu.web.onemap.features import layer_features, layers_for
from anshu.web.onemap.objects import map_object

router = Router(tags=["map"])
DivisionCode = Annotated[str, StringConstraints(pattern=r"^(\d{12}|\d{15}|\d{6}P\d{3,8})?$")]


@router.get("/boundaries", summary="Outlines of divisions")
def map_boundaries(
    request: HttpRequest, level: Literal["county", "township", "village"] = "township", within: DivisionCode = ""
) -> HttpResponse:
    """This will give the outlines of one level, simplified."""
    return _cached(request, *boundaries(Level(level), within))


@router.get("/basemap", summary="Schematic base map")
def map_basemap(request: HttpRequest) -> HttpResponse:
    """This will give rivers, roads and names, labelled schematic."""
    return _cached(request, *basemap())


@router.get("/layers", summary="Layers open to the caller")
def map_layers_list(request: HttpRequest) -> list[dict[str, Any]]:
    """This will list the layers with their counts."""
    return layers_for(request.viewer)  # type: ignore[attr-defined]


@router.get("/layers/{code}", summary="One layer as GeoJSON")
def map_layer_features(request: HttpRequest, code: str, bbox: Box = None, at: Instant = None) -> dict[str, Any]:
    """This will give what the caller may see of a layer inside a box, now or at an instant."""
    return layer_features(
        request.viewer,  # type: ignore[attr-defined]
        code,
        box=bbox,
        at=at,
        now=request.now,  # type: ignore[attr-defined]
    )


@router.get("/objects/{type}/{id}", summary="One object's drawer")
def map_object_detail(request: HttpRequest, type: str, id: Id) -> dict[str, Any]:
    """This will tell what the map's drawer shows of an object."""
    return map_object(request.viewer, type, id, now=request.now)  # type: ignore[attr-defined]


def _cached(request: HttpRequest, body: bytes, etag: str) -> HttpResponse:
    """This will answer 304 where the browser has it already."""
    same = etag in request.headers.get("If-None-Match", "")
    response = HttpResponse(status=304) if same else HttpResponse(body, content_type="application/geo+json")
    response["ETag"] = etag
    response["Cache-Control"] = "private, max-age=3600"
    return response
