# SPDX-License-Identifier: Apache-2.0
"""What clients send: JSON, read once, with every field checked before anything is written."""

import json
from collections.abc import Mapping
from typing import Any

from django.contrib.gis.geos import Point
from django.http import HttpRequest
from django.utils.translation import gettext as _

from anshu.web.sensorthings.problems import Problem, wrong

MOST_TEXT = 4_000
# Levels of objects and lists within free properties.
DEEPEST = 12
JSON_PATCH = "application/json-patch+json"
Body = Mapping[str, Any]
_GEOJSON = ("application/geo+json", "application/vnd.geo+json")


def is_json_patch(request: HttpRequest) -> bool:
    """This will tell whether a body is operations rather than an entity."""
    return (request.content_type or "").lower() == JSON_PATCH


def read_json(request: HttpRequest, *kinds: str) -> Any:
    """This will read a request's JSON of the media type application/json or of one of `kinds`; raises Problem."""
    kind, taken = (request.content_type or "").lower(), ("application/json", *kinds)
    if kind and kind not in taken:
        said = _("请求体应为 %(kinds)s") % {"kinds": "、".join(taken)}
        raise Problem(415, "media_type", said, {"Accept": ", ".join(taken)})
    try:
        found = json.loads(request.body, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise wrong(_("请求体不是合法的 JSON"), "not_json") from error
    bounded(found)
    return found


def _refuse(name: str) -> None:
    raise ValueError(name)


def bounded(value: Any, depth: int = 0) -> None:
    """This will refuse what our database cannot hold, and what nobody means."""
    if depth > DEEPEST:
        raise wrong(_("请求体嵌套太深"), "too_deep")
    if isinstance(value, dict):
        for name, inner in value.items():
            bounded(name, depth + 1)
            bounded(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            bounded(inner, depth + 1)
    elif isinstance(value, str) and ("\x00" in value or _unspeakable(value)):
        raise wrong(_("含有不可用的字符"))


def _unspeakable(value: str) -> bool:
    return any(0xD800 <= ord(char) <= 0xDFFF for char in value)


def as_object(value: Any, name: str = "") -> Body:
    """This will take an object, or say that it is none."""
    if not isinstance(value, dict):
        raise wrong(_("“%(name)s”应为 JSON 对象") % {"name": name or "body"}, "not_an_object")
    return value


def objects(body: Body, name: str) -> list[Body]:
    """This will take a list of objects; nothing is an empty one."""
    value = body.get(name, [])
    if not isinstance(value, list) or len(value) > 200:
        raise wrong(_("“%(name)s”应为最多 200 项的数组") % {"name": name}, "not_a_list")
    return [as_object(each, name) for each in value]


def known(body: Body, *names: str) -> None:
    """This will refuse what we would otherwise drop in silence; links and annotations that we wrote may come back."""
    for name in body:
        if name not in names and not name.startswith("@iot.") and not name.endswith("@iot.navigationLink"):
            raise wrong(_("这里不能写“%(name)s”") % {"name": name[:60]}, "unknown_property")


def text(body: Body, name: str, most: int = MOST_TEXT, *, required: bool = True) -> str:
    """This will take a text of limited length."""
    value = body.get(name)
    if value is None and not required:
        return ""
    if not isinstance(value, str) or len(value) > most or (required and not value.strip()):
        raise wrong(_("“%(name)s”应为 1–%(most)s 字的文字") % {"name": name, "most": most}, "bad_value")
    return value.strip()


def properties(body: Body) -> Body:
    """This will take the free properties; nothing is an empty object."""
    value = body.get("properties")
    return {} if value is None else as_object(value, "properties")


def number_of_entity(body: Any, name: str) -> int | None:
    """This will take `{"@iot.id": 5}`; None where the entity is spelled out instead."""
    value = as_object(body, name).get("@iot.id")
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) >= 2**62:
        raise wrong(_("“%(name)s”的 @iot.id 应为整数") % {"name": name}, "bad_value")
    return value


def point(body: Body, name: str) -> Point:
    """This will take a place: a GeoJSON point, alone or as a feature's geometry. Our stations stand at points."""
    if body.get("encodingType", _GEOJSON[0]) not in _GEOJSON:
        raise wrong(_("encodingType 应为 application/geo+json"), "bad_value")
    given = as_object(body.get(name), name)
    if given.get("type") == "Feature":
        given = as_object(given.get("geometry"), name)
    found = given.get("coordinates")
    if given.get("type") != "Point" or not isinstance(found, list) or len(found) not in (2, 3):
        raise wrong(_("“%(name)s”应为 GeoJSON 的 Point") % {"name": name}, "bad_geometry")
    if any(isinstance(each, bool) or not isinstance(each, int | float) for each in found):
        raise wrong(_("坐标应为数字"), "bad_geometry")
    if not (-180 <= found[0] <= 180 and -90 <= found[1] <= 90):
        raise wrong(_("图形应为经纬度(WGS 84)"), "bad_geometry")
    return Point(float(found[0]), float(found[1]), srid=4326)
