# SPDX-License-Identifier: Apache-2.0
"""Instantaneous values of stage and discharge, as the USGS water services reply with format=json.

Source: USGS Instantaneous Values Service, response format WaterML-JSON; parameter codes of NWIS.
"""

import html
import json
import math
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from anshu.wire.base import Message, Observation, Quality, refuse

MOST_BYTES = 16 * 1024 * 1024
_CLAUSE = "USGS IV WaterML-JSON"
# The international foot (0.3048 m exactly); discharge is in cubic feet a second.
_FOOT_M = 0.3048
# NWIS parameter code -> our property, its unit, the unit that the code itself implies, and the factor from it.
_PARAMETERS = {
    "00060": ("discharge", "m3/s", "ft3/s", _FOOT_M**3),
    "00065": ("water_level", "m", "ft", _FOOT_M),
}
_MISSING = -999999.0
# Approved, provisional and revised values are values; of any other remark (e, Ice, Bkw, Eqp…) be wary.
_PLAIN_REMARKS = frozenset({"A", "P", "R"})


def read_reply(body: bytes) -> tuple[Observation, ...]:
    """This will give stage (m) and discharge (m³/s) by site number, times with their offset; raises Refused.

    A gauge height is above the gauge's own datum: the datastream's offset makes it an elevation.
    A value that is absent or the reply's missing code is None with quality `missing`.
    """
    if len(body) > MOST_BYTES:
        refuse("bad_length", 0, _CLAUSE, found=len(body))
    try:
        found = json.loads(body)["value"]["timeSeries"]
    except (ValueError, KeyError, TypeError, RecursionError):
        refuse("missing_field", 0, _CLAUSE, field="value.timeSeries")
    return tuple(each for series in _listed(found, "timeSeries") for each in _series(series))


def reply_message(body: bytes) -> Message:
    """This will read a reply as one message; its thing is the station, or empty where it tells of several."""
    observed = read_reply(body)
    stations = {each.thing for each in observed}
    thing = stations.pop() if len(stations) == 1 else ""
    return Message(protocol="usgs", thing=thing, kind="reply", observations=observed)


def _series(series: Any) -> Iterator[Observation]:
    try:
        site = series["sourceInfo"]["siteCode"][0]["value"]
        variable = series["variable"]
        code, groups = variable["variableCode"][0]["value"], series["values"]
    except (KeyError, IndexError, TypeError):
        refuse("missing_field", 0, _CLAUSE, field="siteCode, variableCode, values")
    if not (isinstance(code, str) and isinstance(site, str) and isinstance(variable, dict)):
        refuse("bad_field", 0, _CLAUSE, field="siteCode, variableCode", raw=str((site, code))[:40])
    if code not in _PARAMETERS:
        return
    name, unit, implied, factor = _PARAMETERS[code]
    told = variable.get("unit")
    given = html.unescape(str(told.get("unitCode", implied))) if isinstance(told, dict) else implied
    if given not in (implied, unit):
        refuse("bad_field", 0, _CLAUSE, field="unitCode", raw=given[:40])
    scale = factor if given == implied else 1.0
    missing = _number(variable.get("noDataValue"))
    for group in _listed(groups, "values"):
        for each in _listed(group.get("value") if isinstance(group, dict) else None, "value"):
            yield _observation(each, (site, name, unit), scale, (_MISSING, missing))


def _observation(
    given: Any, named: tuple[str, str, str], scale: float, missing: tuple[float, float | None]
) -> Observation:
    if not isinstance(given, dict):
        refuse("missing_field", 0, _CLAUSE, field="value")
    site, name, unit = named
    number = _number(given.get("value"))
    if number is None or number in missing:
        return Observation(site, name, _time(given.get("dateTime")), None, unit, "missing")
    quality: Quality = "good" if _remarks(given.get("qualifiers")) <= _PLAIN_REMARKS else "suspect"
    return Observation(site, name, _time(given.get("dateTime")), number * scale, unit, quality)


def _remarks(given: Any) -> set[str]:
    """This will give the remark codes, which come as a list or as one text."""
    parts = given if isinstance(given, list) else str(given or "").split(",")
    return {str(part).strip() for part in parts} - {""}


def _number(given: Any) -> float | None:
    """This will give a finite number; None for an empty, spoken ("Ice", "Eqp") or endless one."""
    try:
        number = float(given)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _time(given: Any) -> datetime:
    """This will read a time, which must carry its offset: a river's local time alone is no instant."""
    try:
        time = datetime.fromisoformat(str(given))
    except ValueError:
        refuse("bad_time", 0, _CLAUSE, raw=str(given)[:40])
    if time.tzinfo is None:
        refuse("bad_time", 0, _CLAUSE, raw=str(given)[:40])
    return time


def _listed(given: Any, field: str) -> Sequence[Any]:
    if not isinstance(given, list):
        refuse("missing_field", 0, _CLAUSE, field=field)
    return given
