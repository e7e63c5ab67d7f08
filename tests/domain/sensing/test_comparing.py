# SPDX-License-Identifier: Apache-2.0
"""Neighbours through the database: published flags of private gauges, levels on one river, what people took back."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from django.contrib.gis.db.models.functions import Distance
from django.contrib.gis.geos import Point
from django.contrib.gis.measure import D
from django.db import connection
from tests.cast import NOW, datastream, observed_property, thing
from tests.domain.sensing.storing import Store, flags

from anshu.domain.sensing.models import Datastream, Neighbour, Observation, QualityLimit, Revision, Thing
from anshu.domain.sensing.rules import Check
from anshu.domain.sensing.services import (
    levels_compare,
    neighbours_compare,
    properties_seed,
    rain_compare,
    revision_undo,
)
from anshu.kernel.audit.actor import platform

SETUP = platform("setup")
FIVE = timedelta(minutes=5)


def gauges(number, *, code="rain_5min"):
    """Gauges a kilometre apart."""
    rain = observed_property(code, code, "mm")
    if not QualityLimit.objects.filter(observed_property=rain).exists():
        QualityLimit.objects.create(
            observed_property=rain, neighbour_range_m=10_000, since=NOW - timedelta(days=400), source="test"
        )
    return [
        datastream(
            thing(f"G{n}", f"雨量站{n}", address=f"G{n}", kind="rain", point=Point(119.2 + n / 100, 29.0, srid=4326)),
            rain,
        )
        for n in range(number)
    ]


def rained(streams, table, since):
    rows = [
        (stream, since + FIVE * step, value)
        for stream, values in zip(streams, table, strict=True)
        for step, value in enumerate(values)
        if not np.isnan(value)
    ]
    Store(NOW)(rows, NOW)


@pytest.fixture
def wet(db):
    """Seven gauges; the first stays dry for ten steps, the second takes in far too much once."""
    streams = gauges(7)
    table = np.full((7, 20), 0.3)
    table[0, 5:15] = 0.0
    table[1, 8] = 30.0
    rained(streams, table, NOW - 20 * FIVE)
    return streams


def test_a_dry_gauge_and_a_flooded_one_are_doubted_and_nothing_is_overwritten(wet):
    values = list(Observation.objects.order_by("datastream_id", "at").values_list("value", flat=True))
    assert neighbours_compare(now=NOW) == 5
    assert [bool(each & Check.SPATIAL) for each in flags(wet[0])] == [False] * 11 + [True] * 4 + [False] * 5
    assert [bool(each & Check.SPATIAL) for each in flags(wet[1])] == [n == 8 for n in range(20)]
    assert list(Observation.objects.order_by("datastream_id", "at").values_list("value", flat=True)) == values
    assert sorted(Revision.objects.values_list("method", "rows")) == [("faulty_zeros", 4), ("high_influx", 1)]


def test_a_doubt_is_said_once_and_goes_on_where_it_ended(wet):
    neighbours_compare(now=NOW - 8 * FIVE)
    neighbours_compare(now=NOW)
    assert neighbours_compare(now=NOW) == 0
    assert sorted(Revision.objects.values_list("method", "rows")) == [("faulty_zeros", 4), ("high_influx", 1)]


def test_what_a_person_took_back_stays_taken_back(wet):
    neighbours_compare(now=NOW)
    revision_undo(
        revision=Revision.objects.get(method="high_influx"), reason="现场确有短时强降雨", actor=SETUP, now=NOW
    )
    assert not any(each & Check.SPATIAL for each in flags(wet[1]))
    assert neighbours_compare(now=NOW) == 0


def test_doubted_values_leave_the_alarms_only_where_the_limits_say_so(wet):
    QualityLimit.objects.create(
        observed_property=wet[1].observed_property,
        thing=wet[1].thing,
        ignore_suspect=True,
        since=NOW - timedelta(days=1),
        source="test",
    )
    neighbours_compare(now=NOW)
    assert flags(wet[1])[8] & Check.IGNORED
    assert not flags(wet[0])[12] & Check.IGNORED


def test_levels_up_and_down_the_river_are_compared_with_the_time_the_water_takes(db):
    upper, lower = (datastream(thing(f"RV{n}", f"水位站{n}", address=f"RV{n}")) for n in (1, 2))
    Neighbour.objects.create(
        thing=lower.thing, other=upper.thing, relation="upstream", travel_s=1_800, tolerance=1.0, source="test",
        division_code=lower.thing.division_code,
    )  # fmt: skip
    steps = 90
    wave = np.where(np.arange(steps) > 50, 30.0 + np.minimum(np.arange(steps) - 50, 20) * 0.15, 30.0)
    delayed = np.concatenate((np.full(6, 30.0), wave[:-6])) - 4.0
    delayed[80] += 5.0
    start = NOW - FIVE * (steps - 1)
    Store(NOW)([(upper, start + FIVE * n, each) for n, each in enumerate(wave.tolist())], NOW)
    Store(NOW)([(lower, start + FIVE * n, each) for n, each in enumerate(delayed.tolist())], NOW)
    levels_compare(until=NOW, now=NOW)
    assert np.flatnonzero([bool(each & Check.SPATIAL) for each in flags(lower)]).tolist() == [80]
    assert not any(each & Check.SPATIAL for each in flags(upper))


# ---- the published flags


@pytest.fixture
def amsterdam(shared, db):
    """The private gauges as stations of the register, with a function that stores a stretch of their rain."""
    netcdf = pytest.importorskip("netCDF4", reason="needs anshu[weather]")
    folder = shared / "data" / "02_rain_gauge_radar" / "pws_ams"
    properties_seed(actor=SETUP, now=NOW)
    with netcdf.Dataset(folder / "test_dataset.nc") as file:
        ids = [str(each) for each in file["id"][:]]
        lng, lat = np.asarray(file["longitude"][:]), np.asarray(file["latitude"][:])
        times = np.asarray(file["time"][:])
        # One kept as the file has it: packed, with its fill.
        rain = np.ma.filled(file["rainfall"][:].astype(float), np.nan)
        unit = file["time"].units
    template = thing("RV0", address="RV0")
    Thing.objects.bulk_create(
        Thing(
            code=each, name=each, kind="rain", protocol="http", address=each, point=Point(x, y, srid=4326),
            division_code=template.division_code, sector_code=template.sector_code,
        )
        for each, x, y in zip(ids, lng.tolist(), lat.tolist(), strict=True)
    )  # fmt: skip
    prop = observed_property("rain_5min")
    Datastream.objects.bulk_create(
        Datastream(thing=each, observed_property=prop, name=each.name) for each in Thing.objects.filter(code__in=ids)
    )
    streams = {each.thing.code: each for each in Datastream.objects.select_related("thing")}
    base = datetime.fromisoformat(unit.split("since ")[1].strip()[:10]).replace(tzinfo=UTC)
    step_s = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}[unit.split()[0]]

    def moment(number):
        return base + timedelta(seconds=int(number) * step_s)

    def load(span, wanted=ids):
        """Copies the rain of a stretch in, as good values that came in time."""
        with connection.cursor() as cursor:
            for month in {moment(each).replace(day=1) for each in times[span][:: 288 * 5].tolist()} | {
                moment(times[span][-1])
            }:
                cursor.execute("select sensing_partition(%s)", [month])
            with cursor.cursor.copy(
                "copy sensing_observation (datastream_id, at, value, quality, checks, received_at) from stdin"
            ) as copy:
                for row, code in ((ids.index(each), each) for each in wanted):
                    pk = streams[code].pk
                    for number, value in zip(times[span].tolist(), rain[row, span].tolist(), strict=True):
                        if value == value:
                            at = moment(number)
                            copy.write_row((pk, at, value, 0, 0, at))

    return folder, netcdf, times, moment, streams, load


def _published(folder, netcdf, name, times):
    with netcdf.Dataset(folder / name) as file:
        start = int(np.searchsorted(times, int(file["time"][0])))
        told = {key: np.asarray(file[key][:]) for key in file.variables if key.endswith("_flag")}
        return told, slice(start, start + file.dimensions["time"].size)


def _doubted(stream, method):
    """The times of values that a method's revisions cover, as the register shows them."""
    covered = [(each.since, each.until) for each in Revision.objects.filter(datastream=stream, method=method)]
    rows = Observation.objects.filter(datastream=stream).values_list("at", flat=True)
    return {at for at in rows if any(since <= at < until for since, until in covered)}


def test_the_published_flags_of_faulty_zeros_and_high_influx_come_out_of_the_database(amsterdam):
    folder, netcdf, times, moment, streams, load = amsterdam
    published, span = _published(folder, netcdf, "expected_array_fz_hi.nc", times)
    load(span)
    stream = streams["ams11"]
    until = moment(times[span][-1])
    rain_compare(property_code="rain_5min", since=moment(times[span][0]) - FIVE, until=until, now=NOW, only=[stream.pk])
    stored = {
        at: Check(checks) for at, checks in Observation.objects.filter(datastream=stream).values_list("at", "checks")
    }
    for name, method in (("fz_flag", "faulty_zeros"), ("hi_flag", "high_influx")):
        bad = {moment(at) for at, flag in zip(times[span].tolist(), published[name].tolist(), strict=True) if flag == 1}
        # A flag beside a value that is missing has no row to stand at.
        assert _doubted(stream, method) == bad & stored.keys()
    every = _doubted(stream, "faulty_zeros") | _doubted(stream, "high_influx")
    assert len(every) > 1000
    assert {at for at, checks in stored.items() if checks & Check.SPATIAL} == every


def test_the_published_station_outliers_come_out_of_the_database(amsterdam):
    folder, netcdf, times, moment, streams, load = amsterdam
    published, span = _published(folder, netcdf, "expected_array_so_bias.nc", times)
    stream = streams["ams16"]
    outlying = np.flatnonzero(published["so_flag"] == 1) + span.start
    # Four weeks before the first, for that is the window, and some steps after the last.
    part = slice(int(outlying[0]) - 8064, int(outlying[-1]) + 300)
    # Only gauges in range say anything about it.
    near = Thing.objects.annotate(away=Distance("point", stream.thing.point)).filter(away__lte=D(km=10.5))
    load(part, [each.code for each in near if each.code in streams])
    since, until = moment(times[part][0]) - FIVE, moment(times[part][-1])
    rain_compare(
        property_code="rain_5min", since=since, until=until, now=NOW, methods=["station_outlier"], only=[stream.pk]
    )
    stored = dict(Observation.objects.filter(datastream=stream).values_list("at", "checks"))
    bad = {moment(times[step]) for step in outlying.tolist()} & stored.keys()
    assert len(bad) > 1000
    assert _doubted(stream, "station_outlier") == bad
    assert {at for at, checks in stored.items() if checks & Check.SPATIAL} == bad
