# SPDX-License-Identifier: Apache-2.0
"""The limits of every datastream as they are in force: property, device model, device, the narrower one first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.db.models import Q

from anshu.domain.sensing.models import Maintenance, PropertyPair, QualityLimit, Thing
from anshu.domain.sensing.rules import LATE_US, Booleans, Integers, Limits, Pairs, Window
from anshu.kernel.org.selectors import prefix_of

# The columns of a limit, as the arrays call them.
COLUMNS = {
    "minimum": ("minimum", 1.0),
    "maximum": ("maximum", 1.0),
    "step_max": ("step_max", 1.0),
    "flat_after_s": ("flat_after_us", 1e6),
    "calm_max": ("calm_max", 1.0),
    "delayed_after_s": ("delayed_after_us", 1e6),
}


@dataclass(frozen=True, slots=True)
class Slotted:
    """A datastream at its slot, as limits and windows ask about it."""

    property: str
    thing_id: int
    model_id: int | None
    parent_id: int | None
    kind: str
    division_code: str
    defaults: Mapping[str, float | None]


def limits_in_force(rows: Sequence[Slotted], *, now: datetime) -> tuple[Limits, datetime | None]:
    """This will give the limits at every slot, and when the next limit begins or ends."""
    columns: dict[str, Any] = {
        array: np.array([_number(row.defaults.get(name), scale) for row in rows], dtype=np.float64)
        for name, (array, scale) in COLUMNS.items()
    }
    ignoring = np.zeros(len(rows), dtype=np.bool_)
    given = list(
        QualityLimit.objects.filter(Q(until=None) | Q(until__gt=now), retired_at=None)
        .select_related("observed_property")
        .order_by("since", "id")
    )
    # The narrower one speaks last.
    for limit in sorted(given, key=lambda each: (each.thing_id is not None, each.model_id is not None)):
        if limit.since > now:
            continue
        slots = [slot for slot, row in enumerate(rows) if _meant(limit, row)]
        for name, (array, scale) in COLUMNS.items():
            if getattr(limit, name) is not None:
                columns[array][slots] = getattr(limit, name) * scale
        ignoring[slots] = limit.ignore_suspect
    turns = [moment for limit in given for moment in (limit.since, limit.until) if moment is not None and moment > now]
    return Limits(**columns, ignoring=ignoring), min(turns, default=None)


def _number(value: float | None, scale: float) -> float:
    return np.nan if value is None else value * scale


def _meant(limit: QualityLimit, row: Slotted) -> bool:
    return (
        limit.observed_property.code == row.property
        and limit.thing_id in (None, row.thing_id)
        and limit.model_id in (None, row.model_id)
    )


def pairs_known(rows: Sequence[Slotted]) -> Pairs:
    """This will give the relations between datastreams of one thing."""
    slot_of = {(row.thing_id, row.property): slot for slot, row in enumerate(rows)}
    related = PropertyPair.objects.filter(retired_at=None)
    greater_of: dict[str, list[tuple[str, float]]] = {}
    for lesser, greater, tolerance in related.values_list("lesser__code", "greater__code", "tolerance"):
        greater_of.setdefault(lesser, []).append((greater, tolerance))
    found = [
        (slot, slot_of[row.thing_id, greater], tolerance)
        for slot, row in enumerate(rows)
        for greater, tolerance in greater_of.get(row.property, ())
        if (row.thing_id, greater) in slot_of
    ]
    lesser_slots, greater_slots, tolerances = zip(*found, strict=True) if found else ((), (), ())
    return Pairs.of(_ints(lesser_slots), _ints(greater_slots), np.array(tolerances, dtype=np.float64))


def _ints(values: Sequence[int]) -> Integers:
    return np.array(values, dtype=np.int64)


def windows_known(rows: Sequence[Slotted], *, now: datetime) -> tuple[list[Window], Booleans]:
    """This will give the maintenance windows that a value which may still be judged can lie in, and whom they have."""
    concerned = np.zeros(len(rows), dtype=np.bool_)
    since = now - timedelta(microseconds=LATE_US)
    windows = []
    for each in Maintenance.objects.filter(retired_at=None, until__gt=since).order_by("id"):
        slots = _ints([slot for slot, row in enumerate(rows) if covers(each, row)])
        windows.append(Window(slots, round(each.since.timestamp() * 1e6), round(each.until.timestamp() * 1e6)))
        concerned[slots] = True
    return windows, concerned


def covers(window: Maintenance, row: Slotted | Thing) -> bool:
    """This will tell whether a window has a thing, or the host that it is a part of."""
    if window.thing_id is not None:
        own = row.thing_id if isinstance(row, Slotted) else row.pk
        return window.thing_id in (own, row.parent_id)
    inside = row.division_code.startswith(prefix_of(window.division_code))
    return bool(inside and window.kind in ("", row.kind))
