# SPDX-License-Identifier: Apache-2.0
"""Modbus TCP devices do not report, they are asked: one task for each, so that a dead one holds up no other."""

import asyncio
import json
import logging
from collections.abc import Sequence
from typing import Protocol

from pymodbus.client import AsyncModbusTcpClient
from pymodbus.exceptions import ModbusException

from anshu.ingest.committing import Clock
from anshu.ingest.parcels import Parcel, Verdict
from anshu.wire.modbus import ModbusSettings, Plan, Request

log = logging.getLogger(__name__)
# The library prints each exchange that fails; what went wrong is said here once.
logging.getLogger("pymodbus.logging").setLevel(logging.CRITICAL)

PROTOCOL = "modbus"
# A device that does not answer is asked less and less often, down to this.
LONGEST_PAUSE_S = 300.0
_SHORTEST_PAUSE_S = 1.0


class Intake(Protocol):
    """What a poller needs of the pipeline."""

    async def submit(self, parcel: Parcel) -> "asyncio.Future[Verdict]":
        """Queue a parcel, waiting for room; the future is cancelled if it could not be stored."""


class ModbusPoller:
    """Asks one device at its interval and hands on what it answers, with the time of asking."""

    def __init__(self, pipeline: Intake, clock: Clock, settings: ModbusSettings, address: str) -> None:
        self._pipeline, self._clock = pipeline, clock
        self._settings, self._address = settings, address
        self._plan = Plan(settings.registers, settings.gap)
        self._client: AsyncModbusTcpClient | None = None
        self._task: asyncio.Task[None] | None = None
        # Polls in a row that brought nothing, and why the last one did not bring all.
        self.failures = 0
        self.error = ""

    @property
    def peer(self) -> str:
        """Name where the device is."""
        return f"{self._settings.host}:{self._settings.port}"

    def start(self) -> None:
        """This will begin to ask."""
        self._task = asyncio.create_task(self._run(), name=f"modbus-{self._address}")

    async def close(self) -> None:
        """This will stop asking and leave the device."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        self._leave()

    def pause_s(self) -> float:
        """This will give how long to wait before the next question."""
        interval = self._settings.interval_s
        if not self.failures:
            return interval
        pause = max(interval, _SHORTEST_PAUSE_S) * 2.0 ** min(self.failures - 1, 10)
        return max(interval, min(pause, LONGEST_PAUSE_S))

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            try:
                await self._poll()
            except Exception:
                # One that fails in a way nobody thought of must go on too.
                log.exception("asking %s failed", self.peer)
                self._fail("unexpected")
            await asyncio.sleep(max(0.0, began + self.pause_s() - loop.time()))

    async def _poll(self) -> None:
        """This will ask everything once and hand on what was answered."""
        answers: dict[Request, Sequence[int]] = {}
        error = ""
        try:
            client = await self._connected()
            for request in self._plan.requests:
                words, refusal = await self._ask(client, request)
                if words is None:
                    error = error or refusal
                else:
                    answers[request] = words
        except (ModbusException, OSError) as lost:
            error = " ".join(str(lost).split()) or type(lost).__name__
            self._leave()
        if not answers:
            self._fail(error)
            return
        self.failures, self.error = 0, error
        await self._hand_on(answers)

    async def _connected(self) -> AsyncModbusTcpClient:
        if self._client is None:
            given = self._settings
            self._client = AsyncModbusTcpClient(
                given.host, port=given.port, timeout=given.timeout_s, retries=0, reconnect_delay=0
            )
        if not self._client.connected and not await self._client.connect():
            raise OSError(f"{self.peer} does not answer")
        return self._client

    async def _ask(self, client: AsyncModbusTcpClient, request: Request) -> tuple[Sequence[int] | None, str]:
        """This will give the words or bits of an answer, or why the device refused."""
        ask = {
            1: client.read_coils,
            2: client.read_discrete_inputs,
            3: client.read_holding_registers,
            4: client.read_input_registers,
        }[request.function]
        answer = await ask(request.address, count=request.count, device_id=self._settings.unit_id)
        if answer.isError():
            return None, f"exception {answer.exception_code} for {request.function}/{request.address}"
        found = [int(bit) for bit in answer.bits] if request.function <= 2 else list(answer.registers)
        if len(found) < request.count:
            return None, f"{len(found)} of {request.count} for {request.function}/{request.address}"
        return found[: request.count], ""

    async def _hand_on(self, answers: dict[Request, Sequence[int]]) -> None:
        now = self._clock()
        said = [[each.function, each.address, list(words)] for each, words in answers.items()]
        parcel = Parcel(
            protocol=PROTOCOL,
            peer=self.peer,
            raw=json.dumps({"at": now.isoformat(), "answers": said}, separators=(",", ":")).encode(),
            address=self._address,
            kind="poll",
            observations=self._plan.observed(answers, self._address, now),
        )
        # The next question waits for the commit: a database that is away gathers no queue of ours.
        await asyncio.wait([await self._pipeline.submit(parcel)])

    def _fail(self, error: str) -> None:
        if not self.failures or error != self.error:
            log.warning("%s at %s: %s", self._address, self.peer, error)
        self.failures, self.error = self.failures + 1, error

    def _leave(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None
