# SPDX-License-Identifier: Apache-2.0
"""Sends the commands that wait for devices which are connected here, and notes their answers."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from typing import Any, Protocol

from django.db import connections

from anshu.domain.sensing.selectors import WaitingCommand, waiting_commands
from anshu.domain.sensing.services import command_answered, command_sent, flood_note
from anshu.ingest.committing import UNREACHABLE, Clock
from anshu.wire.base import Answered, Command, Refused

log = logging.getLogger(__name__)
_MOST_AT_ONCE = 200


class Line(Protocol):
    """A connection over which a device can be asked."""

    @property
    def device(self) -> tuple[str, str]:
        """The protocol and address of who speaks."""

    def ask(self, command: Command) -> None:
        """Send a command; raise Refused for one that the protocol lacks."""


class Asking:
    """Who is connected, and what is to be asked of them. Called on the event loop only."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lines: dict[tuple[str, str], Line] = {}
        self._wanted: set[tuple[str, str]] = set()
        # Reading and noting commands blocks; it has a thread and a connection of its own.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="ingest-asking")
        self._tasks: set[asyncio.Task[None]] = set()

    def join(self, line: Line) -> None:
        """This will take in a device's connection; its newest one counts."""
        self._lines[line.device] = line
        if line.device in self._wanted:
            self._spawn(self._look())

    def leave(self, line: Line) -> None:
        """This will forget a connection."""
        if self._lines.get(line.device) is line:
            del self._lines[line.device]

    async def look(self) -> None:
        """This will send what waits; called when the database says that there is something."""
        self._spawn(self._look())

    def answered(self, line: Line, answer: Answered) -> None:
        """This will note a device's answer."""
        self._spawn(self._note(partial(_note_answer, answer.number, answer.accepted, answer.detail, self._clock())))

    def flooding(self, protocol: str, address: str) -> None:
        """This will say that a device sends more than it may; its messages wait, nobody else's do."""
        log.warning("%s %s floods: it is read at its allowance", protocol, address)
        self._spawn(self._note(partial(_note_flood, protocol, address, self._clock())))

    async def close(self) -> None:
        """This will finish what was begun."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=2)
        await asyncio.get_running_loop().run_in_executor(self._thread, connections.close_all)
        self._thread.shutdown(wait=False)

    def _spawn(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _note(self, work: Callable[[], Any]) -> Any:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, _fresh, work)
        except UNREACHABLE as error:
            log.warning("a command's state was not noted: %s", str(error).strip())
            return None

    async def _look(self) -> None:
        waiting: list[WaitingCommand] = await self._note(lambda: waiting_commands(at=self._clock())) or []
        self._wanted = {each.device for each in waiting}
        for each in waiting[:_MOST_AT_ONCE]:
            line = self._lines.get(each.device)
            send = partial(command_sent, command_id=each.number, now=self._clock())
            if line is not None and await self._note(send):
                await self._ask(line, each)

    async def _ask(self, line: Line, waiting: WaitingCommand) -> None:
        try:
            line.ask(Command(waiting.number, waiting.kind, waiting.parameters))
        except Refused as refused:
            await self._note(partial(_note_answer, waiting.number, False, refused.fault.as_json(), self._clock()))


def _note_answer(number: int, accepted: bool, detail: Mapping[str, Any], now: datetime) -> None:
    command_answered(command_id=number, accepted=accepted, detail=detail, now=now)


def _note_flood(protocol: str, address: str, now: datetime) -> None:
    flood_note(protocol=protocol, address=address, now=now)


def _fresh(work: Callable[[], Any]) -> Any:
    try:
        return work()
    except UNREACHABLE:
        # The connection may be an old one to a server that has come back since.
        connections.close_all()
        return work()
