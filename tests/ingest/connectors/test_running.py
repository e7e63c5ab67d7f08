# SPDX-License-Identifier: Apache-2.0
"""Connectors as an administrator has them: written down, running, failing, changed, paused, retired."""

import socket

import pytest
from django.db import connection
from tests.ingest.conftest import NOW, SETUP, Running
from tests.ingest.connectors.conftest import Service, connect, fails, register_thing, state_of, works
from tests.ingest.test_quarantine import adopt, until

from anshu.domain.sensing.models import Connector, DeviceModel, Observation, Quarantine
from anshu.domain.sensing.services import connector_pause, connector_resume, connector_retire, connector_update

pytestmark = pytest.mark.commits
MODEL = {
    "format": "anshu.payload/1",
    "input": "json",
    "decode": [{"get": "level", "property": "water_level", "unit": "m"}],
}


def stations(request):
    return {"data": {"list": [{"id": "S1", "level": 44.2}, {"id": "S2", "level": 12.0}, {"level": 1}]}}


def asking(service, **more):
    return {"url": f"{service.url}/latest", "interval_s": 5, "items": {"path": "data.list", "device": "id"}} | more


@pytest.fixture
def model(network):
    return DeviceModel.objects.create(code="J", name="J", kind="river", protocol="http", decoder=MODEL)


def modelled(model, address):
    thing = register_thing("http", address, "water_level")
    thing.model = model
    thing.save()
    return thing


def test_a_list_of_devices_is_asked_for_and_each_is_read_by_its_model(model, ingest):
    modelled(model, "S1")
    with Service(stations) as service:
        connector = connect("http", asking(service, signing={"way": "bearer"}), secret="t0ken")
        until(lambda: Observation.objects.exists())
        assert Observation.objects.get().value == 44.2
        assert service.asked[0].headers["Authorization"] == "Bearer t0ken"
        state = works(connector)
        until(lambda: Quarantine.objects.exists())
        assert Quarantine.objects.get().thing_address == "S2"
    assert (state.received, state.error) == (1, "unknown_thing")
    assert "t0ken" not in Connector.objects.get().secret


@pytest.mark.parametrize(
    ("signing", "carried"),
    [
        ({"way": "basic", "user": "u"}, lambda asked: asked.headers["Authorization"] == "Basic dTpwIHc="),
        ({"way": "header", "name": "X-Key"}, lambda asked: asked.headers["X-Key"] == "p w"),
        ({"way": "query", "name": "key"}, lambda asked: asked.query == {"a": "1", "key": "p w"}),
    ],
)
def test_the_secret_goes_along_as_the_other_side_wants_it(network, ingest, signing, carried):
    with Service(stations) as service:
        settings = asking(service, signing=signing, url=f"{service.url}/latest?a=1")
        works(connect("http", settings, secret="p w"))
        assert carried(service.asked[0])


def test_a_redirection_is_not_followed(network, ingest):
    from aiohttp import web

    with Service(stations) as elsewhere:

        def away(request):
            return web.Response(status=302, headers={"Location": f"{elsewhere.url}/latest"})

        with Service(away) as service:
            state = fails(connect("http", asking(service), secret="t0ken"))
        assert "HTTP 302" in state.error
        assert elsewhere.asked == []


def test_a_paused_connector_asks_no_more_and_goes_on_when_resumed(network, ingest):
    with Service(stations) as service:
        connector = connect("http", asking(service))
        works(connector)
        connector_pause(connector=connector, reason="对方维护", actor=SETUP, now=NOW)
        until(lambda: not ingest.server._connectors._running)
        asked = len(service.asked)
        connector_resume(connector=connector, actor=SETUP, now=NOW)
        until(lambda: len(service.asked) > asked)
        connector_retire(connector=connector, reason="拆除", actor=SETUP, now=NOW)
        until(lambda: not ingest.server._connectors._running)


def test_changed_settings_are_run_at_once(network, ingest):
    with Service(stations) as service:
        connector = connect("http", {"url": f"{service.url}/latest", "device": "S9"})
        until(lambda: Quarantine.objects.filter(thing_address="S9").exists())
        settings = {"url": f"{service.url}/latest", "device": "S8"}
        connector_update(connector=connector, settings=settings, reason="写错了", actor=SETUP, now=NOW)
        until(lambda: Quarantine.objects.filter(thing_address="S8").exists())


def test_a_connector_that_nobody_answers_says_so_and_keeps_trying(network, ingest):
    with socket.socket() as shut:
        shut.bind(("127.0.0.1", 0))
        settings = {"host": "127.0.0.1", "port": shut.getsockname()[1], "interval_s": 1, "registers": REGISTERS}
        state = fails(connect("modbus", settings, code="PLC"))
    assert (state.ok_at, bool(state.error), bool(state.failed_at)) == (None, True, True)


REGISTERS = [{"function": 4, "address": 0, "property": "water_level", "unit": "m"}]


def test_a_device_that_is_asked_is_adopted_like_any_other(network, ingest):
    from tests.ingest.connectors.test_modbus import Device as Simulated

    with _simulated(Simulated) as port:
        registers = [{"address": 10, "scale": 0.1, "property": "water_level", "unit": "m"}]
        connect("modbus", {"host": "127.0.0.1", "port": port, "interval_s": 1, "registers": registers}, code="PLC1")
        until(lambda: Quarantine.objects.exists())
        entry = Quarantine.objects.get()
        assert (entry.protocol, entry.thing_address, entry.kind) == ("modbus", "PLC1", "unknown")
        adopt(entry)
        until(lambda: Observation.objects.exists())
        assert Observation.objects.latest("at").value == pytest.approx(25.3)


class _simulated:
    """The simulated device in a thread of its own."""

    def __init__(self, make):
        self._make = make

    def __enter__(self):
        import asyncio
        import threading
        from concurrent.futures import Future

        started = Future()

        async def serve():
            self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
            async with self._make() as device:
                started.set_result(device.port)
                await self._stop.wait()

        self._thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
        self._thread.start()
        return started.result(20)

    def __exit__(self, *_):
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(20)


def test_a_secret_that_the_platforms_key_does_not_open_is_said(network, ingest):
    with Service(stations) as service:
        connector = connect("http", asking(service), secret="t0ken")
        works(connector)
        connector_pause(connector=connector, reason="换钥", actor=SETUP, now=NOW)
        Connector.objects.update(secret="not sealed by us")
        connector_resume(connector=connector, actor=SETUP, now=NOW)
        assert "密码打不开" in fails(connector).error


def test_only_one_process_runs_the_connectors_and_another_takes_over(network, quick, monkeypatch):
    monkeypatch.setattr("anshu.ingest.connectors.running._LOOK_EVERY_S", 0.05)
    with Service(stations) as service, Running(NOW) as first:
        connector = connect("http", asking(service))
        works(connector)
        with Running(NOW) as second:
            until(lambda: first.server._connectors._running)
            assert not second.server._connectors._running
            first.stop()
            until(lambda: second.server._connectors._running)


def test_losing_the_database_stops_the_connectors_and_its_return_starts_them(network, ingest, monkeypatch):
    monkeypatch.setattr("anshu.ingest.connectors.running._AGAIN_S", 0.05)
    with Service(stations) as service:
        works(connect("http", asking(service)))
        before = ingest.server._connectors._running
        first = next(iter(before.values()))
        with connection.cursor() as cursor:
            cursor.execute(
                "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and classid = 330828"
            )
        until(lambda: before and next(iter(before.values()), first) is not first)


def test_how_it_fares_survives_a_restart(network, quick):
    with Service(stations) as service:
        connector = connect("http", asking(service))
        with Running(NOW):
            works(connector)
        assert state_of(connector).ok_at == NOW
