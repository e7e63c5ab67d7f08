# SPDX-License-Identifier: Apache-2.0
"""The registers as the ingest process holds them in memory: one look-up a frame, arrays for the rest."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np

from anshu.domain.sensing.models import Datastream, DeviceModel, Latest, ObservedProperty, Quarantine, Thing
from anshu.domain.sensing.rules import NEVER, Before, Booleans, Floats, Integers, Limits, Times, conversion


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
    """The newest good value of some datastreams, each once."""

    slot: Integers
    at_us: Times
    value: Floats
    quality: Integers


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
    last_at_us: Times
    last_value: Floats
    last_quality: Integers
    # The newest time stored, whatever its quality.
    stored_to_us: Times
    # Slots whose newest value is committed as an observation and not yet written as the latest.
    unwritten: Booleans
    # Slots whose values are not stored as they come.
    scaled: frozenset[int]
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

    def limits_of(self, slots: Integers) -> Limits:
        """This will give what can be true at each slot."""
        return Limits(self.limits.minimum[slots], self.limits.maximum[slots], self.limits.step_max[slots])

    def before(self, slots: Integers) -> Before:
        """This will give the last good value at each slot."""
        return Before(self.last_at_us[slots], self.last_value[slots])

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
        )

    def remember(self, newest: Newest) -> None:
        """This will keep the newest values, once they are committed."""
        newer = newest.at_us > self.last_at_us[newest.slot]
        slots = newest.slot[newer]
        self.last_at_us[slots], self.last_value[slots] = newest.at_us[newer], newest.value[newer]
        self.last_quality[slots], self.unwritten[slots] = newest.quality[newer], True

    def _newest(self, slots: Integers) -> Newest:
        return Newest(slots, self.last_at_us[slots], self.last_value[slots], self.last_quality[slots])


def registry_load() -> Registry:
    """This will read the registers in five queries, retired things left out."""
    things = {
        row.pk: RegisteredThing(
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
        for row in Thing.objects.filter(retired_at=None).iterator(chunk_size=5000)
    }
    rows = list(
        Datastream.objects.filter(thing_id__in=Thing.objects.filter(retired_at=None).values("id")).values_list(
            "id",
            "thing_id",
            "observed_property__code",
            "observed_property__unit",
            "factor",
            "offset",
            "observed_property__minimum",
            "observed_property__maximum",
            "observed_property__step_max",
        )
    )
    slot_of = {}
    for slot, row in enumerate(rows):
        if (thing := things.get(row[1])) is not None:
            thing.slots[row[2]] = slot
        slot_of[row[0]] = slot
    last_at_us, last_value, last_quality = _latest(slot_of)
    factor, offset = _floats([row[4] for row in rows]), _floats([row[5] for row in rows])
    return Registry(
        things={(thing.protocol, thing.address): thing for thing in things.values()},
        by_code={thing.code: thing for thing in things.values()},
        datastream_ids=np.array([row[0] for row in rows], dtype=np.int64),
        units=[row[3] for row in rows],
        factor=factor,
        offset=offset,
        limits=Limits(
            _floats([row[6] for row in rows]), _floats([row[7] for row in rows]), _floats([row[8] for row in rows])
        ),
        last_at_us=last_at_us,
        last_value=last_value,
        last_quality=last_quality,
        stored_to_us=last_at_us.copy(),
        unwritten=np.zeros(len(rows), dtype=np.bool_),
        scaled=frozenset(np.flatnonzero((factor != 1.0) | (offset != 0.0)).tolist()),
        moving=_moving(things.values()),
        decoders={each.pk: each.decoder or {} for each in DeviceModel.objects.filter(decoder__isnull=False)},
        property_units=dict(ObservedProperty.objects.values_list("code", "unit")),
    )


def _latest(slot_of: dict[int, int]) -> tuple[Times, Floats, Integers]:
    at_us = np.full(len(slot_of), NEVER, dtype=np.int64)
    value = np.full(len(slot_of), np.nan)
    quality = np.zeros(len(slot_of), dtype=np.int64)
    rows = Latest.objects.values_list("datastream_id", "at", "value", "quality")
    for datastream_id, at, latest, flag in rows.iterator(chunk_size=10_000):
        slot = slot_of.get(datastream_id)
        if slot is not None and latest is not None:
            at_us[slot], value[slot], quality[slot] = round(at.timestamp() * 1e6), latest, flag
    return at_us, value, quality


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


def waiting_replays(*, most: int = 500) -> list[WaitingReplay]:
    """This will give adopted frames that ingest has not sent through yet, oldest first."""
    rows = Quarantine.objects.filter(resolution="replay").order_by("id")[:most]
    return [
        WaitingReplay(row.pk, row.protocol, row.peer, row.thing_address, bytes(row.raw), row.detail, row.received_at)
        for row in rows
    ]
