# SPDX-License-Identifier: Apache-2.0
"""The MQTT door over TLS: with a certificate of a county's own authority, and for nobody who does not trust it."""

import socket
import ssl

import pytest
from paho.mqtt.enums import MQTTProtocolVersion
from tests.ingest.conftest import NOW, PATIENCE_S, Running
from tests.ingest.test_mqtt_door import AT_MS, Device

from anshu.domain.sensing.models import Observation

pytestmark = pytest.mark.commits


@pytest.fixture
def door(authority, meter):
    with Running(NOW, doors=("mqtts",)) as running:
        yield running


def safe(running, authority, version):
    """Give a client that speaks TLS and trusts one authority."""
    device = Device(running, "m1", "s3cret", version, door="mqtts")
    device.client.tls_set(authority)
    return device


@pytest.mark.parametrize("version", [MQTTProtocolVersion.MQTTv311, MQTTProtocolVersion.MQTTv5])
def test_a_message_over_tls_is_stored_before_it_is_acknowledged(door, authority, version):
    with safe(door, authority, version) as device:
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
