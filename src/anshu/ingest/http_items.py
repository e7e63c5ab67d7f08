# SPDX-License-Identifier: Apache-2.0
"""Checking each item of an HTTP request before anything is stored."""

import math
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from anshu.domain.sensing.selectors import RegisteredThing, Registry
from anshu.kernel.access.choices import Capability, Right
from anshu.kernel.access.viewer import Viewer
from anshu.wire.base import Observation, Quality

_LARGEST = 1e12
_AHEAD = timedelta(days=1)
_FIRST_YEAR = 2000


@dataclass(frozen=True, slots=True)
class Fault:
    """Why one item is refused: which, where, and in words."""

    index: int
    field: str
    code: str
    message: str

    def as_json(self) -> dict[str, Any]:
        """This will give the fault as the reply carries it."""
        return {"index": self.index, "field": self.field, "code": self.code, "message": self.message}


@dataclass(slots=True)
class Checked:
    """The items that may be stored, by their thing's (protocol, address), and the faults of the others."""

    parcels: dict[tuple[str, str], list[Observation]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    accepted: int = 0


class _Wrong(Exception):
    """One item will not do."""

    def __init__(self, field: str, code: str, message: str) -> None:
        super().__init__(message)
        self.field, self.code, self.message = field, code, message


def check_items(items: list[Any], *, registry: Registry, viewer: Viewer, now: datetime) -> Checked:
    """This will sort the items into what may be stored and what is refused, with the reason for each."""
    checked = Checked()
    allowed: dict[str, RegisteredThing | None] = {}
    for index, item in enumerate(items):
        try:
            thing, observation = _check(item, registry, viewer, now, allowed)
        except _Wrong as wrong:
            checked.faults.append(Fault(index, wrong.field, wrong.code, wrong.message))
        else:
            checked.parcels.setdefault((thing.protocol, thing.address), []).append(observation)
            checked.accepted += 1
    return checked


def _check(
    item: Any, registry: Registry, viewer: Viewer, now: datetime, allowed: dict[str, RegisteredThing | None]
) -> tuple[RegisteredThing, Observation]:
    if not isinstance(item, dict):
        raise _Wrong("", "not_an_object", _("应为 JSON 对象"))
    thing = _thing(item.get("thing"), registry, viewer, allowed)
    code = item.get("property")
    slot = thing.slots.get(code) if isinstance(code, str) else None
    if slot is None or not isinstance(code, str):
        raise _Wrong("property", "absent", _("该设备没有这个观测要素"))
    unit = item.get("unit", registry.units[slot])
    if not isinstance(unit, str) or registry.converting(slot, unit) is None:
        raise _Wrong("unit", "unit_mismatch", _("单位不符,应为 %(unit)s") % {"unit": registry.units[slot] or "1"})
    value = _value(item.get("value", math.nan))
    quality: Quality = "missing" if value is None else "good"
    return thing, Observation(thing.address, code, _time(item.get("time"), now), value, unit, quality)


def _thing(
    code: Any, registry: Registry, viewer: Viewer, allowed: dict[str, RegisteredThing | None]
) -> RegisteredThing:
    """This will find a thing for which the caller may send; an unknown one and another's look alike."""
    if isinstance(code, str) and code not in allowed:
        found = registry.by_code.get(code)
        may = found is not None and viewer.covers(found, Capability.MONITORING, Right.CREATE)
        allowed[code] = found if may else None
    thing = allowed.get(code) if isinstance(code, str) else None
    if thing is None:
        raise _Wrong("thing", "absent", _("没有这个设备"))
    return thing


def _value(given: Any) -> float | None:
    if given is None:
        return None
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise _Wrong("value", "not_a_number", _("应为数字或 null"))
    try:
        value = float(given)
    except OverflowError:
        value = math.inf
    if not math.isfinite(value):
        raise _Wrong("value", "not_a_number", _("不能是 NaN 或无穷大,缺测请用 null"))
    if abs(value) > _LARGEST:
        raise _Wrong("value", "absurd", _("数值不合理"))
    return value


def _time(given: Any, now: datetime) -> datetime:
    if not isinstance(given, str):
        raise _Wrong("time", "bad_time", _("应为带时区的 ISO 8601 时间"))
    try:
        moment = datetime.fromisoformat(given)
    except ValueError as error:
        raise _Wrong("time", "bad_time", _("应为带时区的 ISO 8601 时间")) from error
    if moment.tzinfo is None:
        raise _Wrong("time", "naive_time", _("时间缺少时区,例如 +08:00"))
    if moment.year < _FIRST_YEAR or moment > now + _AHEAD:
        raise _Wrong("time", "absurd_time", _("时间不合理"))
    return moment
