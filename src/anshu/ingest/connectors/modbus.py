# SPDX-License-Identifier: Apache-2.0
"""Modbus TCP devices do not report, they are asked: one task for each, so that a dead one holds up no other."""

import logging
from collections.abc import Sequence

from pymodbus.client import AsyncModbusTcpClient
from pymodbus.exceptions import ModbusException

from anshu.ingest.connectors.polling import Failed, Poller, said
from anshu.ingest.connectors.standing import Going
from anshu.wire.modbus import ModbusSettings, Plan, Request

# The library prints each exchange that fails; what went wrong is said once, by the standing.
logging.getLogger("pymodbus.logging").setLevel(logging.CRITICAL)
PROTOCOL = "modbus"


class ModbusPoller(Poller):
    """Asks one device at its interval and hands on what it answers, with the time of asking."""

    def __init__(self, going: Going, settings: ModbusSettings) -> None:
        super().__init__(going, settings.interval_s)
        self._settings = settings
        self._plan = Plan(settings.registers, settings.gap)
        self._client: AsyncModbusTcpClient | None = None

    @property
    def peer(self) -> str:
        """Name where the device is."""
        return f"{self._settings.host}:{self._settings.port}"

    async def _poll(self) -> None:
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
            error = said(lost)
            await self._leave()
        if not answers:
            raise Failed(error)
        # The next question waits for the commit: a database that is away gathers no queue of ours.
        observed = self._plan.observed(answers, self._going.code, self._going.clock())
        taken = await self._hand_on(PROTOCOL, self._going.code, self.peer, observed)
        self._going.standing.worked(len(observed) if taken else 0, error=error)

    async def _connected(self) -> AsyncModbusTcpClient:
        if self._client is None:
            given = self._settings
            self._client = AsyncModbusTcpClient(
                given.host, port=given.port, timeout=given.timeout_s, retries=0, reconnect_delay=0
            )
        if not self._client.connected and not await self._client.connect():
            raise OSError(f"{self.peer} 没有应答")
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
            return None, f"{request.function}/{request.address} 答异常码 {answer.exception_code}"
        found = [int(bit) for bit in answer.bits] if request.function <= 2 else list(answer.registers)
        if len(found) < request.count:
            return None, f"{request.function}/{request.address} 应答 {len(found)} 个,应为 {request.count} 个"
        return found[: request.count], ""

    async def _leave(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None
