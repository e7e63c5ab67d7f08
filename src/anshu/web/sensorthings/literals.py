# SPDX-License-Identifier: Apache-2.0
"""Constants of $filter and moments of bodies: instants, periods, durations and geometries, read and bounded.

The bounds are such that no arithmetic of `compiling` on what is stored can leave PostgreSQL's ranges.
"""

import re
from datetime import UTC, date, datetime, time
from typing import Any

from django.contrib.gis.geos import GEOSException, GEOSGeometry
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from anshu.web.sensorthings.problems import Problem, wrong

_MOST_VERTICES = 1_000
# PostgreSQL's timestamps begin in 4713 BC, ours in the year 1.
MOST_YEARS = 4_000
_DURATION = re.compile(
    r"(?P<sign>-?)P(?:(?P<years>\d{1,4})Y)?(?:(?P<months>\d{1,4})M)?(?:(?P<weeks>\d{1,5})W)?(?:(?P<days>\d{1,6})D)?"
    r"(?:T(?:(?P<hours>\d{1,6})H)?(?:(?P<minutes>\d{1,7})M)?(?:(?P<seconds>\d{1,9}(?:\.\d{1,6})?)S)?)?"
)
_YEARS_OF = {
    "years": 1.0, "months": 1 / 12, "weeks": 7 / 365, "days": 1 / 365, "hours": 1 / 8_760, "minutes": 1 / 525_600,
    "seconds": 1 / 31_536_000,
}  # fmt: skip


def moment(text: str) -> datetime:
    """This will read an ISO 8601 instant; without an offset it is UTC, as the standard has it."""
    return _told(text).astimezone(UTC)


def offset_minutes(text: str) -> int:
    """This will give how far a literal's clock is from UTC: 480 for +08:00."""
    away = _told(text).utcoffset()
    return round(away.total_seconds() / 60) if away is not None else 0


def _told(text: str) -> datetime:
    # A plus sign that was not escaped arrives as a blank; nanoseconds are cut.
    plain = re.sub(r"(\.\d{6})\d+", r"\1", text.strip().replace(" ", "+"))
    try:
        found = datetime.fromisoformat(plain)
        found = found if found.tzinfo else found.replace(tzinfo=UTC)
        found.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise untimely(text) from error
    return found


def untimely(text: str) -> Problem:
    """This will make the answer to what is no time."""
    return wrong(_("“%(text)s”不是有效的时间") % {"text": text[:60]}, "bad_time")


def day(text: str) -> date:
    """This will read a calendar day."""
    try:
        found = parse_date(text)
    except ValueError:
        found = None
    if found is None:
        raise untimely(text)
    return found


def clock(text: str) -> time:
    """This will read a time of day."""
    try:
        return time.fromisoformat(text)
    except ValueError as error:
        raise untimely(text) from error


def duration(text: str) -> str:
    """This will read an ISO 8601 duration of at most 4,000 years as PostgreSQL writes one."""
    found = _DURATION.fullmatch(text)
    given = {name: value for name, value in (found.groupdict() if found else {}).items() if name != "sign" and value}
    if found is None or not given or text.endswith("T"):
        raise untimely(text)
    if sum(float(value) * _YEARS_OF[name] for name, value in given.items()) > MOST_YEARS:
        raise wrong(_("时长最多 %(number)s 年") % {"number": MOST_YEARS}, "bad_time")
    return " ".join(f"{found['sign']}{value} {name}" for name, value in given.items())


def period(text: str) -> tuple[datetime | str, datetime | str]:
    """This will read `start/end`, `start/duration` or `duration/end`; a duration stays as PostgreSQL writes one."""
    first, last = (duration(each) if each.startswith("P") else moment(each) for each in text.split("/"))
    if isinstance(first, datetime) and isinstance(last, datetime) and last < first:
        raise wrong(_("时段的结束早于开始:“%(text)s”") % {"text": text[:80]}, "bad_time")
    return first, last


def geometry(text: str) -> str:
    """This will check well-known text in longitude and latitude."""
    try:
        found = GEOSGeometry(text if text.upper().startswith("SRID=") else f"SRID=4326;{text}")
    except (ValueError, TypeError, GEOSException) as error:
        raise wrong(_("“%(text)s”不是有效的 WKT") % {"text": text[:40]}, "bad_geometry") from error
    _require_shape(found)
    return str(found.ewkt)


def _require_shape(found: Any) -> None:
    # PostGIS relates no collections.
    if found.geom_type == "GeometryCollection":
        raise wrong(_("图形不能是 GEOMETRYCOLLECTION"), "bad_geometry")
    west, south, east, north = found.extent if not found.empty else (999, 0, 0, 0)
    if found.srid != 4326 or not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise wrong(_("图形应为经纬度(WGS 84)"), "bad_geometry")
    if found.num_coords > _MOST_VERTICES or not found.valid:
        raise wrong(_("图形无效,或顶点超过 %(number)s 个") % {"number": _MOST_VERTICES}, "bad_geometry")
