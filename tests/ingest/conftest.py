# SPDX-License-Identifier: Apache-2.0
"""A whole ingest on free ports of loopback, in a thread of its own, against the test database."""

import asyncio
import ipaddress
import socket
import threading
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.contrib.gis.geos import Point
from django.db import connection

from anshu.domain.alerts.models import Rule
from anshu.domain.sensing.models import Datastream, Thing
from anshu.domain.sensing.services import datastreams_ensure, properties_seed
from anshu.ingest.server import Server
from anshu.kernel.audit.actor import platform
from anshu.wire.base import CHINA
from anshu.wire.sl651 import Group, Station, decode_frame, encode_uplink

NOW = datetime(2026, 7, 4, 14, 6, tzinfo=CHINA)
AT = NOW - timedelta(minutes=1)
ADDRESS = "3308250001"
SETUP = platform("setup")
PATIENCE_S = 20
DOORS = ("http", "sl651", "hj212", "jt808", "jt809", "gb26875", "mqtt")


class Running:
    """An ingest process in a thread."""

    def __init__(self, now, *, doors=DOORS, **limits):
        self.now, self._doors, self._limits = now, doors, limits
        self._started: Future[Server] = Future()
        self._thread = threading.Thread(target=self._main, daemon=True)

    def _main(self):
        asyncio.run(self._serve())

    async def _serve(self):
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        server = Server(clock=lambda: self.now, **self._limits)
        await server.start(dict.fromkeys(self._doors, "127.0.0.1:0"))
        self._started.set_result(server)
        await self._stop.wait()
        await server.stop()

    def __enter__(self):
        self._thread.start()
        self.server = self._started.result(PATIENCE_S)
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(PATIENCE_S)
            assert not self._thread.is_alive()

    def line(self):
        return Line(self.server.addresses["sl651"])


class Line:
    """A station's connection."""

    def __init__(self, address):
        self.socket = socket.create_connection((address.host, address.port), timeout=PATIENCE_S)
        self._rest = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def answer(self):
        """The next reply, decoded; None when the other side closed."""
        while len(self._rest) < 25:
            more = self.socket.recv(4096)
            if not more:
                return None
            self._rest += more
        reply, self._rest = self._rest[:25], self._rest[25:]
        return decode_frame(reply)

    def ask(self, data):
        self.send(data)
        return self.answer()


@pytest.fixture
def network(transactional_db):
    """Properties and one river station with two datastreams."""
    with connection.cursor() as cursor:
        cursor.execute("truncate sensing_observation")
    properties_seed(actor=SETUP, now=NOW)
    thing = Thing.objects.create(
        code="RV1",
        name="溪口水位站",
        kind="river",
        protocol="sl651",
        address=ADDRESS,
        point=Point(119.19, 28.87, srid=4326),
        division_code="330825109201",
        sector_code="flood",
    )
    for code in ("water_level", "voltage"):
        prop = Datastream._meta.get_field("observed_property").related_model.objects.get(code=code)
        Datastream.objects.create(thing=thing, observed_property=prop, name=prop.name)
    return thing


@pytest.fixture
def meter(network):
    """One MQTT device with a password and two datastreams."""
    thing = Thing.objects.create(
        code="M1",
        name="水位计",
        kind="river",
        protocol="mqtt",
        address="m1",
        secret="s3cret",
        point=network.point,
        division_code=network.division_code,
    )
    wanted = [("water_level", None), ("voltage", None)]
    datastreams_ensure(thing_id=thing.pk, properties=wanted, actor=SETUP, now=NOW)
    return thing


@pytest.fixture
def ingest(network):
    with Running(NOW) as running:
        yield running


def rule(thing, code="water_level", **fields):
    stream = Datastream.objects.get(thing=thing, observed_property__code=code)
    defaults = {
        "name": "水位",
        "blue": None,
        "yellow": 44.0,
        "orange": 45.0,
        "red": 46.0,
        "hysteresis": 0.2,
        "source": "test",
        "valid_from": NOW - timedelta(days=60),
    }
    return Rule.objects.create(datastream=stream, **{**defaults, **fields})


def frame(values, *, at=AT, serial=1, address=ADDRESS, function=0x33, password="1234", sent_at=None):
    station = Station(address, password=password, station_class="H")
    return encode_uplink(function, station, serial=serial, sent_at=sent_at or at, groups=[Group(at, values)])


def _signed(subject, key, issuer, issuer_key, *extensions):
    named = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)])
    signer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)])
    today = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(named)
        .issuer_name(signer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
    )
    for each, critical in extensions:
        builder = builder.add_extension(each, critical)
    return builder.sign(issuer_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


@pytest.fixture
def authority(tmp_path, settings):
    """Give the file of an authority that has signed this door's certificate."""
    own, door = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    constraints = (x509.BasicConstraints(ca=True, path_length=None), True)
    here = (x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
    (tmp_path / "ca.pem").write_bytes(_signed("county", own, "county", own, constraints))
    (tmp_path / "door.pem").write_bytes(_signed("door", door, "county", own, here))
    (tmp_path / "door.key").write_bytes(
        door.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    settings.TLS_CERTIFICATE, settings.TLS_KEY = str(tmp_path / "door.pem"), str(tmp_path / "door.key")
    return str(tmp_path / "ca.pem")
