# SPDX-License-Identifier: Apache-2.0
"""Payloads, uplinks and our own JSON as lines for `anshu wire decode`: each one message with its observations."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from anshu.wire.base import Message, Observation, refuse
from anshu.wire.payload.decoder import Decoder
from anshu.wire.payload.envelopes import Uplink, envelope
from anshu.wire.payload.own import columnar, own_json

# How a network is named at the platform's door, and its envelope's kind.
NETWORKS: Mapping[str, str] = {
    "chirpstack": "chirpstack",
    "tts": "the_things_stack",
    "thingpark": "thingpark",
    "loriot": "loriot",
    "aws": "aws_iot",
    "plain": "http",
}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def own_message(body: bytes, *, device: str, received_at: datetime, protocol: str = "json") -> Message:
    """Read our own JSON, one moment or columns of many; units are the datastreams' own. Raises Refused."""
    if b'"times"' in body:
        return _columns(body, device, protocol)
    own = own_json(body)
    at = received_at if own.time_us is None else _EPOCH + timedelta(microseconds=own.time_us)
    thing = own.thing or device
    observed = tuple(_observed(thing, name, at, value) for name, value in own.values.items())
    return Message(protocol=protocol, thing=thing, kind="moment", sent_at=at, observations=observed)


def _columns(body: bytes, device: str, protocol: str) -> Message:
    read = columnar(body)
    thing = read.thing or device
    times = [_EPOCH + timedelta(microseconds=each) for each in read.times_us.tolist()]
    observed = tuple(
        _observed(thing, name, at, value)
        for name, column in read.values.items()
        for at, value in zip(times, column.tolist(), strict=True)
    )
    return Message(protocol=protocol, thing=thing, kind="columns", observations=observed)


def payload_message(
    body: bytes,
    decoder: Decoder | None,
    *,
    device: str,
    received_at: datetime,
    port: int | None = None,
    protocol: str = "payload",
) -> Message:
    """Read a payload in its maker's own form; without a decoder only its bytes are told. Raises Refused."""
    told: dict[str, Any] = {"port": port, "data": body.hex()}
    observed: tuple[Observation, ...] = ()
    if decoder is not None:
        decoded = decoder.decode(body, port=port, received_at=received_at)
        observed = decoded.of(device)
        told |= {
            "attributes": dict(decoded.attributes),
            "labels": {each.property: each.label for each in decoded.observations if each.label},
            "notes": [f"{each.path}: {each.code} {each.detail}".strip() for each in decoded.notes],
            "left": decoded.left,
        }
    told = {name: value for name, value in told.items() if value not in (None, {}, [], 0) or name == "port"}
    return Message(protocol=protocol, thing=device, kind="raw", observations=observed, parameters=told)


def uplink_message(network: str, body: bytes, decoder: Decoder | None, *, received_at: datetime) -> Message:
    """Open a network's message, and read the payload in it where there is a decoder. Raises Refused."""
    uplink = envelope(NETWORKS[network], body)
    inner = payload_message(
        _inner(uplink, decoder),
        decoder,
        device=uplink.device,
        received_at=uplink.received_at or received_at,
        port=uplink.port,
    )
    told = {"name": uplink.name, "rssi": uplink.rssi, "snr": uplink.snr, "battery": uplink.battery}
    return Message(
        protocol=network,
        thing=uplink.device,
        kind="uplink",
        sent_at=uplink.received_at,
        serial=uplink.counter,
        observations=inner.observations,
        parameters={name: each for name, each in told.items() if each not in (None, "")} | dict(inner.parameters),
    )


def _inner(uplink: Uplink, decoder: Decoder | None) -> bytes:
    """Give the bytes, or what the network decoded already where that is what the decoder reads."""
    takes_json = decoder is not None and decoder.takes_json
    if uplink.json is None or (uplink.data is not None and not takes_json):
        return uplink.data or b""
    if decoder is not None and not takes_json:
        refuse("payload_wrong_input", 0, "", expected="bytes", found="JSON")
    return msgspec.json.encode(uplink.json)


def _observed(thing: str, name: str, at: datetime, value: float | None) -> Observation:
    if value is None or math.isnan(value):
        return Observation(thing, name, at, None, "", "missing")
    return Observation(thing, name, at, value, "")
