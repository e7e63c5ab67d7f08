# SPDX-License-Identifier: Apache-2.0
"""Recorded frames as lines of hexadecimal text: what `anshu wire decode` reads and prints."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from anshu.wire import gb26875, hj212, jt808, jt809, sl651
from anshu.wire.base import Message, Refused, refuse

# A line decoder may remember earlier lines (packets of one picture), so each run makes its own.
LineDecoder = Callable[[bytes], Message]
_PROTOCOLS: dict[str, Callable[[], LineDecoder]] = {
    "gb26875": gb26875.line_decoder,
    "hj212": hj212.line_decoder,
    "jt808": jt808.line_decoder,
    "jt809": jt809.line_decoder,
    "sl651": sl651.line_decoder,
}

PROTOCOLS = tuple(_PROTOCOLS)


def frame_of(line: str) -> bytes | None:
    """Read one line of hexadecimal text; None for a blank or a comment; raise Refused('not_hex')."""
    text = "".join(line.partition("#")[0].split())
    if not text:
        return None
    try:
        return bytes.fromhex(text)
    except ValueError:
        refuse("not_hex", 0, "")


def decode_lines(protocol: str, lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Decode each line into one JSON-able object; raise LookupError for a protocol not in PROTOCOLS."""
    decode = _PROTOCOLS[protocol]()
    return (verdict for line in lines if (verdict := _verdict(decode, line)) is not None)


def _verdict(decode: LineDecoder, line: str) -> dict[str, Any] | None:
    try:
        raw = frame_of(line)
        if raw is None:
            return None
        message = decode(raw)
    except Refused as refused:
        return {"ok": False, "error": refused.fault.as_json()}
    observed = [observation.as_json() for observation in message.observations]
    return {"ok": True, "message": message.as_json(), "observations": observed}
