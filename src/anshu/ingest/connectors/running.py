# SPDX-License-Identifier: Apache-2.0
"""Runs the connectors that are written down, in one process of however many there are, and stores how they fare."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import psycopg
from django.db import connection, connections

from anshu.domain.sensing.selectors import RunningConnector, connectors_running
from anshu.domain.sensing.services import CONNECTOR_CHANNEL, connector_note
from anshu.ingest.committing import UNREACHABLE, Clock
from anshu.ingest.connectors.broker import BrokerClient
from anshu.ingest.connectors.dialled import Dialled
from anshu.ingest.connectors.http import HttpPoller
from anshu.ingest.connectors.modbus import ModbusPoller
from anshu.ingest.connectors.sensorthings import SensorThingsHarvester
from anshu.ingest.connectors.standing import Connector, Going, Standing
from anshu.ingest.connectors.usgs import UsgsHarvester
from anshu.ingest.intake import Intake
from anshu.ingest.listener import Listener
from anshu.wire.connectors import PARSERS
from anshu.wire.settings import SettingsRefused

log = logging.getLogger(__name__)
# Kind -> what runs it, from what it gets and its settings.
KINDS: Mapping[str, Callable[[Going, Any], Connector]] = {
    "modbus": ModbusPoller,
    "mqtt": BrokerClient,
    "tcp": Dialled,
    "http": HttpPoller,
    "sensorthings": SensorThingsHarvester,
    "usgs": UsgsHarvester,
}
# An advisory lock of PostgreSQL: whoever holds it runs the connectors.
_LOCK = 330_828
_NOTE_EVERY_S = 2.0
_AGAIN_S = 2.0
# While another process runs them.
_LOOK_EVERY_S = 5.0


@dataclass(slots=True)
class _Running:
    """One connector at work."""

    mark: tuple[Any, ...]
    standing: Standing
    connector: Connector | None


class Connectors:
    """All connectors of the platform, while this process is the one that runs them."""

    def __init__(self, intake: Intake, clock: Clock, listeners: Mapping[str, Listener]) -> None:
        self._intake, self._clock, self._listeners = intake, clock, listeners
        self._running: dict[int, _Running] = {}
        self._task: asyncio.Task[None] | None = None
        # Reading and noting blocks; it has a thread and a connection of its own.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="ingest-connectors")

    def start(self) -> None:
        """This will run them as soon as no other process does."""
        self._task = asyncio.create_task(self._run(), name="ingest-connectors")

    async def close(self) -> None:
        """This will stop them all and store how they fared."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        await asyncio.get_running_loop().run_in_executor(self._thread, connections.close_all)
        self._thread.shutdown(wait=False)

    async def _run(self) -> None:
        while True:
            pause = _AGAIN_S
            try:
                pause = await self._hold()
            except UNREACHABLE as error:
                log.warning("connectors stop until the database is back: %s", str(error).strip())
            except Exception:
                log.exception("connectors stopped")
            await asyncio.sleep(pause)

    async def _hold(self) -> float:
        """This will run the connectors while the lock is ours; gives how long to wait where it is another's."""
        parameters = connection.get_connection_params()
        wanted = {
            name: parameters[name] for name in ("dbname", "user", "password", "host", "port") if parameters.get(name)
        }
        async with await psycopg.AsyncConnection.connect(**wanted, autocommit=True) as line:
            found = await (await line.execute("select pg_try_advisory_lock(%s, 0)", [_LOCK])).fetchone()
            if found is None or not found[0]:
                return _LOOK_EVERY_S
            await line.execute(f"listen {CONNECTOR_CHANNEL}")
            try:
                await self._look()
                while True:
                    # A notice, or time to store how they fare.
                    async for _notice in line.notifies(timeout=_NOTE_EVERY_S, stop_after=1):
                        await self._look()
                    await self._note()
            finally:
                await self._stop(list(self._running))

    async def _look(self) -> None:
        """This will start what is new, stop what is gone, and start anew what was changed."""
        wanted = {each.id: each for each in await self._in_thread(connectors_running)}
        changed = [pk for pk, running in self._running.items() if pk not in wanted or wanted[pk].mark != running.mark]
        await self._stop(changed)
        for pk, row in wanted.items():
            if pk not in self._running:
                self._running[pk] = self._started(row)

    def _started(self, row: RunningConnector) -> _Running:
        standing = Standing(row.code, self._clock, row.cursor)
        running = _Running(row.mark, standing, None)
        if row.secret is None:
            standing.failed("密码打不开:平台的密钥换过了,请重新填写")
            return running
        try:
            settings = PARSERS[row.kind](row.settings)
        except (KeyError, SettingsRefused) as refused:
            standing.failed(f"设置有误:{_wrong(refused)}")
            return running
        going = Going(
            code=row.code,
            secret=row.secret,
            intake=self._intake,
            clock=self._clock,
            standing=standing,
            listeners=self._listeners,
        )
        running.connector = KINDS[row.kind](going, settings)
        running.connector.start()
        return running

    async def _stop(self, numbers: list[int]) -> None:
        stopped = [(pk, self._running.pop(pk)) for pk in numbers]
        await asyncio.gather(*(each.connector.close() for _pk, each in stopped if each.connector is not None))
        for pk, each in stopped:
            with contextlib.suppress(*UNREACHABLE):
                await self._note_one(pk, each.standing)

    async def _note(self) -> None:
        for pk, each in list(self._running.items()):
            await self._note_one(pk, each.standing)

    async def _note_one(self, pk: int, standing: Standing) -> None:
        told = standing.taken()
        if told is None:
            return
        try:
            await self._in_thread(partial(connector_note, connector_id=pk, progress=told))
        except UNREACHABLE:
            standing.give_back(told)
            raise

    async def _in_thread(self, work: Callable[[], Any]) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._thread, _fresh, work)


def _wrong(error: KeyError | SettingsRefused) -> str:
    problems = error.problems if isinstance(error, SettingsRefused) else ()
    return ";".join(f"{each.path}:{each.message('zh')}" for each in problems) or f"没有方式 {error}"


def _fresh(work: Callable[[], Any]) -> Any:
    try:
        return work()
    except UNREACHABLE:
        # The connection may be an old one to a server that has come back since.
        connections.close_all()
        return work()
