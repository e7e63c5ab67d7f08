# SPDX-License-Identifier: Apache-2.0
"""Where a vehicle went: stops, gaps, alarms, few points that tell the same, files, and who may see it."""

import csv
import io
import xml.etree.ElementTree as ET
from datetime import datetime, timedelta

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.cast import alarm, datastream, observed_property, scene, thing
from tests.cast.things import rule

from anshu.domain.sensing.choices import ThingKind
from anshu.domain.sensing.models import Observation
from anshu.domain.sensing.rules.tracks import legs_of, metres_of, simplified, stops_of
from anshu.domain.sensing.selectors import track_of
from anshu.kernel.audit.models import AuditEntry

pytestmark = pytest.mark.django_db
START = datetime.fromisoformat("2026-07-01T08:00:00+08:00")
DAY = "since=2026-07-01T07:00&until=2026-07-01T12:00"
SPACE = {"gpx": "http://www.topografix.com/GPX/1/1"}
DEGREE_M = 111_195.0
PARTS = (
    ("position.longitude", "deg"),
    ("position.latitude", "deg"),
    ("vehicle.speed", "km/h"),
    ("vehicle.course", "deg"),
)


@pytest.fixture
def people():
    return scene()


@pytest.fixture
def truck(people):
    """A vehicle of 湖镇镇 that drives ten minutes, stands ten, drives five, is not heard for twenty, and drives on."""
    found = thing("CL1", "抢险车", kind=ThingKind.VEHICLE, protocol="jt808", report_interval_s=30)
    legs = [(20, 500.0), (20, 2.0), (10, 500.0)]
    place_m, seconds, fixes = 0.0, 0, []
    for count, step_m in legs:
        for _ in range(count):
            fixes.append((seconds, place_m, 60.0 if step_m > 100 else 0.0))
            place_m, seconds = place_m + step_m, seconds + 30
    seconds += 1200
    fixes += [(seconds + n * 30, place_m + 3000 + n * 500.0, 60.0) for n in range(5)]
    put(found, fixes)
    return found


def put(vehicle, fixes):
    streams = [datastream(vehicle, observed_property(code, code, unit)) for code, unit in PARTS]
    rows = []
    for seconds, place_m, speed in fixes:
        at = START + timedelta(seconds=seconds)
        for stream, value in zip(streams, (119.2 + place_m / DEGREE_M, 29.0, speed, 90.0), strict=True):
            rows.append(Observation(datastream=stream, at=at, value=value, quality=0, checks=0, received_at=at))
    Observation.objects.bulk_create(rows)


def told(client, vehicle, query=DAY):
    return client.get(f"/api/v1/tracks/{vehicle.pk}?{query}").json()


def test_a_stop_a_gap_and_the_way_between_are_told(client, people, truck):
    client.force_login(people.township)
    found = told(client, truck)
    assert found["fixes"] == 55
    (stop,) = found["stops"]
    assert (stop["since"][11:19], stop["until"][11:19]) == ("08:10:00", "08:20:00")
    (gap,) = found["gaps"]
    assert (gap["since"][11:16], gap["until"][11:16]) == ("08:24", "08:45")
    # cos 29°: a degree of longitude is shorter here; 20 drives of 500 m, 10 more, then 4; the gap counts nothing.
    assert found["distance_m"] == pytest.approx(
        (20 * 500 + 19 * 2 + 2 + 9 * 500 + 4 * 500) * np.cos(np.radians(29)), rel=0.01
    )


def test_alarms_stand_where_the_vehicle_was(client, people, truck):
    speed = truck.datastreams.get(observed_property__code="vehicle.speed")
    alarm(rule(speed), at=START + timedelta(minutes=15))
    client.force_login(people.township)
    (raised,) = told(client, truck)["alarms"]
    assert raised["point"] == pytest.approx([119.2 + 10_020 / DEGREE_M, 29.0], abs=1e-4)
    assert raised["level"] == "yellow"


def test_another_township_sees_neither_page_nor_track_nor_file(client, people, truck):
    client.force_login(people.other_township)
    for path in (f"/api/v1/tracks/{truck.pk}", f"/tracks/{truck.pk}/", f"/tracks/{truck.pk}/export/?format=gpx"):
        assert client.get(path).status_code == 404, path
    assert not AuditEntry.objects.filter(action="track.exported").exists()


def test_a_station_that_does_not_move_has_no_track(client, people):
    client.force_login(people.township)
    assert client.get(f"/api/v1/tracks/{thing().pk}").status_code == 404


def test_the_page_lists_the_way_and_needs_no_script(client, people, truck):
    client.force_login(people.township)
    page = client.get(f"/tracks/{truck.pk}/?{DAY}").content.decode()
    assert [page.count(f'data-kind="{kind}"') for kind in ("drive", "stop", "gap")] == [3, 1, 1]
    assert client.get(f"/tracks/{truck.pk}/?since=nonsense").status_code == 200


def test_a_period_longer_than_a_month_is_cut_to_its_end(client, people, truck):
    client.force_login(people.township)
    found = told(client, truck, "since=2025-01-01T00:00&until=2026-07-02T00:00")
    assert (found["since"][:10], found["fixes"]) == ("2026-06-01", 55)


def test_files_hold_every_fix_and_are_noted(client, people, truck):
    client.force_login(people.township)
    answer = client.get(f"/tracks/{truck.pk}/export/?{DAY}&format=csv")
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert len(rows) == 56
    assert rows[1][:4] == ["2026-07-01T08:00:00+08:00", "119.200000", "29.000000", "60.0"]
    answer = client.get(f"/tracks/{truck.pk}/export/?{DAY}&format=gpx")
    tree = ET.fromstring(b"".join(answer.streaming_content))
    assert len(tree.findall(".//gpx:trkpt", SPACE)) == 55
    assert len(tree.findall(".//gpx:trkseg", SPACE)) == 2
    assert tree.find(".//gpx:time", SPACE).text == "2026-07-01T00:00:00Z"
    notes = AuditEntry.objects.filter(action="track.exported")
    assert sorted(note.changes["form"] for note in notes) == ["csv", "gpx"]


def test_a_name_with_markup_does_not_break_the_file(client, people, truck):
    type(truck).objects.filter(pk=truck.pk).update(name="<车> & 船")
    client.force_login(people.township)
    answer = client.get(f"/tracks/{truck.pk}/export/?{DAY}&format=gpx")
    assert ET.fromstring(b"".join(answer.streaming_content)).find(".//gpx:name", SPACE).text == "<车> & 船"


def test_a_month_is_told_by_at_most_so_many_points_in_as_many_queries_as_an_hour(client, people, truck):
    client.force_login(people.township)
    told(client, truck)
    with CaptureQueriesContext(connection) as few:
        told(client, truck)
    busy = thing("CL2", "二号车", kind=ThingKind.VEHICLE, protocol="jt808", address="2", report_interval_s=30)
    put(busy, [(n * 30, n * 40.0 + 900 * np.sin(n / 3), 50.0) for n in range(5000)])
    with CaptureQueriesContext(connection) as many:
        found = told(client, busy, "since=2026-07-01T00:00&until=2026-07-08T00:00")
    assert (found["fixes"], len(found["line"])) == (5000, 2000)
    assert len(many) <= len(few)


def test_no_moment_of_the_told_track_is_further_off_than_it_says(people, truck):
    rng = np.random.default_rng(7)
    at_us = np.arange(3000, dtype=np.int64) * 10_000_000
    lng, lat = 119 + np.cumsum(rng.normal(0, 1e-4, 3000)), 29 + np.cumsum(rng.normal(0, 1e-4, 3000))
    east, north = metres_of(lng, lat)
    chosen, tolerance_m = simplified(
        at_us, east, north, legs_of(3000, np.array([], dtype=np.int64)), most=200, good_m=3.0
    )
    away = np.hypot(
        np.interp(at_us, at_us[chosen], east[chosen]) - east, np.interp(at_us, at_us[chosen], north[chosen]) - north
    )
    assert len(chosen) == 200
    assert away.max() == pytest.approx(tolerance_m)


def test_a_straight_even_way_needs_only_its_ends():
    at_us = np.arange(100, dtype=np.int64) * 30_000_000
    east, north = np.arange(100) * 300.0, np.zeros(100)
    chosen, tolerance_m = simplified(at_us, east, north, [(0, 99)], most=50, good_m=3.0)
    assert (chosen.tolist(), tolerance_m) == ([0, 99], pytest.approx(0, abs=1e-6))


@pytest.mark.parametrize(("seconds", "stops"), [(299, 0), (300, 1)])
def test_five_minutes_make_a_stop(seconds, stops):
    at_us = np.array([0, seconds], dtype=np.int64) * 1_000_000
    assert len(stops_of(at_us, np.array([0.0, 49.0]), np.zeros(2), [(0, 1)])) == stops


def test_wandering_beyond_fifty_metres_is_no_stop():
    at_us = np.arange(3, dtype=np.int64) * 300_000_000
    assert not stops_of(at_us, np.array([0.0, 51.0, 102.0]), np.zeros(3), [(0, 2)])


def test_doubtful_fixes_of_a_test_or_the_future_are_left_out(people, truck):
    lng = truck.datastreams.get(observed_property__code="position.longitude")
    Observation.objects.filter(datastream=lng, at=START).update(checks=64)
    assert len(track_of(truck, START, START + timedelta(hours=3))) == 54
