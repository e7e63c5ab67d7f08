# SPDX-License-Identifier: Apache-2.0
"""The ingest process: its doors, its pipeline, and how they stop."""

import asyncio
import logging
import signal
import ssl
from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings

from anshu.domain.sensing.services import COMMAND_CHANNEL
from anshu.ingest.asking import Asking
from anshu.ingest.clock import wall_clock
from anshu.ingest.committing import REGISTRY_CHANNEL, Clock
from anshu.ingest.connectors import Connectors
from anshu.ingest.doors import SESSIONS
from anshu.ingest.http_door import BODY_S, HttpDoor
from anshu.ingest.intake import Intake
from anshu.ingest.listener import IDLE_S, PARTIAL_S, UNREAD_S, Listener
from anshu.ingest.mqtt_door import MqttDoor
from anshu.ingest.pipeline import Pipeline
from anshu.ingest.replays import REPLAY_CHANNEL, Handler, Notices, Refreshing, Replays
from anshu.ingest.rubbish import Rubbish

log = logging.getLogger(__name__)
_DRAIN_S = 2.5
_TRY_AGAIN_S = 5.0


@dataclass(frozen=True, slots=True)
class Address:
    """Where a door stands."""

    host: str
    port: int


class Server:
    """All of ingest in one place, so that a test can start it on free ports."""

    def __init__(
        self,
        *,
        clock: Clock = wall_clock,
        idle_s: float = IDLE_S,
        partial_s: float = PARTIAL_S,
        unread_s: float = UNREAD_S,
        body_s: float = BODY_S,
        intake: Intake | None = None,
    ) -> None:
        self.pipeline = intake or Pipeline(clock)
        self._asking = Asking(clock)
        rubbish, rate = Rubbish(), settings.INGEST_DEVICE_RATE
        self._listeners = {
            protocol: Listener(
                protocol,
                make,
                self.pipeline,
                clock,
                self._asking,
                rubbish,
                rate=rate,
                idle_s=idle_s,
                partial_s=partial_s,
                unread_s=unread_s,
            )
            for protocol, make in SESSIONS.items()
        }
        self._mqtt = MqttDoor(self.pipeline, clock, self._asking, rubbish, rate=rate)
        self._door = HttpDoor(self.pipeline, clock, rubbish, rate=rate, body_s=body_s)
        self._connectors = Connectors(self.pipeline, clock, self._listeners)
        self._refreshing = Refreshing(self.pipeline)
        self._notices = Notices(self._handlers())
        self._told: set[str] = set()
        self._trying: asyncio.Task[None] | None = None
        # Where each door stands, once it is open.
        self.addresses: dict[str, Address] = {}

    def _handlers(self) -> dict[str, Handler]:
        """This will give what is done at each notice of the database."""
        handlers: dict[str, Handler] = {REGISTRY_CHANNEL: self._refreshing.changed}
        if self.pipeline.replays:
            handlers[REPLAY_CHANNEL] = Replays(self.pipeline).run
        return {**handlers, COMMAND_CHANNEL: self._asking.look}

    async def start(self, addresses: Mapping[str, str]) -> None:
        """This will open the doors that have an address, by protocol; others stay shut."""
        self.pipeline.start()
        wanted = {protocol: address for protocol, address in addresses.items() if address}
        if shut := await self._try_all(wanted):
            self._trying = asyncio.create_task(self._try_again(shut))
        self._refreshing.start()
        self._notices.start()
        self._connectors.start()

    async def _try_all(self, wanted: Mapping[str, str]) -> dict[str, str]:
        """This will open doors and give those that stayed shut."""
        return {each: address for each, address in wanted.items() if not await self._try(each, address)}

    async def _try(self, protocol: str, address: str) -> bool:
        """This will open a door; one whose port another program holds shuts no other door."""
        try:
            self.addresses[protocol] = Address(*await self._open(protocol, *_split(address)))
        except OSError as error:
            if protocol not in self._told:
                self._told.add(protocol)
                log.error(
                    "%s 的端口 %s 打不开(%s):请停掉占用它的程序,或用 ANSHU_INGEST_%s 换一个地址,设为空则不开。"
                    " This door cannot be opened; others are.",
                    protocol,
                    address,
                    error.strerror or error,
                    protocol.upper(),
                )
            return False
        return True

    async def _try_again(self, shut: dict[str, str]) -> None:
        while shut:
            await asyncio.sleep(_TRY_AGAIN_S)
            shut = await self._try_all(shut)

    async def _open(self, protocol: str, host: str, port: int) -> tuple[str, int]:
        if protocol == "http":
            return await self._door.start(host, port)
        if protocol == "mqtt":
            return await self._mqtt.start(host, port)
        if protocol == "mqtts":
            return await self._mqtt.start(host, port, tls=_tls())
        return await self._listeners[protocol].start(host, port)

    async def stop(self) -> None:
        """This will take nothing more, commit and answer what was taken, and close; within five seconds."""
        if self._trying is not None:
            self._trying.cancel()
        await self._connectors.close()
        await self._notices.close()
        await self._refreshing.close()
        for listener in self._listeners.values():
            listener.stop_accepting()
        self._mqtt.stop_accepting()
        await self._door.stop_accepting()
        await self.pipeline.close(within_s=_DRAIN_S)
        await asyncio.gather(self._door.close(), *(listener.finished() for listener in self._listeners.values()))
        await self._mqtt.finished()
        await self._asking.close()


def _tls() -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(settings.TLS_CERTIFICATE, settings.TLS_KEY or None)
    return context


def _split(address: str) -> tuple[str, int]:
    host, _, port = address.rpartition(":")
    return host.strip("[]") or "127.0.0.1", int(port)


async def run(stop: asyncio.Event | None = None, intake: Intake | None = None) -> None:
    """This will receive until told to stop by the event, SIGTERM or SIGINT."""
    stop = stop or asyncio.Event()
    stop_on_signals(stop)
    server = Server(intake=intake)
    await server.start(settings.INGEST_ADDRESSES)
    await stop.wait()
    await server.stop()


def stop_on_signals(stop: asyncio.Event) -> None:
    """This will set the event at SIGTERM or SIGINT, where signals are ours to handle."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        try:
            loop.add_signal_handler(number, stop.set)
        except (ValueError, RuntimeError, NotImplementedError):
            log.debug("signals are handled elsewhere")
