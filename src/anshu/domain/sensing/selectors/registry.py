# SPDX-License-Identifier: Apache-2.0
"""The registers as the ingest process holds them in memory: one look-up a frame, arrays for the rest."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np

from anshu.domain.sensing.models import Datastream, DeviceModel, Latest, ObservedProperty, Quarantine, Thing
from anshu.domain.sensing.rules import (
    NEVER,
    Before,
    Booleans,
    Floats,
    Integers,
    Limits,
    Pairs,
    Times,
    Window,
    conversion,
)
from anshu.domain.sensing.selectors.limits import COLUMNS, Slotted, limits_in_force, pairs_known, windows_known


@dataclass(slots=True)
class RegisteredThing:
    """A thing as a frame's sender; it has a scoped row's columns, so that a viewer's rights can be asked."""

    id: int
    code: str
    protocol: str
    address: str
    secret: str
    division_code: str
    sector_code: str
    unit_id: int | None
    park_code: str
    model_id: int | None
    watched_until: datetime | None
    slots: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest good value of some datastreams, each once, and since when it has been the same."""

    slot: Integers
    at_us: Times
    value: Floats
    quality: Integers
    since_us: Times


@dataclass(slots=True)
class Registry:
    """All things and datastreams. A slot is the place of a datastream in the arrays."""

    things: dict[tuple[str, str], RegisteredThing]
    by_code: dict[str, RegisteredThing]
    datastream_ids: Integers
    units: list[str]
    factor: Floats
    offset: Floats
    limits: Limits
    # When other limits come into force; None where none are known of.
    limits_until: datetime | None
    pairs: Pairs
    windows: list[Window]
    in_windows: Booleans
    last_at_us: Times
    last_value: Floats
    last_quality: Integers
    last_since_us: Times
    # The newest time stored, whatever its quality.
    stored_to_us: Times
    # Slots whose newest value is committed as an observation and not yet written as the latest.
    unwritten: Booleans
    # Slots whose values are not stored as they come.
    scaled: frozenset[int]
    # What a slot's device sends, before any scale, where it has no value.
    missing_codes: dict[int, frozenset[float]]
    property_units: dict[str, str]
    # Slot of a longitude -> thing id and the slots of latitude, speed and course (-1 where there is none).
    moving: dict[int, tuple[int, int, int, int]]
    # Device models that say how a payload is read.
    decoders: dict[int, dict[str, Any]]
    _conversions: dict[tuple[int, str], tuple[float, float] | None] = field(default_factory=dict)

    def converting(self, slot: int, unit: str) -> tuple[float, float] | None:
        """This will give (factor, offset) from a sent unit to the stored value; None for a unit mismatch."""
        key = slot, unit
        if key not in self._conversions:
            found = conversion(unit, self.units[slot])
            if found is not None:
                factor, offset = float(self.factor[slot]), float(self.offset[slot])
                found = found[0] * factor, found[1] * factor + offset
            self._conversions[key] = found
        return self._conversions[key]

    def before(self, slots: Integers) -> Before:
        """This will give the last good value at each slot."""
        return Before(self.last_at_us[slots], self.last_value[slots], self.last_since_us[slots])

    def waiting(self) -> Newest:
        """This will give the newest values that have yet to be written."""
        return self._newest(np.flatnonzero(self.unwritten))

    def waiting_with(self, newest: Newest) -> Newest:
        """This will give them as they will be after a batch that is not committed yet."""
        newer = newest.at_us > self.last_at_us[newest.slot]
        behind = self.unwritten.copy()
        behind[newest.slot[newer]] = False
        old = self._newest(np.flatnonzero(behind))
        return Newest(
            np.concatenate((old.slot, newest.slot[newer])),
            np.concatenate((old.at_us, newest.at_us[newer])),
            np.concatenate((old.value, newest.value[newer])),
            np.concatenate((old.quality, newest.quality[newer])),
            np.concatenate((old.since_us, newest.since_us[newer])),
        )

    def remember(self, newest: Newest) -> None:
        """This will keep the newest values, once they are committed."""
        newer = newest.at_us > self.last_at_us[newest.slot]
        slots = newest.slot[newer]
        self.last_at_us[slots], self.last_value[slots] = newest.at_us[newer], newest.value[newer]
        self.last_quality[slots], self.unwritten[slots] = newest.quality[newer], True
        self.last_since_us[slots] = newest.since_us[newer]

    def _newest(self, slots: Integers) -> Newest:
        return Newest(
            slots,
            self.last_at_us[slots],
            self.last_value[slots],
            self.last_quality[slots],
            self.last_since_us[slots],
        )


_PROPERTY_LIMITS = [name for name in COLUMNS if name in {field.name for field in ObservedProperty._meta.fields}]


def registry_load(*, now: datetime) -> Registry:
    """This will read the registers in a few queries, retired things left out, with the limits in force."""
    in_use = Thing.objects.filter(retired_at=None)
    rows = {row.pk: row for row in in_use.iterator(chunk_size=5000)}
    things = {pk: _registered(row) for pk, row in rows.items()}
    streams = [
        each
        for each in Datastream.objects.filter(thing_id__in=in_use.values("id"))
        .values(
            "id",
            "thing_id",
            "factor",
            "offset",
            "missing_codes",
            "observed_property__code",
            "observed_property__unit",
            *(f"observed_property__{name}" for name in _PROPERTY_LIMITS),
        )
        .iterator(chunk_size=10_000)
        if each["thing_id"] in things
    ]
    slot_of = {}
    for slot, each in enumerate(streams):
        things[each["thing_id"]].slots[each["observed_property__code"]] = slot
        slot_of[each["id"]] = slot
    slotted = [_slotted(each, rows[each["thing_id"]]) for each in streams]
    limits, limits_until = limits_in_force(slotted, now=now)
    windows, in_windows = windows_known(slotted, now=now)
    last = _latest(slot_of)
    factor, offset = _floats([each["factor"] for each in streams]), _floats([each["offset"] for each in streams])
    return Registry(
        things={(thing.protocol, thing.address): thing for thing in things.values()},
        by_code={thing.code: thing for thing in things.values()},
        datastream_ids=np.array([each["id"] for each in streams], dtype=np.int64),
        units=[each["observed_property__unit"] for each in streams],
        factor=factor,
        offset=offset,
        limits=limits,
        limits_until=limits_until,
        pairs=pairs_known(slotted),
        windows=windows,
        in_windows=in_windows,
        last_at_us=last.at_us,
        last_value=last.value,
        last_quality=last.quality,
        last_since_us=last.since_us,
        stored_to_us=last.at_us.copy(),
        unwritten=np.zeros(len(streams), dtype=np.bool_),
        scaled=frozenset(np.flatnonzero((factor != 1.0) | (offset != 0.0)).tolist()),
        missing_codes={
            slot: frozenset(each["missing_codes"]) for slot, each in enumerate(streams) if each["missing_codes"]
        },
        moving=_moving(things.values()),
        decoders={each.pk: each.decoder or {} for each in DeviceModel.objects.filter(decoder__isnull=False)},
        property_units=dict(ObservedProperty.objects.values_list("code", "unit")),
    )


def _registered(row: Thing) -> RegisteredThing:
    return RegisteredThing(
        row.pk,
        row.code,
        row.protocol,
        row.address,
        row.secret,
        row.division_code,
        row.sector_code,
        row.unit_id,
        row.park_code,
        row.model_id,
        row.watched_until,
    )


def _slotted(stream: dict[str, Any], thing: Thing) -> Slotted:
    return Slotted(
        stream["observed_property__code"],
        thing.pk,
        thing.model_id,
        thing.parent_id,
        thing.kind,
        thing.division_code,
        {name: stream[f"observed_property__{name}"] for name in _PROPERTY_LIMITS},
    )


def _latest(slot_of: dict[int, int]) -> Newest:
    """This will give the newest value at every slot, NEVER where there is none."""
    at_us = np.full(len(slot_of), NEVER, dtype=np.int64)
    since_us = at_us.copy()
    value = np.full(len(slot_of), np.nan)
    quality = np.zeros(len(slot_of), dtype=np.int64)
    rows = Latest.objects.values_list("datastream_id", "at", "value", "quality", "same_since")
    for datastream_id, at, latest, flag, same_since in rows.iterator(chunk_size=10_000):
        slot = slot_of.get(datastream_id)
        if slot is not None and latest is not None:
            at_us[slot], value[slot], quality[slot] = round(at.timestamp() * 1e6), latest, flag
            since_us[slot] = round((same_since or at).timestamp() * 1e6)
    return Newest(np.arange(len(slot_of)), at_us, value, quality, since_us)


def _moving(things: Iterable[RegisteredThing]) -> dict[int, tuple[int, int, int, int]]:
    found = {}
    for thing in things:
        lng, lat = thing.slots.get("position.longitude"), thing.slots.get("position.latitude")
        if lng is not None and lat is not None:
            speed, course = thing.slots.get("vehicle.speed", -1), thing.slots.get("vehicle.course", -1)
            found[lng] = thing.id, lat, speed, course
    return found


def _floats(values: list[float | None]) -> Floats:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


@dataclass(frozen=True, slots=True)
class WaitingReplay:
    """A kept message that is to be sent through again."""

    entry_id: int
    protocol: str
    peer: str
    address: str
    raw: bytes
    detail: dict[str, Any]
    received_at: datetime


def waiting_replays(*, after: int = 0, most: int = 500) -> list[WaitingReplay]:
    """This will give adopted frames that ingest has not sent through yet, oldest first, from one beyond `after`."""
    rows = Quarantine.objects.filter(resolution="replay", pk__gt=after).order_by("id")[:most]
    return [
        WaitingReplay(row.pk, row.protocol, row.peer, row.thing_address, bytes(row.raw), row.detail, row.received_at)
        for row in rows
    ]
