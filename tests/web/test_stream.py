# SPDX-License-Identifier: Apache-2.0
"""The live stream: in order of commit, once, resumed, and only what the viewer may see."""

import asyncio
import contextlib
import json
import socket
import threading
from types import SimpleNamespace

import pytest
from django.test import Client
from tests import cast

from anshu.domain.alerts.events import AlarmRaised
from anshu.kernel.access.choices import Role
from anshu.kernel.events.models import Event
from anshu.kernel.events.services import publish
from anshu.web import stream

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
