# SPDX-License-Identifier: Apache-2.0
"""The MQTT door over TLS: with a certificate of a county's own authority, and for nobody who does not trust it."""

import ipaddress
import socket
import ssl
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from paho.mqtt.enums import MQTTProtocolVersion
from tests.ingest.conftest import NOW, PATIENCE_S, SETUP, Running
from tests.ingest.test_mqtt_door import AT_MS, Device

from anshu.domain.sensing.models import Observation, Thing
from anshu.domain.sensing.services import datastreams_ensure

pytestmark = pytest.mark.commits


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


@pytest.fixture
def door(authority, network, monkeypatch):
    monkeypatch.setattr("tests.ingest.conftest.DOORS", ("mqtts",))
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
    datastreams_ensure(thing_id=thing.pk, properties=[("water_level", None)], actor=SETUP, now=NOW)
    with Running(NOW) as running:
        yield running


class SafeDevice(Device):
    """A client that speaks TLS and trusts one authority."""

    def __init__(self, running, authority, password, version):
        running.server.addresses["mqtt"] = running.server.addresses["mqtts"]
        super().__init__(running, "m1", password, version)
        self.client.tls_set(authority)


@pytest.mark.parametrize("version", [MQTTProtocolVersion.MQTTv311, MQTTProtocolVersion.MQTTv5])
def test_a_message_over_tls_is_stored_before_it_is_acknowledged(door, authority, version):
    with SafeDevice(door, authority, "s3cret", version) as device:
        device.send("anshu/m1/up", {"ts": AT_MS, "values": {"water_level": 112.31}})
        assert Observation.objects.get().value == pytest.approx(112.31)


def _said(body):
    return len(body).to_bytes(2, "big") + body


def test_a_wrong_password_is_refused_over_tls_too(door, authority):
    address = door.server.addresses["mqtts"]
    context = ssl.create_default_context(cafile=authority)
    body = _said(b"MQTT") + b"\x04\xc2\x00\x3c" + _said(b"m1") + _said(b"m1") + _said(b"guess")
    with (
        socket.create_connection((address.host, address.port), PATIENCE_S) as plain,
        context.wrap_socket(plain, server_hostname=address.host) as line,
    ):
        line.sendall(bytes([0x10, len(body)]) + body)
        # MQTT 3.1.1, table 3.1: 4 is a bad user name or password.
        assert line.recv(4) == b"\x20\x02\x00\x04"


def test_a_client_that_does_not_trust_the_authority_sends_nothing(door):
    address = door.server.addresses["mqtts"]
    with (
        socket.create_connection((address.host, address.port), PATIENCE_S) as plain,
        pytest.raises(ssl.SSLCertVerificationError),
    ):
        ssl.create_default_context().wrap_socket(plain, server_hostname=address.host)
