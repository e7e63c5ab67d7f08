# SPDX-License-Identifier: Apache-2.0
"""Messages out of frames."""

from typing import Any

from anshu.wire.base import Observation
from anshu.wire.jt808.bodies import Body, read_body
from anshu.wire.jt808.framing import Jt808Frame, parse_frame
from anshu.wire.jt808.messages import MEDIA, MESSAGES, Jt808Message
from anshu.wire.vehicles import told_of

PROTOCOL = "jt808"


def decode_frame(raw: bytes) -> Jt808Message:
    """Decode exactly one frame; raise Refused with reason, byte offset and clause."""
    return decode(parse_frame(raw))


def decode(frame: Jt808Frame) -> Jt808Message:
    """Decode a frame that a stream decoder gave; raise Refused."""
    if frame.total > 1:
        part = Body({"bytes": len(frame.body)}, payload=frame.body)
        return _message(frame, part, assembled=False)
    return decode_body(frame, frame.body, frame.body_offset)


def decode_body(frame: Jt808Frame, data: bytes, base: int) -> Jt808Message:
    """Decode a whole body, of this frame or put together from packets; raise Refused."""
    if frame.encryption:
        body = Body({"encryption": "rsa" if frame.encryption == 1 else str(frame.encryption)}, payload=data)
    else:
        body = read_body(frame.message_id, data, base, frame.version)
    return _message(frame, body, assembled=frame.total > 0)


def kind_of(message_id: int) -> str:
    """Name the kind of a message; one that the standard does not define is named by its number."""
    known = MESSAGES.get(message_id)
    return known[0] if known else f"message_{message_id:04x}"


def _message(frame: Jt808Frame, body: Body, *, assembled: bool) -> Jt808Message:
    observed: tuple[Observation, ...] = ()
    if body.reports and frame.message_id != MEDIA:
        # Where a picture was taken is reported on its own as well.
        observed = told_of(body.reports, frame.phone)
    return Jt808Message(
        protocol=PROTOCOL,
        thing=frame.phone,
        kind=kind_of(frame.message_id),
        direction=frame.direction,
        sent_at=body.reports[0].observed_at if len(body.reports) == 1 else None,
        serial=frame.serial,
        observations=observed,
        parameters=body.parameters | _told(body),
        message_id=frame.message_id,
        version=frame.version,
        protocol_version=frame.protocol_version,
        encryption=frame.encryption,
        total=frame.total,
        index=frame.index,
        assembled=assembled,
        reports=tuple(body.reports),
        payload=body.payload,
    )


def _told(body: Body) -> dict[str, Any]:
    if len(body.reports) == 1:
        return body.reports[0].as_json()
    return {"positions": [report.as_json() for report in body.reports]} if body.reports else {}
