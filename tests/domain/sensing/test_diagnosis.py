# SPDX-License-Identifier: Apache-2.0
"""What should have come and did not, whose clock is off, and stations asked again once for each gap."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as some
from tests.cast import account, datastream, observed_property, scene, thing, viewer

from anshu.domain.sensing.models import DeviceCommand, Observation, Thing
from anshu.domain.sensing.selectors import clock_lag, may_diagnose, reporting, thing_to_diagnose, waiting_commands
from anshu.domain.sensing.selectors.diagnosis import reporting_of
from anshu.domain.sensing.services import exchange_watch, gaps_fill
from anshu.kernel.access.viewer import Absent, Refusal
from anshu.wire.base import CHINA

NOW = datetime(2026, 7, 4, 14, 0, tzinfo=CHINA)
SINCE = NOW - timedelta(hours=24)
FIVE = timedelta(minutes=5)


def every(interval, since=SINCE, until=NOW):
    count = int((until - since) / interval)
    return [since + k * interval for k in range(count)]


def of(times, *, before=None, interval=FIVE):
    return reporting_of(times, before=before, interval=interval, since=SINCE, until=NOW)


def test_a_device_that_never_failed_has_all_its_reports():
    found = of(every(FIVE))
    assert (found.received, found.expected, found.gaps) == (288, 288, ())
    assert len(found.hours) == 24


def test_jitter_leaves_no_gap():
    times = [at + timedelta(seconds=(-1) ** n * 70) for n, at in enumerate(every(FIVE)[1:])]
    assert of(times).gaps == ()


def test_a_gap_is_counted_in_the_hours_where_it_lies():
    hole = [at for at in every(FIVE) if not SINCE + timedelta(minutes=50) < at < SINCE + timedelta(minutes=70)]
    found = of(hole)
    assert [(gap.since - SINCE, gap.until - SINCE, gap.missing) for gap in found.gaps] == [
        (timedelta(minutes=50), timedelta(minutes=70), 3)
    ]
    assert [(hour.received, hour.expected) for hour in found.hours[:3]] == [(11, 12), (10, 12), (12, 12)]


def test_silence_lasts_until_now_and_is_told_as_such():
    found = of([at for at in every(FIVE) if at < NOW - timedelta(hours=2)])
    (gap,) = found.gaps
    assert gap.until is None
    assert (found.received, found.expected) == (264, 288)


def test_a_gap_that_began_before_the_period_counts_only_inside():
    found = of([], before=SINCE - timedelta(hours=3))
    assert found.expected - found.received == found.gaps[0].missing == 288


def test_a_device_that_never_spoke_has_no_expectation():
    assert (of([]).expected, of([]).gaps) == (0, ())


def test_extra_reports_do_not_hide_missing_ones():
    times = [at for at in every(FIVE) if not at - SINCE > timedelta(minutes=30) or at - SINCE >= timedelta(minutes=60)]
    extra = sorted([*times, *(SINCE + timedelta(seconds=s) for s in range(1, 100))])
    assert of(extra).hours[0].expected == 12
    assert of(extra).hours[0].received == 7


@given(some.lists(some.integers(0, 86_399), max_size=60), some.integers(1, 40_000))
def test_missing_reports_are_the_same_by_hour_and_by_gap(seconds, interval_s):
    times = [SINCE + timedelta(seconds=each) for each in sorted(set(seconds))]
    found = of(times, interval=timedelta(seconds=interval_s))
    assert sum(hour.missing for hour in found.hours) == sum(gap.missing for gap in found.gaps)
    assert 0 <= found.received <= found.expected


@pytest.fixture
def station(db):
    """An HJ 212 station that reports every five minutes."""
    with connection.cursor() as cursor:
        cursor.execute("truncate sensing_observation")
    scene()
    made = thing("HJ1", "排口", protocol="hj212", address="8888", report_interval_s=300)
    datastream(made, observed_property("cod", "化学需氧量", "mg/L"))
    return made


def store(station, times, lag=timedelta(seconds=8)):
    stream = station.datastreams.get()
    Observation.objects.bulk_create(
        Observation(datastream=stream, at=at, value=1.0, quality=0, checks=0, received_at=at + lag) for at in times
    )


HOLES = [at for at in every(FIVE) if not (0 < (at - SINCE) / FIVE % 96 < 7)]


def test_reports_are_read_from_what_is_stored(station):
    store(station, HOLES)
    found = reporting(station, since=SINCE, until=NOW)
    assert [gap.missing for gap in found.gaps] == [6, 6, 6]
    assert (found.received, found.expected) == (270, 288)


def test_the_clock_is_off_by_the_median(station):
    assert clock_lag(station, now=NOW) is None
    store(station, every(FIVE)[-20:], lag=timedelta(minutes=-7))
    assert clock_lag(station, now=NOW) == timedelta(minutes=-7)


def test_a_station_is_asked_once_for_each_gap(station):
    store(station, HOLES)
    assert gaps_fill(now=NOW) == 3
    assert gaps_fill(now=NOW + timedelta(minutes=15)) == 0
    commands = waiting_commands(at=NOW)
    assert [(each.kind, each.parameters["series"]) for each in commands] == [("fetch_history", "minute")] * 3
    assert commands[0].parameters["since"] == SINCE
    assert commands[0].parameters["until"] == SINCE + 7 * FIVE
    assert set(DeviceCommand.objects.values_list("requested_by", flat=True)) != {""}


@pytest.mark.parametrize("changed", [{"protocol": "mqtt"}, {"retired_at": NOW}])
def test_who_keeps_nothing_or_is_out_of_use_is_not_asked(station, changed):
    store(station, HOLES)
    Thing.objects.update(**changed)
    assert gaps_fill(now=NOW) == 0


def test_a_station_that_has_only_just_come_back_is_left_to_send_what_it_kept(station):
    store(station, [*every(FIVE, until=NOW - timedelta(hours=3)), NOW - timedelta(minutes=2)])
    assert gaps_fill(now=NOW) == 0


def test_a_hydrological_station_is_asked_for_its_elements_in_whole_hours(station):
    Thing.objects.update(protocol="sl651", report_interval_s=3600)
    datastream(station, observed_property("water_level", "水位", "m", source="SL 651-2014 表C.1"))
    hours = every(timedelta(hours=1))
    stream = station.datastreams.get(observed_property__code="water_level")
    times = [at for n, at in enumerate(hours) if n not in (5, 6)]
    Observation.objects.bulk_create(
        Observation(datastream=stream, at=at + timedelta(seconds=30), quality=0, checks=0, received_at=at)
        for at in times
    )
    assert gaps_fill(now=NOW) == 1
    parameters = waiting_commands(at=NOW)[0].parameters
    assert parameters["properties"] == ["water_level"]
    assert parameters["series"] == "hour"
    assert parameters["until"] == hours[8]


def test_watching_ends_by_itself_and_is_written_down(station):
    officer = viewer(account("水利业务岗", "R03", "330825000000"), at=NOW)
    assert exchange_watch(thing=station, minutes=10, actor=officer, now=NOW) == NOW + timedelta(minutes=10)
    with pytest.raises(Refusal):
        exchange_watch(thing=station, minutes=61, actor=officer, now=NOW)


def test_raw_frames_are_for_those_who_run_or_connect_the_device(station):
    elsewhere = viewer(account("塔石镇", "R11", "330825109000"), at=NOW)
    reader = viewer(account("领导", "R01", "330825000000"), at=NOW)
    for who in (elsewhere, reader):
        assert not may_diagnose(who, station)
        with pytest.raises(Absent):
            thing_to_diagnose(who, station.pk)
        with pytest.raises(Absent):
            exchange_watch(thing=station, minutes=10, actor=who, now=NOW)
    with pytest.raises(Absent):
        thing_to_diagnose(viewer(account("水利", "R03", "330825000000"), at=NOW), 999_999)
