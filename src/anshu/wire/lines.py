# SPDX-License-Identifier: Apache-2.0
"""Recorded frames and messages, one a line: what `anshu wire decode` reads and prints."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from anshu.wire import gb26875, hj212, jt808, jt809, modbus, mqtt, payload, sl651, usgs
from anshu.wire.base import Message, Refused, StreamDecoder, refuse
from anshu.wire.modbus import ModbusSettings
from anshu.wire.payload import Decoder

# A line decoder may remember earlier lines (packets of one picture), so each run makes its own.
LineDecoder = Callable[[bytes], Message]
_FRAMED: dict[str, Callable[[], LineDecoder]] = {
    "gb26875": gb26875.line_decoder,
    "hj212": hj212.line_decoder,
    "jt808": jt808.line_decoder,
    "jt809": jt809.line_decoder,
    "sl651": sl651.line_decoder,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What reading may need beside the bytes: how a model's payloads are read, who sends, when it came."""

    received_at: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    decoder: Decoder | None = None
    settings: ModbusSettings | None = None
    port: int | None = None
    device: str = ""


def _own(means: Means) -> LineDecoder:
    return lambda body: payload.own_message(body, device=means.device, received_at=means.received_at)


def _payload(means: Means) -> LineDecoder:
    return lambda body: payload.payload_message(
        body, means.decoder, device=means.device, received_at=means.received_at, port=means.port
    )


def _mqtt(means: Means) -> LineDecoder:
    def own(device: str, port: int | None, body: bytes) -> Message:
        return payload.own_message(body, device=device, received_at=means.received_at)

    def raw(device: str, port: int | None, body: bytes) -> Message:
        return payload.payload_message(body, means.decoder, device=device, received_at=means.received_at, port=port)

    return mqtt.line_decoder(own=own, raw=raw)


def _uplink(network: str) -> Callable[[Means], LineDecoder]:
    return lambda means: (
        lambda body: payload.uplink_message(network, body, means.decoder, received_at=means.received_at)
    )


_BY_MEANS: dict[str, Callable[[Means], LineDecoder]] = {
    "json": _own,
    "modbus": lambda means: modbus.line_decoder(means.settings, device=means.device, received_at=means.received_at),
    "mqtt": _mqtt,
    "payload": _payload,
    "usgs": lambda means: usgs.reply_message,
    **{network: _uplink(network) for network in payload.NETWORKS},
}

_CUTTERS: dict[str, Callable[[], StreamDecoder]] = {
    "gb26875": gb26875.Decoder,
    "hj212": hj212.Decoder,
    "jt808": jt808.Decoder,
    "jt809": jt809.Decoder,
    "sl651": sl651.Decoder,
}

# Whose frames say everything themselves.
FRAMED = tuple(_FRAMED)
PROTOCOLS = tuple(sorted({**_FRAMED, **_BY_MEANS}))
# Which may be given a decoder.
DECODED = ("mqtt", "payload", *payload.NETWORKS)
_DOCUMENT = re.compile(r"\s*[{\[]")
_OPEN_END = re.compile(r"[^}\]\s]\s*\Z|\A\s*[{\[]\s*\Z")


def frame_of(line: str) -> bytes | None:
    """Read one line of hexadecimal text; None for a blank or a comment; raise Refused('not_hex')."""
    text = "".join(line.partition("#")[0].split())
    if not text:
        return None
    try:
        return bytes.fromhex(text)
    except ValueError:
        refuse("not_hex", 0, "")


def frames_in(protocol: str, raw: bytes) -> list[bytes]:
    """Cut bytes that were sent at once into frames and what is none; raise LookupError for a protocol not in FRAMED."""
    cutter = _CUTTERS[protocol]()
    return [each.raw for each in (*cutter.feed(raw), *cutter.flush())]


def decode_lines(protocol: str, lines: Iterable[str], means: Means | None = None) -> Iterator[dict[str, Any]]:
    """Decode each line into one JSON-able object; raise LookupError for a protocol not in PROTOCOLS.

    Protocols of JSON take a document a line, or one document over all lines, and the same in hexadecimal.
    """
    if protocol in _FRAMED:
        decode, read = _FRAMED[protocol](), frame_of
    else:
        decode, read = _BY_MEANS[protocol](means or Means()), _bytes_of
        lines = _documents(lines)
    return (verdict for line in lines if (verdict := _verdict(decode, read, line)) is not None)


def _bytes_of(line: str) -> bytes | None:
    return line.strip().encode() if _DOCUMENT.match(line) else frame_of(line)


def _documents(lines: Iterable[str]) -> Iterator[str]:
    """Give the lines, or all of them as one where the first one is only the beginning of a document."""
    given = iter(lines)
    for line in given:
        if _DOCUMENT.match(line) and _OPEN_END.search(line):
            yield "".join([line if line.endswith("\n") else f"{line}\n", *given])
        else:
            yield line


def _verdict(decode: LineDecoder, read: Callable[[str], bytes | None], line: str) -> dict[str, Any] | None:
    try:
        raw = read(line)
        if raw is None:
            return None
        message = decode(raw)
    except Refused as refused:
        return {"ok": False, "error": refused.fault.as_json()}
    observed = [observation.as_json() for observation in message.observations]
    return {"ok": True, "message": message.as_json(), "observations": observed}
