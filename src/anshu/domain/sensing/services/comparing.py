# SPDX-License-Identifier: Apache-2.0
"""Spatial consistency: gauges and levels are compared with their neighbours after the event; doubts are revisions.

The rain filters are those of `anshu.science.rainfall`, as published for 5-minute gauges. Nothing is overwritten: a
doubt is a revision with its method and time, the values carry the flag, and a person can take it back for good.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from anshu.domain.sensing.choices import AMOUNT_STEPS_S, Relation, Verdict
from anshu.domain.sensing.models import Datastream, Neighbour, QualityLimit, Revision
from anshu.domain.sensing.rules import BAD, Booleans, Check, Floats, Integers, Partner, Times, levels_doubted
from anshu.domain.sensing.selectors.packed import POSTGRES_EPOCH_US
from anshu.domain.sensing.services.settling import flags_settle
from anshu.kernel.audit.actor import platform
from anshu.kernel.audit.services import record
from anshu.science.rainfall import faulty_zeros, high_influx, neighbours, station_outlier

COMPARER = platform("quality")
# How long the amount of each property takes to fall: the step of its series.
RAIN_STEPS_S = {code: AMOUNT_STEPS_S[code] for code in ("rain_5min", "rain_10min", "rain_1h")}
LEVELS = ("water_level", "water_level_upstream", "relative_level_1")
LEVEL_STEP_S = 300
OFTEN = ("faulty_zeros", "high_influx")
DAILY = ("station_outlier",)
LOOKS_BACK = timedelta(days=3)
OUTLIER_WINDOW = timedelta(days=28)
LEVEL_USUAL = timedelta(hours=24)
_UNFIT = BAD | int(Check.MARKED | Check.MISSING)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Grid:
    """Values of some datastreams on common steps (NaN is missing), and when each was observed (0 where it was not)."""

    streams: Integers
    value: Floats
    at_us: Times


def neighbours_compare(*, now: datetime, methods: Sequence[str] = OFTEN) -> int:
    """This will compare rain and levels of the last days with their neighbours; gives the number of values doubted."""
    back = OUTLIER_WINDOW + timedelta(days=2) if set(methods) & set(DAILY) else LOOKS_BACK
    doubted = sum(
        rain_compare(property_code=code, since=now - back, until=now, now=now, methods=methods) for code in RAIN_STEPS_S
    )
    return doubted + (levels_compare(until=now, now=now) if set(methods) & set(OFTEN) else 0)


def rain_compare(
    *,
    property_code: str,
    since: datetime,
    until: datetime,
    now: datetime,
    methods: Sequence[str] = OFTEN,
    only: Iterable[int] | None = None,
) -> int:
    """This will run the rain filters over [since, until] and write down what they doubt, of `only` some datastreams."""
    range_m = _range_m(property_code, now)
    streams = list(
        Datastream.objects.filter(observed_property__code=property_code, thing__retired_at=None).order_by("id")
    )
    if range_m is None or len(streams) < 2:
        return 0
    grid = grid_read([each.pk for each in streams], since=since, until=until, step_s=RAIN_STEPS_S[property_code])
    near = neighbours.within(_distances_m(grid.streams), range_m=float(range_m))
    wanted = np.isin(grid.streams, list(only)) if only is not None else np.ones(len(streams), dtype=np.bool_)
    doubted = 0
    for method, found in _rain_flags(grid, near, methods, RAIN_STEPS_S[property_code], wanted).items():
        for row in np.flatnonzero(wanted).tolist():
            if found[row].any():
                doubted += _doubt(streams[row], method, grid.at_us[row], found[row], now)
    return doubted


def _rain_flags(
    grid: Grid, near: Booleans, methods: Sequence[str], step_s: int, wanted: Booleans
) -> dict[str, Booleans]:
    """This will run the published filters; 5 neighbours, 6 dry steps, 0.4 and 10 mm in 5 minutes, 28 days."""
    found: dict[str, Booleans] = {}
    window = int(OUTLIER_WINDOW.total_seconds()) // step_s
    if set(methods) & set(OFTEN):
        median, reporting = neighbours.reference(grid.value, near)
    if "faulty_zeros" in methods:
        found["faulty_zeros"] = faulty_zeros.flags(grid.value, median, reporting) == 1
    if "high_influx" in methods:
        # The limits are amounts of five minutes; a longer amount has as many times more room.
        times = step_s / 300
        flags = high_influx.flags(
            grid.value, median, reporting, calm_mm=0.4 * times, limit_mm=10.0 * times, window=window
        )
        found["high_influx"] = flags == 1
    if "station_outlier" in methods and step_s == 300:
        only = np.flatnonzero(wanted).tolist()
        found["station_outlier"] = station_outlier.flags(grid.value, near, window=window, only=only) == 1
    return found


def levels_compare(*, until: datetime, now: datetime, looks_back: timedelta = timedelta(hours=6)) -> int:
    """This will compare levels of stations on one water; gives the number of values doubted."""
    links = list(Neighbour.objects.filter(retired_at=None, thing__retired_at=None, other__retired_at=None))
    streams = _level_streams({each for link in links for each in (link.thing_id, link.other_id)})
    if not streams:
        return 0
    since = until - looks_back - LEVEL_USUAL
    grid = grid_read([each.pk for each in streams.values()], since=since, until=until, step_s=LEVEL_STEP_S)
    place = {int(pk): row for row, pk in enumerate(grid.streams)}
    fresh = grid.at_us >= round((until - looks_back).timestamp() * 1e6)
    doubted = 0
    for thing_id, stream in streams.items():
        row = place[stream.pk]
        partners = [
            Partner(_moved(grid.value[place[streams[other].pk]], steps), tolerance)
            for other, steps, tolerance in _partners(thing_id, links)
            if other in streams
        ]
        usual = int(LEVEL_USUAL.total_seconds()) // LEVEL_STEP_S
        found = levels_doubted(grid.value[row], partners, usual_steps=usual) & fresh[row]
        if found.any():
            doubted += _doubt(stream, "level_neighbours", grid.at_us[row], found, now)
    return doubted


def _level_streams(thing_ids: Iterable[int]) -> dict[int, Datastream]:
    """This will give the level of each thing, the first kind that it has."""
    rows = Datastream.objects.filter(thing_id__in=list(thing_ids), observed_property__code__in=LEVELS)
    found: dict[int, Datastream] = {}
    for each in sorted(
        rows.select_related("observed_property"), key=lambda row: LEVELS.index(row.observed_property.code)
    ):
        found.setdefault(each.thing_id, each)
    return found


def _partners(thing_id: int, links: Sequence[Neighbour]) -> list[tuple[int, int, float]]:
    """This will give a thing's neighbours as (thing, steps that its water is later here, tolerance)."""
    found = []
    for link in links:
        if thing_id not in (link.thing_id, link.other_id):
            continue
        other = link.other_id if thing_id == link.thing_id else link.thing_id
        later = {Relation.UPSTREAM: 1, Relation.DOWNSTREAM: -1}.get(Relation(link.relation), 0)
        steps = later * round(link.travel_s / LEVEL_STEP_S) * (1 if thing_id == link.thing_id else -1)
        found.append((other, steps, link.tolerance))
    return found


def _moved(values: Floats, steps: int) -> Floats:
    moved = np.full(len(values), np.nan)
    if abs(steps) >= len(values):
        return moved
    if steps > 0:
        moved[steps:] = values[:-steps]
    elif steps < 0:
        moved[:steps] = values[-steps:]
    else:
        moved[:] = values
    return moved


_ROW = np.dtype([("id", ">i8"), ("at", ">i8"), ("value", ">f8")])
_VALUES = f"""
select coalesce(string_agg(int8send(datastream_id) || timestamptz_send(at) || float8send(value), ''::bytea), ''::bytea)
from sensing_observation where datastream_id = any(%s) and at > %s and at <= %s and value is not null
    and checks & {_UNFIT} = 0
"""
_DISTANCES = """
select a.id, b.id, st_distance(ta.point::geography, tb.point::geography)
from sensing_datastream a join sensing_thing ta on ta.id = a.thing_id,
     sensing_datastream b join sensing_thing tb on tb.id = b.thing_id
where a.id = any(%(ids)s) and b.id = any(%(ids)s) and st_dwithin(ta.point::geography, tb.point::geography, %(most)s)
"""
_FURTHEST_M = 50_000


def grid_read(streams: Sequence[int], *, since: datetime, until: datetime, step_s: int) -> Grid:
    """This will give the values of (since, until] by steps that end on whole multiples; of two in a step the later."""
    ids = np.array(sorted(streams), dtype=np.int64)
    step_us = step_s * 1_000_000
    first = round(since.timestamp() * 1e6) // step_us
    steps = -(-round(until.timestamp() * 1e6) // step_us) - first
    with connection.cursor() as cursor:
        cursor.execute(_VALUES, [ids.tolist(), since, until])
        rows = np.frombuffer(bytes(cursor.fetchone()[0]), dtype=_ROW)
    at_us = rows["at"].astype(np.int64) + POSTGRES_EPOCH_US
    order = np.argsort(at_us, kind="stable")
    row = np.searchsorted(ids, rows["id"].astype(np.int64)[order])
    column = (-(-at_us[order] // step_us) - first - 1).clip(0, steps - 1)
    value, seen = np.full((len(ids), steps), np.nan), np.zeros((len(ids), steps), dtype=np.int64)
    value[row, column], seen[row, column] = rows["value"].astype(np.float64)[order], at_us[order]
    return Grid(ids, value, seen)


def _distances_m(ids: Integers) -> Floats:
    """This will give the distances in metres between the stations of datastreams; infinite beyond all ranges."""
    place = {int(pk): row for row, pk in enumerate(ids)}
    found = np.full((len(ids), len(ids)), np.inf)
    with connection.cursor() as cursor:
        cursor.execute(_DISTANCES, {"ids": ids.tolist(), "most": _FURTHEST_M})
        for one, other, metres in cursor.fetchall():
            found[place[one], place[other]] = metres
    return found


def _range_m(property_code: str, now: datetime) -> int | None:
    """This will give within which distance stations are compared, as the limits in force have it."""
    rows = QualityLimit.objects.filter(
        Q(until=None) | Q(until__gt=now),
        observed_property__code=property_code,
        model=None,
        thing=None,
        since__lte=now,
        retired_at=None,
        neighbour_range_m__isnull=False,
    )
    newest = rows.order_by("-since", "-id").first()
    return newest.neighbour_range_m if newest is not None else None


@transaction.atomic
def _doubt(stream: Datastream, method: str, at_us: Times, doubtful: Booleans, now: datetime) -> int:
    """This will write down doubts as revisions, each over values in a row; gives the number of values newly doubted.

    A doubt goes on where it ended; what a person took back stays taken back.
    """
    Datastream.objects.select_for_update().get(pk=stream.pk)
    known = np.flatnonzero(at_us > 0)
    at, flag = at_us[known], doubtful[known]
    earlier = list(
        Revision.objects.filter(
            datastream=stream, verdict=Verdict.DOUBTED, method=method, until__gte=_moment(int(at[0]))
        ).order_by("since")
    )
    covered = np.zeros(len(at), dtype=np.bool_)
    for each in earlier:
        covered |= (at >= _us(each.since)) & (at < _us(each.until))
    fresh = flag & ~covered
    starts = np.flatnonzero(fresh & ~np.append(False, fresh[:-1]))
    ends = np.flatnonzero(fresh & ~np.append(fresh[1:], False))
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        _note(stream, method, at, (start, end), earlier, now)
    count = int(fresh.sum())
    if count:
        since, until = _moment(int(at[starts[0]])), _moment(int(at[ends[-1]]))
        flags_settle(datastream_ids=[stream.pk], since=since, until=until, newest=False)
        if _left_to_people(stream, now):
            with connection.cursor() as cursor:
                cursor.execute(_IGNORE, [stream.pk, since, until])
        changes: dict[str, Any] = {"method": method, "since": since.isoformat(), "until": until.isoformat()}
        record(
            actor=COMPARER, now=now, action="observations.doubted", subject=stream, changes={**changes, "rows": count}
        )
    return count


_IGNORE = f"""
update sensing_observation set checks = checks | {int(Check.IGNORED)}
where datastream_id = %s and at >= %s and at <= %s and checks & {int(Check.SPATIAL)} <> 0 and quality = 1
"""


def _left_to_people(stream: Datastream, now: datetime) -> bool:
    """This will tell whether the limits in force say that suspect values of a datastream raise no alarm."""
    stream = Datastream.objects.select_related("thing").get(pk=stream.pk)
    rows = QualityLimit.objects.filter(
        Q(until=None) | Q(until__gt=now),
        Q(thing=None) | Q(thing=stream.thing_id),
        Q(model=None) | Q(model=stream.thing.model_id),
        observed_property=stream.observed_property_id,
        since__lte=now,
        retired_at=None,
    )
    ranked = sorted(rows, key=lambda each: (each.thing_id is not None, each.model_id is not None, each.since, each.pk))
    return bool(ranked) and ranked[-1].ignore_suspect


def _note(
    stream: Datastream, method: str, at: Times, run: tuple[int, int], earlier: Sequence[Revision], now: datetime
) -> None:
    start, end = run
    until = _moment(int(at[end]) + 1)
    before = _moment(int(at[start - 1])) if start else None
    for each in earlier:
        if each.undone_at is None and before is not None and each.since <= before < each.until:
            each.until, each.rows = until, each.rows + end - start + 1
            each.save(update_fields=["until", "rows"])
            return
    Revision.objects.create(
        datastream=stream,
        verdict=Verdict.DOUBTED,
        method=method,
        since=_moment(int(at[start])),
        until=until,
        rows=end - start + 1,
        reason=reason_of(method),
        made_by=str(COMPARER.label),
        made_at=now,
    )


def reason_of(method: str) -> str:
    """This will say in words what a method found."""
    return {
        "faulty_zeros": _("邻站中位数有雨而本站一直为零(de Vos 等 2019)"),
        "high_influx": _("雨量远大于邻站中位数(de Vos 等 2019)"),
        "station_outlier": _("28 天内与邻站相关过低(de Vos 等 2019)"),
        "level_neighbours": _("水位变化与同一水体、上下游的邻站不一致"),
    }.get(method, method)


def _moment(us: int) -> datetime:
    return _EPOCH + timedelta(microseconds=us)


def _us(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)
