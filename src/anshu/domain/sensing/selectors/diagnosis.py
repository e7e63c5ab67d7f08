# SPDX-License-Identifier: Apache-2.0
"""How a device is doing: what it should have sent and did not, its clock, its signal, its frames, its errors."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import Q, QuerySet

from anshu.domain.sensing.models import Contact, DeviceCommand, Exchange, Flood, Latest, Quarantine, Thing
from anshu.domain.sensing.rules import Check
from anshu.kernel.access.choices import Capability, Right
from anshu.kernel.access.viewer import Absent, Viewer

# A report that comes later than this many intervals after the last one leaves a gap.
LATE_AFTER = 1.5
_HOUR = timedelta(hours=1)
# Of a thing with many datastreams the most recent ones tell when it reported.
_MOST_STREAMS = 8
_MOST_TIMES = 200_000
_LOOKS_BACK = timedelta(days=31)
_CLOCK_FRAMES = 31
_UNTOLD = int(Check.TEST | Check.FUTURE)
# Properties that say how well a device is heard and powered.
HEALTH = (
    "signal",
    "rssi",
    "snr",
    "satellites",
    "voltage",
    "battery",
    "battery_voltage",
    "fire.voltage",
    "room_temperature",
)
DIAGNOSING = ((Capability.MONITORING, Right.UPDATE), (Capability.MONITORING, Right.APPROVE))


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch without reports between two that came; `until` is None while it lasts."""

    since: datetime
    until: datetime | None
    missing: int


@dataclass(frozen=True, slots=True)
class Hour:
    """What came and what did not in one hour."""

    at: datetime
    received: int
    missing: int

    @property
    def expected(self) -> int:
        """How many reports there should have been: those that came and those that are missing."""
        return self.received + self.missing


@dataclass(frozen=True, slots=True)
class Reporting:
    """Reports of a period, by hour, and where they are missing."""

    hours: tuple[Hour, ...]
    gaps: tuple[Gap, ...]

    @property
    def received(self) -> int:
        """How many reports came."""
        return sum(hour.received for hour in self.hours)

    @property
    def expected(self) -> int:
        """How many there should have been."""
        return sum(hour.expected for hour in self.hours)


def thing_to_diagnose(viewer: Viewer, pk: int) -> Thing:
    """This will give a thing whose raw frames the viewer may see, or raise Absent: they may hold its password."""
    thing = Thing.objects.select_related("contact", "model", "parent", "unit").filter(pk=pk).first()
    if thing is None or not may_diagnose(viewer, thing):
        raise Absent
    return thing


def may_diagnose(viewer: Viewer, thing: Thing) -> bool:
    """This will tell whether the viewer runs or connects devices there."""
    held = any(viewer.covers(thing, capability, right) for capability, right in DIAGNOSING)
    return held or viewer.covers(thing, Capability.CONFIGURATION, Right.UPDATE)


_STREAMS = """
select d.id from sensing_datastream d left join sensing_latest l on l.datastream_id = d.id
where d.thing_id = %s order by l.at desc nulls last, d.id limit %s
"""
_TIMES = """
select distinct at from sensing_observation
where datastream_id = any(%s) and at >= %s and at < %s and checks & %s = 0 order by at limit %s
"""
_BEFORE = """
select max(at) from sensing_observation
where datastream_id = any(%s) and at >= %s and at < %s and checks & %s = 0
"""
_FRAMES = """
select received_at, max(at) from sensing_observation
where datastream_id = any(%s) and at >= %s and checks & %s = 0 group by received_at order by received_at desc limit %s
"""


def reporting(thing: Thing, *, since: datetime, until: datetime) -> Reporting:
    """This will count the reports of a thing in a period, hour by hour, against its interval."""
    with connection.cursor() as cursor:
        streams = _streams(cursor, thing)
        cursor.execute(_TIMES, [streams, since, until, _UNTOLD, _MOST_TIMES])
        times = [row[0] for row in cursor.fetchall()]
        cursor.execute(_BEFORE, [streams, since - _LOOKS_BACK, since, _UNTOLD])
        before = cursor.fetchone()[0]
    interval = timedelta(seconds=thing.report_interval_s)
    return reporting_of(times, before=before, interval=interval, since=since, until=until)


def reporting_of(
    times: Sequence[datetime], *, before: datetime | None, interval: timedelta, since: datetime, until: datetime
) -> Reporting:
    """This will find what is missing between distinct times in order; `before` is the last one before `since`."""
    gaps: list[tuple[datetime, datetime | None, int]] = []
    missing = dict.fromkeys(_hours(since, until), 0)
    received = dict.fromkeys(missing, 0)
    last = before
    for at in times:
        received[_hour_of(at, since)] += 1
        if last is not None and at - last > LATE_AFTER * interval:
            gaps.append((last, at, round((at - last) / interval) - 1))
        last = at
    if last is not None and until - last > LATE_AFTER * interval:
        gaps.append((last, None, int((until - last) / interval - 0.5)))
    told = []
    for start, end, number in gaps:
        inside = _spread(missing, start, number, interval, since, until)
        if inside:
            told.append(Gap(start, end, inside))
    most = max(1, round(_HOUR / interval))
    hours = tuple(Hour(at, _counted(received[at], most, missing[at]), missing[at]) for at in missing)
    return Reporting(hours, tuple(told))


def _counted(received: int, most: int, missing: int) -> int:
    """This will count extra reports (an alarm between two regular ones) as none, or they would hide missing ones."""
    return min(received, max(most - missing, 0)) if missing else min(received, most)


def _spread(
    missing: dict[datetime, int], start: datetime, number: int, interval: timedelta, since: datetime, until: datetime
) -> int:
    """This will put the missing instants start + k·interval, k = 1 … number, into their hours; gives how many."""
    inside = 0
    for hour in missing:
        first, end = max(hour, since), min(hour + _HOUR, until)
        if end <= start:
            continue
        count = _before(end, start, number, interval) - _before(first, start, number, interval)
        missing[hour] += count
        inside += count
    return inside


def _before(moment: datetime, start: datetime, number: int, interval: timedelta) -> int:
    """This will count the instants start + k·interval, k = 1 … number, before a moment."""
    if moment <= start:
        return 0
    whole, rest = divmod(moment - start, interval)
    return min(number, whole if rest else whole - 1)


def _hours(since: datetime, until: datetime) -> Iterator[datetime]:
    hour = since
    while hour < until:
        yield hour
        hour += _HOUR


def _hour_of(at: datetime, since: datetime) -> datetime:
    return since + (at - since) // _HOUR * _HOUR


def clock_lag(thing: Thing, *, now: datetime) -> timedelta | None:
    """This will give the median time from a report's newest value to its receipt; negative where its clock leads."""
    with connection.cursor() as cursor:
        streams = _streams(cursor, thing)
        cursor.execute(_FRAMES, [streams, now - timedelta(days=2), int(Check.TEST), _CLOCK_FRAMES])
        lags = [received_at - at for received_at, at in cursor.fetchall()]
    return timedelta(seconds=median(lag.total_seconds() for lag in lags)) if lags else None


def health_of(thing: Thing) -> QuerySet[Latest]:
    """This will give the newest values of signal and power."""
    found = Latest.objects.filter(datastream__thing=thing, datastream__observed_property__code__in=HEALTH)
    return found.select_related("datastream__observed_property").order_by("datastream__observed_property__code")


def exchanges_of(thing: Thing, *, most: int = 40) -> list[Exchange]:
    """This will give the newest raw frames in both directions."""
    return list(Exchange.objects.filter(thing=thing).order_by("-id")[:most])


def errors_of(thing: Thing, *, most: int = 5) -> list[Quarantine]:
    """This will give the newest frames of a thing that could not be used, those without an address by their peer."""
    contact = Contact.objects.filter(thing=thing).first()
    mine = Q(thing_address=thing.address)
    if contact is not None and contact.peer:
        mine |= Q(thing_address="", peer=contact.peer)
    return list(Quarantine.objects.filter(mine, protocol=thing.protocol).order_by("-last_seen_at", "-id")[:most])


def commands_of(thing: Thing, *, most: int = 20) -> list[DeviceCommand]:
    """This will give the newest commands to a thing."""
    return list(DeviceCommand.objects.filter(thing=thing).order_by("-id")[:most])


def parts_of(thing: Thing) -> QuerySet[Thing]:
    """This will give the parts that a thing speaks for."""
    return Thing.objects.filter(parent=thing, retired_at=None).select_related("contact").order_by("code")


def floods_since(since: datetime) -> list[Flood]:
    """This will give the devices in service that flooded since then."""
    rows = Flood.objects.filter(last_at__gte=since, thing__retired_at=None)
    return list(rows.select_related("thing").order_by("thing_id"))


def flood_of(thing: Thing) -> Flood | None:
    """This will give when a thing last sent more than it may."""
    return Flood.objects.filter(thing=thing).first()


@dataclass(frozen=True, slots=True)
class ClosedGap:
    """A gap of a thing that has spoken again since."""

    thing_id: int
    since: datetime
    until: datetime


_GAPS = """
with heard as (
    select distinct t.id, t.report_interval_s as every, o.at
    from sensing_thing t join sensing_datastream d on d.thing_id = t.id
    join sensing_observation o on o.datastream_id = d.id and o.at >= %(since)s and o.at < %(until)s
    where t.protocol = any(%(protocols)s) and t.retired_at is null and t.parent_id is null
      and o.checks & %(untold)s = 0
), spaced as (select id, every, at, lag(at) over (partition by id order by at) as before from heard)
select id, before, at from spaced where at - before > %(late)s * make_interval(secs => every)
order by id, before limit %(most)s
"""


def closed_gaps(*, protocols: Sequence[str], since: datetime, until: datetime, most: int = 5_000) -> list[ClosedGap]:
    """This will find the gaps between reports of a period, of all things of some protocols in use."""
    given: dict[str, Any] = {
        "protocols": list(protocols),
        "since": since,
        "until": until,
        "untold": _UNTOLD,
        "late": LATE_AFTER,
        "most": most,
    }
    with connection.cursor() as cursor:
        cursor.execute(_GAPS, given)
        return [ClosedGap(*row) for row in cursor.fetchall()]


def _streams(cursor: CursorWrapper, thing: Thing) -> list[int]:
    cursor.execute(_STREAMS, [thing.pk, _MOST_STREAMS])
    return [row[0] for row in cursor.fetchall()]
