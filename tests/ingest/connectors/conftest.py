# SPDX-License-Identifier: Apache-2.0
"""Systems to go to, on free ports of loopback, and an ingest that goes to them."""

import asyncio
import threading
from concurrent.futures import Future

import pytest
from aiohttp import web
from django.contrib.gis.geos import Point
from tests.ingest.conftest import NOW, PATIENCE_S, SETUP, Running, network  # noqa: F401  a fixture
from tests.ingest.test_quarantine import until

from anshu.domain.sensing.models import Connector, Thing
from anshu.domain.sensing.services import connector_create, datastreams_ensure


class Service:
    """A web service in a thread of its own, which answers as `reply` says and remembers what it was asked."""

    def __init__(self, reply):
        self._reply, self.asked = reply, []
        self._started = Future()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)

    async def _serve(self):
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        runner = web.AppRunner(self._app())
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self._started.set_result(site._server.sockets[0].getsockname()[1])
        await self._stop.wait()
        await runner.cleanup()

    def _app(self):
        async def answer(request):
            self.asked.append(request)
            found = self._reply(request)
            return web.json_response(found) if isinstance(found, dict | list) else found

        app = web.Application()
        app.router.add_get("/{path:.*}", answer)
        return app

    def __enter__(self):
        self._thread.start()
        self.port = self._started.result(PATIENCE_S)
        self.url = f"http://127.0.0.1:{self.port}"
        return self

    def __exit__(self, *_):
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(PATIENCE_S)


@pytest.fixture
def quick(monkeypatch):
    """Nobody waits long for the next question."""
    monkeypatch.setattr("anshu.ingest.connectors.polling._SHORTEST_PAUSE_S", 0.02)
    monkeypatch.setattr("anshu.ingest.connectors.running._NOTE_EVERY_S", 0.05)


def connect(kind, settings, code="C1", **values):
    """Write a connector down, as the administrator's form does."""
    return connector_create(actor=SETUP, now=NOW, code=code, name=code, kind=kind, settings=settings, **values)


def register_thing(protocol, address, *properties):
    found = Thing.objects.create(
        code=address,
        name=address,
        kind="river",
        protocol=protocol,
        address=address,
        point=Point(119.19, 28.87, srid=4326),
        division_code="330825109201",
        sector_code="flood",
    )
    datastreams_ensure(thing_id=found.pk, properties=[(each, None) for each in properties], actor=SETUP, now=NOW)
    return found


def state_of(connector):
    return getattr(Connector.objects.select_related("state").get(pk=connector.pk), "state", None)


def works(connector):
    def holds():
        state = state_of(connector)
        return state is not None and state.ok_at is not None and state.failures == 0

    until(holds)
    return state_of(connector)


def fails(connector):
    def holds():
        state = state_of(connector)
        return state is not None and state.failures > 0

    until(holds)
    return state_of(connector)


@pytest.fixture
def ingest(network, quick):  # noqa: F811
    """Take in the connectors as they are written down."""
    with Running(NOW) as running:
        yield running
