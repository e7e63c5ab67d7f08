# SPDX-License-Identifier: Apache-2.0
"""Gateways and workers over a real nats-server: the same outcome as alone, in order, once, whoever works."""

import asyncio
import json
import math
import socket
import subprocess
import threading
from concurrent.futures import Future
from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from nats.errors import Error
from tests.ingest.conftest import AT, NOW, PATIENCE_S, SETUP, Running, frame, rule
from tests.ingest.connectors.conftest import Service, register_thing
from tests.ingest.connectors.conftest import connect as connect_system
from tests.ingest.connectors.test_harvesting import reply
from tests.ingest.test_quarantine import STRANGER, adopt, until
from tools.jetstream import PROGRAM, jetstream
from tools.running import free_port

from anshu.domain.alerts.models import Alarm, RuleState
from anshu.domain.sensing.models import DeviceCommand, Observation, Quarantine
from anshu.domain.sensing.services import command_request
from anshu.ingest.jetstream.carrying import Carried, decode, encode, pack, partition_of
from anshu.ingest.jetstream.gateway import Gateway
from anshu.ingest.jetstream.leases import Leases
from anshu.ingest.jetstream.stream import Mismatch, Scale, connect, stream_ensure
from anshu.ingest.jetstream.worker import Worker
from anshu.ingest.messages import own_parcel, raw_parcel
from anshu.ingest.parcels import Parcel, delivered_parcel, refused_parcel
from anshu.ingest.uplinks import uplink_parcel
from anshu.wire.base import Delivery, Fault, Refusal
from anshu.wire.base import Observation as Seen

PARTITIONS = 8
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def nats(tmp_path_factory):
    if PROGRAM is None:
        pytest.skip("needs nats-server (apt install nats-server)")
    with jetstream(tmp_path_factory.mktemp("nats")) as nodes:
        yield nodes


@pytest.fixture
def scale(nats):
    made = Scale((nats.url,), PARTITIONS, 1, 1 << 30)
    yield made
    asyncio.run(_forget(made))


async def _forget(scale):
    client = await connect(scale, "test")
    await client.jetstream().delete_stream("ANSHU_RAW")
    await client.close()


class Working:
    """A worker in a thread, which can also be ended as a kill would: without handing anything over."""

    def __init__(self, scale):
        self._scale = scale
        self._started = Future()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)

    async def _serve(self):
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        worker = Worker(self._scale, lambda: NOW)
        await worker.start()
        self._started.set_result(worker)
        await self._stop.wait()
        await worker.stop()

    def __enter__(self):
        self._thread.start()
        self.worker = self._started.result(PATIENCE_S)
        return self

    def __exit__(self, *_):
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(PATIENCE_S)
            assert not self._thread.is_alive()

    @property
    def partitions(self):
        return self.worker.partitions


class GatewayRunning(Running):
    """The doors with the stream behind them."""

    def __init__(self, scale):
        super().__init__(NOW)
        self._scale = scale

    async def _serve(self):
        self._limits = {"intake": Gateway(self._scale, lambda: NOW)}
        await super()._serve()


def serial(number):
    return frame([("water_level", 40.0 + number)], at=AT - timedelta(minutes=60 - number), serial=number)


def test_a_worker_stores_and_judges_what_a_gateway_acknowledged(network, scale):
    rule(network)
    with GatewayRunning(scale) as gateway, gateway.line() as line:
        assert line.ask(serial(1))
        assert not Observation.objects.exists()
        with Working(scale):
            assert line.ask(serial(6))
            until(lambda: Observation.objects.count() == 2)
            until(lambda: Alarm.objects.count() == 1)


def test_refused_bytes_travel_too(network, scale):
    with GatewayRunning(scale) as gateway, Working(scale), gateway.line() as line:
        broken = bytearray(serial(1))
        broken[-1] ^= 1
        line.send(bytes(broken))
        until(lambda: Quarantine.objects.exists())
    assert Quarantine.objects.get().raw == bytes(broken)


def test_partitions_are_shared_and_move_when_a_worker_comes_or_goes(network, scale):
    everything = frozenset(range(PARTITIONS))
    with Working(scale) as first:
        until(lambda: first.partitions == everything)
        with Working(scale) as second:
            until(lambda: len(first.partitions) == len(second.partitions) == PARTITIONS // 2)
            assert first.partitions | second.partitions == everything
        until(lambda: first.partitions == everything)


def test_the_order_of_a_device_survives_a_change_of_workers(network, scale):
    rule(network)
    with GatewayRunning(scale) as gateway, gateway.line() as line:
        with Working(scale):
            for number in range(1, 4):
                assert line.ask(serial(number))
            until(lambda: Observation.objects.count() == 3)
        for number in range(4, 8):
            assert line.ask(serial(number))
        with Working(scale):
            until(lambda: Observation.objects.count() == 7)
    assert [row.value for row in Observation.objects.order_by("at")] == [41.0, 42.0, 43.0, 44.0, 45.0, 46.0, 47.0]
    alarm = Alarm.objects.get()
    assert (alarm.occurrences, alarm.late) == (3, False)
    assert RuleState.objects.get().observed_at == AT - timedelta(minutes=53)


def test_a_worker_whose_connection_dies_takes_its_partitions_again(network, scale):
    with GatewayRunning(scale) as gateway, Working(scale) as working, gateway.line() as line:
        assert line.ask(serial(1))
        until(lambda: Observation.objects.count() == 1)
        with connection.cursor() as cursor:
            cursor.execute(
                "select count(pg_terminate_backend(pid)) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid() and application_name = ''"
            )
        assert line.ask(serial(2))
        until(lambda: Observation.objects.count() == 2)
        until(lambda: len(working.partitions) == PARTITIONS)


@pytest.mark.django_db(transaction=True)
def test_a_partition_has_one_judge_and_its_lock_ends_with_the_connection():
    mine, theirs = Leases(2), Leases(2)
    assert mine.balance().gained == {0, 1}
    parcel = Parcel(protocol="mqtt", peer="", raw=b"", partition=1)

    def elsewhere():
        try:
            gained = theirs.balance().gained
            return gained, theirs.lost([parcel])
        finally:
            connection.close()

    assert _in_thread(elsewhere) == (frozenset(), {1})
    assert mine.lost([parcel]) == set()
    mine.forsake(1)
    assert mine.lost([parcel]) == {1}
    mine.resume(1)
    connection.close()
    assert _in_thread(elsewhere) == (frozenset({0, 1}), set())
    assert mine.lost([parcel]) == set()


def _in_thread(work):
    found = []
    thread = threading.Thread(target=lambda: found.append(work()))
    thread.start()
    thread.join(PATIENCE_S)
    return found[0]


def test_a_stream_of_other_partitions_is_not_used(scale):
    other = Scale(scale.servers, PARTITIONS * 2, 1, 1 << 30)

    async def ensure():
        client = await connect(scale, "test")
        await stream_ensure(client.jetstream(), scale)
        try:
            with pytest.raises(Mismatch):
                await stream_ensure(client.jetstream(), other)
        finally:
            await client.close()

    asyncio.run(ensure())


def test_a_frame_kept_for_a_stranger_goes_through_once_it_is_adopted(network, scale):
    stranger = frame([("water_level", 40.0)], address=STRANGER)
    with GatewayRunning(scale) as gateway, GatewayRunning(scale), Working(scale), Working(scale):
        with gateway.line() as line:
            assert line.ask(stranger)
        until(lambda: Quarantine.objects.exists())
        adopt(Quarantine.objects.get())
        until(lambda: Quarantine.objects.filter(resolution="replayed").exists())
    assert Observation.objects.get().value == 40.0
    assert Quarantine.objects.count() == 1


def test_what_a_worker_cannot_read_is_kept_and_holds_up_nobody(network, scale):
    with GatewayRunning(scale) as gateway, Working(scale), gateway.line() as line:
        partition = partition_of("sl651", network.address, PARTITIONS)
        asyncio.run(_publish(scale, partition, b"from a newer gateway"))
        assert line.ask(serial(1))
        until(lambda: Observation.objects.count() == 1)
    assert bytes(Quarantine.objects.get().raw) == b"from a newer gateway"


async def _publish(scale, partition, body):
    client = await connect(scale, "test")
    await client.jetstream().publish(f"anshu.raw.{partition}", body)
    await client.close()


def test_the_configuration_that_is_shipped_lets_in_who_knows_the_password(tmp_path, settings, authority):
    port, shipped = free_port(), (ROOT / "deploy" / "nats" / "anshu-nats.conf").read_text()
    for found, here in (
        ("10.0.0.11:4222", f"127.0.0.1:{port}"),
        ("10.0.0.11:6222", f"127.0.0.1:{free_port()}"),
        ("127.0.0.1:8222", f"127.0.0.1:{free_port()}"),
        ("10.0.0.12", "127.0.0.1"),
        ("10.0.0.13", "127.0.0.1"),
        ("/var/lib/nats", str(tmp_path / "store")),
        ("/etc/nats/server.pem", settings.TLS_CERTIFICATE),
        ("/etc/nats/server.key", settings.TLS_KEY),
        ("/etc/nats/ca.pem", authority),
    ):
        assert found in shipped
        shipped = shipped.replace(found, here)
    (tmp_path / "nats.conf").write_text(shipped)
    settings.NATS_CA = authority
    with subprocess.Popen([PROGRAM, "-c", tmp_path / "nats.conf"], stderr=subprocess.DEVNULL) as server:
        try:
            until(lambda: _answers(port))
            assert asyncio.run(_enters(f"nats://anshu:CHANGE-ME@127.0.0.1:{port}"))
            assert not asyncio.run(_enters(f"nats://anshu:guess@127.0.0.1:{port}"))
        finally:
            server.kill()


def _answers(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


async def _enters(url):
    try:
        async with asyncio.timeout(3):
            client = await connect(Scale((url,), PARTITIONS, 1, 1), "test")
    except (TimeoutError, Error):
        return False
    await client.close()
    return True


# ---- what travels


def _same(parcel):
    (back,) = decode(encode([pack(parcel)]))
    same = {"observations": list(parcel.observations)}
    assert replace(back, observations=list(back.observations)) == replace(parcel, **same)


def test_every_field_of_a_parcel_travels_but_for_those_of_one_process():
    within = {"entry_id", "partition", "settled", "weight"}
    assert {each.name for each in fields(Parcel)} - within == set(Carried.__struct_fields__)


def test_every_kind_of_parcel_arrives_as_it_left():
    _same(own_parcel("mqtt", "m1", b'{"values": {"water_level": 1.5}}', "p", lambda: NOW))
    _same(own_parcel("mqtt", "m1", b'{"times": [1751600000000], "values": {"a": [1.0]}}', "p", lambda: NOW))
    _same(raw_parcel("mqtt", "m1", b"\x00\xff", "p", lambda: NOW, port=2))
    _same(refused_parcel(Refusal(Fault("garbage", 3, "6.1", {"length": 9}), b"\x00"), "sl651", "p"))
    seen = Seen("a", "b", AT, 1.0, "m")
    _same(delivered_parcel(Delivery(address="a", kind="k", raw=b"r", observations=[seen], secret="s"), "hj212", "p"))
    _same(delivered_parcel(Delivery(address="a", kind="k", raw=b"r", keep_as="picture"), "sl651", "p"))


def test_a_missing_value_arrives_as_missing():
    (back,) = decode(encode([pack(own_parcel("mqtt", "m1", b'{"values": {"voltage": null}}', "p", lambda: NOW))]))
    assert math.isnan(back.rows.value[0])


def test_an_uplink_keeps_what_its_network_decoded_and_said_beside():
    posted = {
        "end_device_ids": {"dev_eui": "0102030405060708", "device_id": "x"},
        "received_at": "2026-07-01T00:00:00Z",
        "uplink_message": {
            "f_port": 1,
            "frm_payload": "AXVk",
            "decoded_payload": {"level": 1.5},
            "rx_metadata": [{"rssi": -90, "snr": 7.5}],
        },
    }
    parcel = uplink_parcel("tts", json.dumps(posted).encode(), "p", lambda uplink: NOW)
    assert parcel.undecoded.document
    assert parcel.undecoded.beside
    _same(parcel)


@given(st.text(min_size=1, max_size=20), st.text(max_size=20))
def test_parts_travel_with_their_host(address, part):
    host = address.partition("/")[0]
    assert partition_of("mqtt", f"{address}/{part}", 32) == partition_of("mqtt", host, 32)


def test_a_command_reaches_a_station_that_is_connected_to_a_gateway(network, scale):
    with GatewayRunning(scale) as gateway, Working(scale), gateway.line() as line:
        assert line.ask(serial(1))
        command_request(thing=network, kind="set_clock", actor=SETUP, now=NOW)
        asked = line.answer()
        assert asked.direction == "down"
        until(lambda: DeviceCommand.objects.get().state == "sent")


def test_a_gateway_runs_connectors_and_what_they_read_goes_through_the_stream(network, scale):
    register_thing("usgs", "1", "water_level")
    answer = reply("1", (AT, "10.0"))
    with Service(lambda request: answer) as service, GatewayRunning(scale), Working(scale):
        connect_system("usgs", {"url": service.url, "sites": ["1"]})
        until(lambda: Observation.objects.exists())
    assert Observation.objects.get().value == pytest.approx(3.048)
