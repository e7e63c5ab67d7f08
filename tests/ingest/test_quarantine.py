# SPDX-License-Identifier: Apache-2.0
"""Frames that cannot be used are kept, counted, acknowledged, and used once their sender is known."""

import threading
from datetime import timedelta

import pytest
from django.contrib.gis.geos import Point
from django.test import Client
from tests.cast import COUNTY, account, county, village
from tests.ingest.conftest import AT, NOW, PATIENCE_S, SETUP, frame, rule

from anshu.console.registry import registry
from anshu.domain.alerts.models import Alarm
from anshu.domain.sensing.models import Datastream, Observation, Quarantine, Thing
from anshu.domain.sensing.services import quarantine_adopt, quarantine_dismiss
from anshu.kernel.access.viewer import Refusal

STRANGER = "3308259999"


def until(true):
    """Wait for the other thread's commit to be seen."""
    end = threading.Event()
    for _ in range(PATIENCE_S * 50):
        if true():
            return
        end.wait(0.02)
    pytest.fail("it did not come to be")


def adopt(entry):
    return quarantine_adopt(
        entry=entry,
        actor=SETUP,
        now=NOW,
        code="NEW",
        name="新站",
        kind="river",
        point=Point(119.2, 28.9, srid=4326),
        division_code="330825109201",
        sector_code="flood",
    )


def test_an_unknown_station_is_kept_and_acknowledged_then_adopted_and_replayed(ingest):
    sent = [
        frame([("water_level", 40.0 + n)], at=AT - timedelta(minutes=9 - n), serial=n + 1, address=STRANGER)
        for n in range(3)
    ]
    with ingest.line() as line:
        for each in (*sent, sent[0]):
            assert line.ask(each).serial
    entries = Quarantine.objects.order_by("id")
    assert [(each.kind, each.seen, each.thing_address) for each in entries] == [
        ("unknown", 2, STRANGER),
        ("unknown", 1, STRANGER),
        ("unknown", 1, STRANGER),
    ]
    adopt(entries[0])
    until(lambda: Quarantine.objects.filter(resolution="replayed").count() == 3)
    stored = Observation.objects.filter(datastream__thing__code="NEW").order_by("at")
    assert list(stored.values_list("value", flat=True)) == [40.0, 41.0, 42.0]
    with ingest.line() as line:
        assert line.ask(frame([("water_level", 44.0)], address=STRANGER))
    assert stored.count() == 4
    assert Quarantine.objects.filter(resolved_at=None).count() == 0


def test_a_handled_frame_cannot_be_handled_again(ingest):
    with ingest.line() as line:
        line.ask(frame([("water_level", 1.0)], address=STRANGER))
    entry = Quarantine.objects.get()
    with pytest.raises(Refusal):
        quarantine_dismiss(entry=entry, reason=" ", actor=SETUP, now=NOW)
    quarantine_dismiss(entry=entry, reason="测试站", actor=SETUP, now=NOW)
    with pytest.raises(Refusal):
        adopt(entry)
    assert not Thing.objects.filter(code="NEW").exists()


def test_a_wrong_station_password_is_kept_not_stored(network, ingest):
    Thing.objects.filter(pk=network.pk).update(secret="9876")
    with ingest.line() as line:
        assert line.ask(frame([("water_level", 1.0)], password="1234"))
        assert line.ask(frame([("water_level", 2.0)], password="9876", at=AT - timedelta(minutes=5)))
    assert list(Observation.objects.values_list("value", flat=True)) == [2.0]
    assert Quarantine.objects.get().reason == "wrong_secret"


def test_a_damaged_frame_is_kept_with_reason_and_clause_and_not_answered(ingest):
    good = frame([("water_level", 1.0)])
    damaged = good[:20] + bytes([good[20] ^ 1]) + good[21:]
    with ingest.line() as line:
        line.send(damaged)
        assert line.ask(good).serial == 1
    entry = Quarantine.objects.get()
    assert (entry.kind, entry.reason, bytes(entry.raw)) == ("refused", "bad_crc", damaged)
    assert entry.detail["clause"]
    assert Observation.objects.count() == 1


def test_a_new_property_of_a_known_station_gets_its_datastream(network, ingest):
    with ingest.line() as line:
        assert line.ask(frame([("water_level", 1.0), ("air_temperature", 21.5)]))
    assert Observation.objects.filter(datastream__observed_property__code="air_temperature").get().value == 21.5
    assert Datastream.objects.filter(thing=network).count() == 3


def test_future_and_test_values_are_stored_but_neither_latest_nor_judged(network, ingest):
    rule(network)
    ahead = NOW + timedelta(hours=3)
    with ingest.line() as line:
        assert line.ask(frame([("water_level", 50.0)], at=ahead))
        assert line.ask(frame([("water_level", 51.0)], function=0x30, serial=2))
        assert line.ask(frame([("water_level", 1.0)], serial=3))
    rows = Observation.objects.order_by("at").values_list("value", "quality")
    assert list(rows) == [(1.0, 0), (50.0, 2)]
    assert Alarm.objects.count() == 0
    stream = Datastream.objects.get(thing=network, observed_property__code="water_level")
    assert stream.latest.value == 1.0


def test_late_values_beyond_a_threshold_make_an_alarm_that_says_so(network, ingest):
    rule(network)
    with ingest.line() as line:
        assert line.ask(frame([("water_level", 40.0)]))
        assert line.ask(frame([("water_level", 45.5)], at=AT - timedelta(minutes=30), serial=2))
        assert line.ask(frame([("water_level", 45.5)], at=AT - timedelta(minutes=30), serial=2))
    alarm = Alarm.objects.get()
    assert (alarm.late, alarm.state, alarm.raised_at) == (True, "cleared", AT - timedelta(minutes=30))
    assert alarm.title.endswith("[补报发现]")


def console_of(role, sectors=()):
    client = Client()
    client.force_login(account(f"接入人{role}{sectors}", role, COUNTY, sectors=sectors))
    return client


def adoption(**changes):
    return {
        "code": STRANGER,
        "name": "新站",
        "kind": "river",
        "sector_code": "flood",
        "division_code": "330825109201",
        "unit": "",
        "point_0": "119.2",
        "point_1": "28.9",
        "point_2": "wgs84",
        "point_lng": "119.2",
        "point_lat": "28.9",
        "point_crs": "wgs84",
        "report_interval_s": "300",
        **changes,
    }


@pytest.mark.parametrize(("role", "sectors"), [("R08", ["flood"]), ("R24", [])])
def test_a_stranger_is_adopted_on_its_page_and_its_frames_flow(ingest, role, sectors):
    county()
    village("330825109201")
    with ingest.line() as line:
        assert line.ask(frame([("water_level", 40.0)], address=STRANGER))
    entry, quarantine = Quarantine.objects.get(), registry.get("quarantine")
    client = console_of(role, sectors)
    page = client.get(quarantine.url("detail", entry.pk))
    form = next(verb.form for verb in page.context["verbs"] if verb.action.code == "adopted")
    assert (form["code"].value(), form["kind"].value(), form["sector_code"].value()) == (STRANGER, "river", "flood")
    assert "水位" in page.content.decode()
    answer = client.post(quarantine.url("act", entry.pk, "adopted"), adoption())
    assert answer.status_code == 302, answer.context["trouble"]
    until(lambda: Quarantine.objects.filter(resolution="replayed").count() == 1)
    stored = Observation.objects.get(datastream__thing__address=STRANGER)
    assert (stored.value, stored.datastream.thing.report_interval_s) == (40.0, 300)


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"sector_code": "fire"}, "不能在这个区划"),
        ({"name": ""}, "名称"),
        ({"point_lng": "28.9", "point_0": "28.9"}, "位置"),
    ],
)
def test_an_adoption_that_cannot_be_says_why_and_changes_nothing(ingest, changes, word):
    county()
    village("330825109201")
    with ingest.line() as line:
        assert line.ask(frame([("water_level", 40.0)], address=STRANGER))
    entry = Quarantine.objects.get()
    address = registry.get("quarantine").url("act", entry.pk, "adopted")
    answer = console_of("R08", ["flood"]).post(address, adoption(**changes))
    assert answer.status_code == 422
    assert word in answer.context["trouble"]
    assert not Thing.objects.filter(address=STRANGER).exists()


def test_who_only_reads_values_never_sees_kept_frames(ingest):
    with ingest.line() as line:
        assert line.ask(frame([("water_level", 40.0)], address=STRANGER))
    address = registry.get("quarantine").url("detail", Quarantine.objects.get().pk)
    assert console_of("R01").get(address).status_code == 404
