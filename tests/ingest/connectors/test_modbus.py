# SPDX-License-Identifier: Apache-2.0
"""Devices that are asked, against a Modbus server on loopback."""

import asyncio
from datetime import datetime

import pytest
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from anshu.ingest import messages
from anshu.ingest.connectors.modbus import ModbusPoller
from anshu.ingest.connectors.polling import LONGEST_PAUSE_S
from anshu.ingest.connectors.standing import Going, Standing
from anshu.ingest.parcels import Verdict
from anshu.wire.base import CHINA
from anshu.wire.modbus import ModbusSettings, Register

NOW = datetime(2026, 7, 4, 14, 6, tzinfo=CHINA)
PATIENCE_S = 10
LEVEL = Register(function=4, address=0, kind="float32", property="water_level", unit="m")
GAS = Register(address=10, property="combustible_gas", unit="%", scale=0.1, missing=(65535,))
DOOR = Register(function=1, address=0, kind="bool", property="door")
ABSENT = Register(address=500, property="absent")


def going(inbox):
    standing = Standing("PLC1", lambda: NOW)
    return Going(code="PLC1", secret="", intake=inbox, clock=lambda: NOW, standing=standing)


class Inbox:
    """Takes parcels as the pipeline does."""

    def __init__(self, *, stores=True):
        self.parcels = asyncio.Queue()
        self._stores = stores

    def secret_of(self, protocol, address):
        return ""

    async def submit(self, parcel):
        await self.parcels.put(parcel)
        future = asyncio.get_running_loop().create_future()
        if self._stores:
            future.set_result(Verdict())
        else:
            future.cancel()
        return future

    async def next(self):
        async with asyncio.timeout(PATIENCE_S):
            return await self.parcels.get()


class Device:
    """A Modbus server on a free port."""

    def __init__(self, gas=253):
        words = SimData(10, values=[gas], datatype=DataType.REGISTERS)
        level = SimData(0, values=[0x4228, 0xA3D7], datatype=DataType.REGISTERS)
        self._simulated = SimDevice(id=1, simdata=[level, words])
        self.port = 0

    async def __aenter__(self):
        self._server = ModbusTcpServer(self._simulated, address=("127.0.0.1", self.port))
        await self._server.serve_forever(background=True)
        self.port = self._server.transport.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_):
        await self._server.shutdown()


class Asking:
    """A poller that is closed at the end."""

    def __init__(self, inbox, port, *registers, interval_s=0.01, timeout_s=1.0):
        settings = ModbusSettings(
            host="127.0.0.1", port=port, interval_s=interval_s, timeout_s=timeout_s, registers=registers
        )
        self.poller = ModbusPoller(going(inbox), settings)

    async def __aenter__(self):
        self.poller.start()
        return self.poller

    async def __aexit__(self, *_):
        async with asyncio.timeout(PATIENCE_S):
            await self.poller.close()


def values(parcel):
    return {o.property: (o.value, o.quality) for o in parcel.observations}


async def until(holds):
    async with asyncio.timeout(PATIENCE_S):
        while not holds():
            await asyncio.sleep(0)


def test_a_device_is_asked_again_and_again_and_its_answers_carry_our_time():
    async def trial():
        inbox = Inbox()
        async with Device() as device, Asking(inbox, device.port, LEVEL, GAS, DOOR) as poller:
            parcel, again = await inbox.next(), await inbox.next()
            assert (parcel.protocol, parcel.address, parcel.peer) == ("modbus", "PLC1", f"127.0.0.1:{device.port}")
            seen = values(parcel)
            assert seen["water_level"][0] == pytest.approx(42.16, abs=1e-5)
            assert seen["combustible_gas"] == (25.3, "good")
            assert seen["door"] == (0, "good")
            assert {(o.thing, o.time) for o in parcel.observations} == {("PLC1", NOW)}
            assert values(again) == seen
            read_again = messages.read_again("modbus", parcel.raw, "PLC1", parcel.peer, {"kind": parcel.kind})
            assert read_again.observations == parcel.observations
            assert (poller.failures, poller.error) == (0, "")

    asyncio.run(trial())


def test_a_missing_code_is_a_missing_value():
    async def trial():
        inbox = Inbox()
        async with Device(gas=65535) as device, Asking(inbox, device.port, GAS):
            assert values(await inbox.next()) == {"combustible_gas": (None, "missing")}

    asyncio.run(trial())


def test_a_register_the_device_lacks_does_not_cost_the_others():
    async def trial():
        inbox = Inbox()
        async with Device() as device, Asking(inbox, device.port, GAS, ABSENT) as poller:
            assert set(values(await inbox.next())) == {"combustible_gas"}
            await until(lambda: poller.error == "3/500 答异常码 2")
            assert poller.failures == 0

    asyncio.run(trial())


def test_a_dead_device_backs_off_and_holds_up_no_other():
    async def trial():
        inbox, nothing = Inbox(), Inbox()
        async with Device() as device:
            async with Device() as gone:
                pass
            async with Asking(nothing, gone.port, GAS) as dead, Asking(inbox, device.port, GAS):
                await until(lambda: dead.failures)
                for _ in range(3):
                    await inbox.next()
                assert (nothing.parcels.empty(), dead.pause_s()) == (True, 1.0)
                assert dead.error

    asyncio.run(trial())


def test_a_device_that_takes_the_connection_and_says_nothing_is_left_in_time():
    async def trial():
        async def swallow(reader, writer):
            await reader.read()
            writer.close()

        server = await asyncio.start_server(swallow, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with Asking(Inbox(), port, GAS, timeout_s=0.05) as poller:
            await until(lambda: poller.failures)
            assert "No response" in poller.error
        server.close()
        await server.wait_closed()

    asyncio.run(trial())


def test_a_device_that_comes_back_is_asked_again(monkeypatch):
    monkeypatch.setattr("anshu.ingest.connectors.polling._SHORTEST_PAUSE_S", 0.01)

    async def trial():
        inbox = Inbox()
        device = Device()
        async with device:
            pass
        async with Asking(inbox, device.port, GAS) as poller:
            await until(lambda: poller.failures)
            async with device:
                assert values(await inbox.next())["combustible_gas"] == (25.3, "good")
                await until(lambda: not poller.failures)

    asyncio.run(trial())


def test_what_could_not_be_stored_does_not_end_the_asking():
    async def trial():
        inbox = Inbox(stores=False)
        async with Device() as device, Asking(inbox, device.port, GAS):
            await inbox.next()
            assert await inbox.next()

    asyncio.run(trial())


def test_rubbish_for_an_answer_is_a_failure_and_nothing_more():
    async def trial():
        async def babble(reader, writer):
            await reader.read(12)
            writer.write(b"\xff" * 5000)
            await writer.drain()
            await reader.read()
            writer.close()

        server = await asyncio.start_server(babble, "127.0.0.1", 0)
        inbox = Inbox()
        async with Asking(inbox, server.sockets[0].getsockname()[1], GAS, timeout_s=0.05) as poller:
            await until(lambda: poller.failures)
        assert inbox.parcels.empty()
        server.close()
        await server.wait_closed()

    asyncio.run(trial())


def test_the_pause_grows_to_a_limit_and_never_below_the_interval():
    settings = ModbusSettings(host="x", interval_s=30, registers=(GAS,))
    poller = ModbusPoller(going(Inbox), settings)
    pauses = []
    for failures in (0, 1, 2, 3, 9, 5000):
        poller._going.standing.failures = failures
        pauses.append(poller.pause_s())
    assert pauses == [30, 30, 60, 120, LONGEST_PAUSE_S, LONGEST_PAUSE_S]
