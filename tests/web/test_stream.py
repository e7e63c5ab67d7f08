# SPDX-License-Identifier: Apache-2.0
"""The live stream: in order of commit, once, resumed, and only what the viewer may see."""

import asyncio
import contextlib
import json
import socket
import threading
from types import SimpleNamespace

import numpy as np
import pytest
from django.test import Client
from tests import cast

from anshu.domain.alerts.events import AlarmRaised
from anshu.domain.sensing.selectors import Newest, registry_load
from anshu.domain.sensing.services import positions_keep
from anshu.kernel.access.choices import Role
from anshu.kernel.events.models import Event
from anshu.kernel.events.services import publish
from anshu.web import moves, stream

VILLAGE = next(iter(cast.VILLAGES))
pytestmark = pytest.mark.django_db(transaction=True)


def fact(division_code, number):
    return AlarmRaised(
        subject_type="alerts.alarm",
        subject_id=number,
        title=f"告警{number}",
        division_code=division_code,
        sector_code="flood",
        level=3,
        value=1.0,
        threshold=0.5,
        thing_id=1,
        thing_name="站",
        lng=119.2,
        lat=29.0,
        at=cast.NOW.isoformat(),
    )


class Browser:
    """Drives the ASGI application as a server would, in a thread with its own loop."""

    def __init__(self, cookie="", headers=(), query=""):
        self.parts, self.status, self.headers = [], None, {}
        self._changed = threading.Condition()
        self._gone = None
        self._scope = {
            "type": "http",
            "path": "/stream/",
            "query_string": query.encode(),
            "headers": [(b"cookie", cookie.encode()), (b"host", b"127.0.0.1:8001"), *headers],
        }
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)

    def __enter__(self):
        self._thread.start()
        self.until(lambda: self.status is not None)
        return self

    def __exit__(self, *_):
        self._loop.call_soon_threadsafe(self._gone.set)
        self._thread.join(10)

    async def _run(self):
        self._loop, self._gone = asyncio.get_running_loop(), asyncio.Event()
        stream.hub = stream.Hub()
        listening = asyncio.create_task(stream.hub.run())
        await asyncio.wait_for(stream.hub.live.wait(), 10)
        await stream.application(self._scope, self._receive, self._send)
        listening.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await listening

    async def _receive(self):
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message):
        with self._changed:
            if message["type"] == "http.response.start":
                self.status = message["status"]
                self.headers = dict(message["headers"])
            else:
                self.parts.append(message["body"])
            self._changed.notify_all()

    def until(self, condition):
        with self._changed:
            assert self._changed.wait_for(condition, timeout=10), self.parts

    def events(self):
        lines = b"".join(self.parts).splitlines()
        return [json.loads(line[6:]) for line in lines if line.startswith(b"data: ")]

    def titles(self):
        return [event["title"] for event in self.events()]


@pytest.fixture
def cookie():
    cast.county()

    def make(name, role, division):
        client = Client()
        client.force_login(cast.account(name, role, division))
        return f"sessionid={client.cookies['sessionid'].value}"

    return make


def test_an_event_reaches_an_open_browser_with_its_position(cookie):
    with Browser(cookie("duty", Role.R06, cast.COUNTY)) as browser:
        publish(fact(VILLAGE, 1), now=cast.NOW)
        browser.until(lambda: browser.events())
    event = browser.events()[0]
    assert (event["kind"], event["title"], event["level"]) == ("alarm.raised", "告警1", "yellow")
    assert event["subject"] == {"type": "alarm", "id": "1"}
    assert event["id"] == Event.objects.get().position


def test_a_reconnecting_browser_gets_what_it_missed_once_and_in_order(cookie):
    for number in range(1, 6):
        publish(fact(VILLAGE, number), now=cast.NOW)
    second = Event.objects.order_by("position")[1].position
    header = (b"last-event-id", str(second).encode())
    with Browser(cookie("duty", Role.R06, cast.COUNTY), headers=[header]) as browser:
        browser.until(lambda: len(browser.events()) >= 3)
        publish(fact(VILLAGE, 6), now=cast.NOW)
        browser.until(lambda: "告警6" in browser.titles())
    assert browser.titles() == ["告警3", "告警4", "告警5", "告警6"]


def test_a_township_sees_only_its_own(cookie):
    own, other = VILLAGE, next(code for code in cast.VILLAGES if code[:9] != VILLAGE[:9])
    with Browser(cookie("town", Role.R11, own[:9] + "000")) as browser:
        publish(fact(other, 1), now=cast.NOW)
        publish(fact(own, 2), now=cast.NOW)
        browser.until(lambda: browser.events())
    assert browser.titles() == ["告警2"]


def test_without_a_session_there_is_no_stream():
    with Browser("sessionid=nothing") as browser:
        assert browser.status == 401


def test_a_browser_far_behind_is_told_to_reload(cookie, monkeypatch):
    monkeypatch.setattr(stream, "BACKLOG_MOST", 2)
    for number in range(1, 6):
        publish(fact(VILLAGE, number), now=cast.NOW)
    first = Event.objects.order_by("position")[0].position
    headers = [(b"last-event-id", str(first).encode())]
    with Browser(cookie("duty", Role.R06, cast.COUNTY), headers=headers) as browser:
        browser.until(lambda: any(b"event: reset" in part for part in browser.parts))
    assert browser.events() == [{}]


@pytest.mark.parametrize("value", ["abc", "-1", "9" * 30, ""])
def test_a_senseless_last_event_id_starts_from_now(value):
    scope = {"headers": [(b"last-event-id", value.encode())], "query_string": b""}
    assert stream._resume_from(scope) is None


def test_only_the_platforms_own_pages_may_read_it_across_ports():
    def allowed(origin):
        scope = {"headers": [(b"origin", origin), (b"host", b"127.0.0.1:8001")]}
        return bool(stream._cors(scope))

    assert allowed(b"http://127.0.0.1:8000")
    assert not allowed(b"http://evil.example")


def test_a_browser_that_cannot_keep_up_is_ended():
    reader = stream.Reader(SimpleNamespace(covers=lambda *_: True), asyncio.Queue(1))
    event = SimpleNamespace(capability="monitoring")
    reader.offer(event)
    assert not reader.overrun
    reader.offer(event)
    assert reader.overrun


def test_the_stream_listens_on_loopback_unless_configured(settings):
    assert socket.gethostbyname(settings.STREAM_ADDRESS.rsplit(":", 1)[0]) == "127.0.0.1"


def test_the_position_may_come_in_the_address_too():
    assert stream._resume_from({"headers": [], "query_string": b"last_event_id=17"}) == 17


@pytest.fixture
def truck():
    cast.village(VILLAGE)
    vehicle = cast.thing("CL1", "抢险车", division_code=VILLAGE, kind="vehicle", protocol="jt808")
    streams = [cast.datastream(vehicle, cast.observed_property(f"position.{name}", name, "deg"))
               for name in ("longitude", "latitude")]  # fmt: skip

    def move(lng, minute):
        registry = registry_load(now=cast.NOW)
        slots = [registry.things["jt808", vehicle.address].slots[each.observed_property.code] for each in streams]
        at_us = np.full(2, round(cast.NOW.timestamp() * 1e6) + minute * 60_000_000)
        zeros = np.zeros(2, dtype=np.int64)
        positions_keep(registry=registry, newest=Newest(np.array(slots), at_us, np.array([lng, 29.0]), zeros, at_us))

    move.thing = vehicle
    return move


def moved(browser):
    return [event["rows"] for event in browser.events() if event["kind"] == "position.moved"]


def test_what_moved_comes_in_one_message_without_an_id(cookie, truck, monkeypatch):
    monkeypatch.setattr(moves, "EVERY_S", 0.02)
    with Browser(cookie("duty", Role.R06, cast.COUNTY), query="moves=1") as browser:
        truck(119.21, 1)
        browser.until(lambda: moved(browser))
        truck(119.22, 2)
        browser.until(lambda: len(moved(browser)) == 2)
        publish(fact(VILLAGE, 1), now=cast.NOW)
        browser.until(lambda: len(browser.events()) == 3)
    assert [[row[:3] for row in rows] for rows in moved(browser)] == [
        [[truck.thing.pk, 119.21, 29.0]],
        [[truck.thing.pk, 119.22, 29.0]],
    ]
    assert b"".join(browser.parts).count(b"id: ") == 1, "only the event can be resumed from"


@pytest.mark.parametrize(("query", "wanted"), [("", False), ("moves=1", True), ("moves=yes", False)])
def test_only_a_page_that_draws_a_map_asks_for_moves(cookie, query, wanted):
    with Browser(cookie("duty", Role.R06, cast.COUNTY), query=query):
        assert [reader.moves for reader in stream.hub.readers] == [wanted]


def test_moves_are_scoped(truck):
    truck(119.21, 1)
    row = {"thing_id": 1, "lng": 119.2, "lat": 29.0, "speed": None, "course": None, "at": cast.NOW, "subject_id": 1}
    row |= {"sector_code": "flood", "unit_id": None, "park_code": "", "subject_type": "sensing.thing"}
    other = next(code for code in cast.VILLAGES if code[:9] != VILLAGE[:9])
    rows = [SimpleNamespace(division_code=code, **row) for code in (VILLAGE, other)]
    town = cast.viewer(cast.account("town", Role.R11, VILLAGE[:9] + "000"))
    assert [each.division_code for each in moves.seen_by(town, rows)] == [VILLAGE]
    assert moves.message_for(town, rows[1:]) == b""


def test_a_browser_that_is_behind_is_spared_old_places():
    reader = stream.Reader(SimpleNamespace(covers=lambda *_: True))
    for _ in range(stream.MOVES_BEHIND + 5):
        reader.offer_moves(b"x")
    assert reader.queue.qsize() == stream.MOVES_BEHIND
    assert not reader.overrun
