# SPDX-License-Identifier: Apache-2.0
"""The checked forms in which callers give numbers, texts, times and places."""

import math
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from django.contrib.gis.geos import Point, Polygon
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Path, Schema
from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from anshu.kernel.geo.gcj02 import gcj02_to_wgs84

BIGGEST = 2**63 - 1
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)


def _printable(text: str) -> str:
    if "\x00" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise ValueError(_("含有不可用的字符"))
    return text


def _box(text: Any) -> Polygon | None:
    """This will read "west,south,east,north" in degrees."""
    if text in (None, ""):
        return None
    try:
        west, south, east, north = (float(part) for part in str(text).split(","))
    except ValueError as error:
        raise ValueError(_("应为 西,南,东,北 四个经纬度")) from error
    if not all(map(math.isfinite, (west, south, east, north))):
        raise ValueError(_("不是有效的数"))
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise ValueError(_("超出范围,或次序不对"))
    box = Polygon.from_bbox((west, south, east, north))
    box.srid = 4326
    return box


def _instant(text: Any) -> datetime | None:
    """This will read an ISO 8601 instant; without an offset it is local time."""
    if text in (None, "") or isinstance(text, datetime):
        return text or None
    try:
        # A plus sign that was not escaped arrives as a blank.
        at = datetime.fromisoformat(str(text).strip().replace(" ", "+") if "T" in str(text) else str(text))
    except ValueError as error:
        raise ValueError(_("时间应写作 2026-07-04T14:05:00+08:00")) from error
    if timezone.is_naive(at):
        at = timezone.make_aware(at)
    if at < EARLIEST or at.year > 2200:
        raise ValueError(_("超出范围"))
    return at


Id = Annotated[int, Path(..., ge=1, le=BIGGEST)]
Number = Annotated[int, Field(ge=1, le=BIGGEST)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(_printable)]
Lines = Annotated[str, StringConstraints(strip_whitespace=True, max_length=5000), AfterValidator(_printable)]
Word = Annotated[str, StringConstraints(strip_whitespace=True, max_length=64), AfterValidator(_printable)]
Box = Annotated[Any, BeforeValidator(_box), Field(json_schema_extra={"type": "string", "example": "119,28,120,29"})]
Instant = Annotated[
    datetime | None, BeforeValidator(_instant), Field(json_schema_extra={"type": "string", "format": "date-time"})
]


class Position(Schema):
    """Where somebody is, and in which of the two Chinese datums."""

    lng: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
    lat: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
    accuracy_m: Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False)] | None = None
    crs: Literal["wgs84", "gcj02"] = "wgs84"

    def point(self) -> Point:
        """This will give the position in the stored coordinates."""
        lng, lat = gcj02_to_wgs84(self.lng, self.lat) if self.crs == "gcj02" else (self.lng, self.lat)
        return Point(lng, lat, srid=4326)
