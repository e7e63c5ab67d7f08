# SPDX-License-Identifier: Apache-2.0
"""Vehicles and boats on the map: where they are, where they were, how bad it stands with them, and for whom."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.gis.geos import Point
from tests.cast import alarm, centre, datastream, observed_property, scene, thing
from tests.cast.things import rule

from anshu.domain.alerts.choices import Level
from anshu.domain.sensing.choices import ThingKind
from anshu.domain.sensing.models import Latest, Observation, Position

pytestmark = pytest.mark.django_db
LAYER = "/api/v1/map/layers/things-vehicles"
HOME = "330825101200"


@pytest.fixture
def people():
    return scene()


@pytest.fixture
def now():
    return datetime.now(UTC)


@pytest.fixture
def boat(people, now):
    """A rescue boat of 湖镇镇 that went east: four fixes ten minutes apart, the last just now."""
    found = thing("CB1", "救援艇", kind=ThingKind.VEHICLE, protocol="jt808", report_interval_s=30)
    values = (("position.longitude", "deg"), ("position.latitude", "deg"), ("vehicle.speed", "km/h"))
    streams = [datastream(found, observed_property(code, code, unit)) for code, unit in values]
    for number in range(4):
        at = now - timedelta(minutes=10 * (3 - number))
        for stream, value in zip(streams, (119.2 + number / 100, 29.05, 20.0 + number), strict=True):
            Observation.objects.create(datastream=stream, at=at, value=value, quality=0, checks=0, received_at=at)
            Latest.objects.update_or_create(
                datastream=stream, defaults={"at": at, "value": value, "quality": 0, "received_at": at}
            )
    Position.objects.create(thing=found, at=now, point=Point(119.23, 29.05, srid=4326), speed=23.0, course=90.0)
    return found


def shown(client, **query):
    return client.get(LAYER, query).json()["features"]


def test_a_boat_shows_place_speed_heading_and_age(client, people, boat):
    client.force_login(people.township)
    (feature,) = shown(client)
    told = feature["properties"]
    assert feature["geometry"]["coordinates"] == [119.23, 29.05]
    assert (told["value"], told["unit"], told["course"], told["stale"]) == (23.0, "km/h", 90.0, False)


def test_a_place_that_is_old_is_called_stale(client, people, boat, now):
    Position.objects.update(at=now - timedelta(minutes=4))
    client.force_login(people.township)
    assert shown(client)[0]["properties"]["stale"] is True


def test_the_worst_active_alarm_gives_the_colour(client, people, boat):
    speed = boat.datastreams.get(observed_property__code="vehicle.speed")
    for level in (Level.BLUE, Level.ORANGE):
        alarm(rule(speed), level=level)
    client.force_login(people.township)
    assert shown(client)[0]["properties"]["level"] == "orange"


def test_the_time_bar_shows_where_it_was(client, people, boat, now):
    client.force_login(people.township)
    (feature,) = shown(client, at=(now - timedelta(minutes=15)).isoformat())
    assert feature["geometry"]["coordinates"] == [119.21, 29.05]
    assert feature["properties"]["value"] == 21.0
    assert shown(client, at=(now - timedelta(days=3)).isoformat()) == []


def test_a_box_in_the_past_asks_where_it_was_then(client, people, boat, now):
    client.force_login(people.township)
    then, there = (now - timedelta(minutes=15)).isoformat(), "119.205,29.04,119.215,29.06"
    assert len(shown(client, at=then, bbox=there)) == 1
    assert shown(client, bbox=there) == []
    assert shown(client, at=then, bbox="119.225,29.04,119.235,29.06") == []


def test_another_township_sees_no_boat_then_or_now(client, people, boat, now):
    client.force_login(people.other_township)
    assert shown(client) == shown(client, at=now.isoformat()) == []


def test_the_drawer_says_where_it_is_and_leads_to_its_track(client, people, boat):
    flag = datastream(boat, observed_property("alarm.overspeed", "超速报警", "1"))
    Latest.objects.create(datastream=flag, at=datetime.now(UTC), value=0.0, quality=0, received_at=datetime.now(UTC))
    Position.objects.update(point=centre(HOME))
    client.force_login(people.township)
    told = client.get(f"/api/v1/map/objects/thing/{boat.pk}").json()
    facts = {fact["label"]: fact["value"] for fact in told["facts"]}
    assert facts["航向"] == "东 90°"
    assert facts["当前位置"].startswith("湖镇镇")
    assert told["links"] == [{"label": "轨迹回放", "href": f"/tracks/{boat.pk}/"}]
    assert [row["label"] for row in told["live"]] == ["车速"], "degrees and flags that are down say nothing"


def test_its_page_in_the_register_leads_to_its_track(client, people, boat):
    client.force_login(people.township)
    assert f'href="/tracks/{boat.pk}/"' in client.get(f"/r/things/{boat.pk}/").content.decode()
    assert "/tracks/" not in client.get(f"/r/things/{thing().pk}/").content.decode()
