# SPDX-License-Identifier: Apache-2.0
"""Write frames: messages as a terminal sends them (replay, simulation, tests), answers and commands of a platform."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from anshu.wire.jt808 import messages as ids
from anshu.wire.jt808.bodies import SETTINGS
from anshu.wire.jt808.framing import MAX_BODY, build_frame
from anshu.wire.vehicles import ITEMS, Report, write_report

DONE, FAILED, WRONG, UNSUPPORTED = 0, 1, 2, 3  # table 5, results of an answer
RESTART = 4  # table 17
_CODES = {item.property: (code, item) for code, item in ITEMS.items() if item.property}


@dataclass(frozen=True, slots=True)
class Terminal:
    """Who is spoken to or speaks: phone number, year of the standard, its revision (2019)."""

    phone: str
    version: int = 2013
    protocol_version: int = 1

    @property
    def address(self) -> str:
        """Give the phone number as frames carry it, with its leading zeros."""
        return self.phone.rjust(20 if self.version == 2019 else 12, "0")


def encode(message_id: int, terminal: Terminal, serial: int, body: bytes = b"") -> bytes:
    """Write one message of one frame; raise ValueError for a body that does not fit."""
    return build_frame(
        message_id=message_id,
        phone=terminal.phone,
        serial=serial,
        body=body,
        version=terminal.version,
        protocol_version=terminal.protocol_version,
    )


def encode_packets(
    message_id: int, terminal: Terminal, serial: int, body: bytes, packet_size: int = MAX_BODY
) -> list[bytes]:
    """Write one message in as many numbered packets as it takes; one that fits a frame is not numbered."""
    if len(body) <= packet_size:
        return [encode(message_id, terminal, serial, body)]
    parts = [body[i : i + packet_size] for i in range(0, len(body), packet_size)]
    return [
        build_frame(
            message_id=message_id,
            phone=terminal.phone,
            serial=serial + n,
            body=part,
            version=terminal.version,
            protocol_version=terminal.protocol_version,
            total=len(parts),
            index=n + 1,
        )
        for n, part in enumerate(parts)
    ]


def _padded(text: str, size: int) -> bytes:
    raw = text.encode("gb18030")
    if len(raw) > size:
        raise ValueError(f"{text!r} does not fit {size} bytes")
    return raw.ljust(size, b"\x00")


def encode_register(
    terminal: Terminal,
    *,
    serial: int,
    terminal_id: str,
    plate: str,
    plate_colour: int = 2,
    province: int = 33,
    city: int = 1124,
    maker: str = "",
    model: str = "",
) -> bytes:
    """Write a registration (0100H, table 7)."""
    sizes = (11, 30, 30) if terminal.version == 2019 else (5, 20, 7)
    texts = (_padded(text, size) for text, size in zip((maker, model, terminal_id), sizes, strict=True))
    body = province.to_bytes(2, "big") + city.to_bytes(2, "big") + b"".join(texts)
    body += bytes((plate_colour,)) + plate.encode("gb18030")
    return encode(ids.REGISTER, terminal, serial, body)


def encode_authenticate(terminal: Terminal, *, serial: int, code: str, imei: str = "", software: str = "1.0") -> bytes:
    """Write an authentication (0102H)."""
    body = code.encode("gb18030")
    if terminal.version == 2019:
        body = bytes((len(body),)) + body + _padded(imei, 15) + _padded(software, 20)
    return encode(ids.AUTHENTICATE, terminal, serial, body)


def encode_heartbeat(terminal: Terminal, *, serial: int) -> bytes:
    """Write a heartbeat (0002H)."""
    return encode(ids.HEARTBEAT, terminal, serial)


def encode_logout(terminal: Terminal, *, serial: int) -> bytes:
    """Write a deregistration (0003H)."""
    return encode(ids.LOGOUT, terminal, serial)


def encode_report(report: Report) -> bytes:
    """Write a position report's body with its values as additional items; raise ValueError."""
    items = []
    for name, value, _ in report.values:
        code, item = _CODES[name]
        try:
            number = (1 << 8 * item.size) - 1 if value is None else round(value * item.divisor)
            items.append((code, number.to_bytes(item.size, "big")))
        except OverflowError as error:
            raise ValueError(f"{name} cannot hold {value}") from error
    return write_report(report, items)


def encode_position(terminal: Terminal, report: Report, *, serial: int) -> bytes:
    """Write a position report (0200H)."""
    return encode(ids.POSITION, terminal, serial, encode_report(report))


def encode_positions(
    terminal: Terminal, reports: Sequence[Report], *, serial: int, blind_spot: bool = False
) -> list[bytes]:
    """Write a batch of reports (0704H, table 77), those of a blind spot marked as late."""
    body = len(reports).to_bytes(2, "big") + bytes((blind_spot,))
    for each in map(encode_report, reports):
        body += len(each).to_bytes(2, "big") + each
    return encode_packets(ids.POSITIONS, terminal, serial, body)


def encode_terminal_answer(terminal: Terminal, *, serial: int, answers_serial: int, answers: int, result: int) -> bytes:
    """Write a terminal's general answer (0001H)."""
    return encode(ids.TERMINAL_ANSWER, terminal, serial, _answer(answers_serial, answers, result))


def encode_position_answer(terminal: Terminal, report: Report, *, serial: int, answers_serial: int) -> bytes:
    """Write the answer to a position query (0201H)."""
    return encode(ids.POSITION_ANSWER, terminal, serial, answers_serial.to_bytes(2, "big") + encode_report(report))


def encode_media(
    terminal: Terminal, report: Report, picture: bytes, *, serial: int, media_id: int, packet_size: int = 800
) -> list[bytes]:
    """Write a picture (0801H, table 82) as numbered packets."""
    place = write_report(replace(report, values=()))
    body = media_id.to_bytes(4, "big") + b"\x00\x00\x00\x01" + place + picture
    return encode_packets(ids.MEDIA, terminal, serial, body, packet_size)


def _answer(serial: int, message_id: int, result: int) -> bytes:
    return serial.to_bytes(2, "big") + message_id.to_bytes(2, "big") + bytes((result,))


def encode_answer(terminal: Terminal, *, serial: int, answers_serial: int, answers: int, result: int = DONE) -> bytes:
    """Write a platform's general answer (8001H)."""
    return encode(ids.PLATFORM_ANSWER, terminal, serial, _answer(answers_serial, answers, result))


def encode_registered(
    terminal: Terminal, *, serial: int, answers_serial: int, result: int = DONE, code: str = ""
) -> bytes:
    """Write the answer to a registration (8100H); only success carries a code."""
    body = answers_serial.to_bytes(2, "big") + bytes((result,))
    return encode(ids.REGISTERED, terminal, serial, body + (code.encode("gb18030") if result == DONE else b""))


def encode_ask_again(terminal: Terminal, *, serial: int, first_serial: int, missing: Sequence[int]) -> bytes:
    """Ask for packets again (8003H); 2019 counts them in two bytes."""
    wanted = missing[: 255 if terminal.version == 2013 else 500]
    body = first_serial.to_bytes(2, "big") + len(wanted).to_bytes(1 if terminal.version == 2013 else 2, "big")
    return encode(ids.ASK_AGAIN, terminal, serial, body + b"".join(n.to_bytes(2, "big") for n in wanted))


def encode_media_answer(terminal: Terminal, *, serial: int, media_id: int) -> bytes:
    """Say that a picture has come whole (8800H, table 83)."""
    return encode(ids.MEDIA_ANSWER, terminal, serial, media_id.to_bytes(4, "big"))


def encode_time(terminal: Terminal, *, serial: int, now: datetime) -> bytes:
    """Write the platform's clock (8004H of 2019), in UTC as that year has it."""
    return encode(ids.TIME, terminal, serial, bytes.fromhex(now.astimezone(UTC).strftime("%y%m%d%H%M%S")))


def encode_settings(terminal: Terminal, *, serial: int, settings: Mapping[str, int]) -> bytes:
    """Set parameters by their names in SETTINGS (8103H); raise KeyError, ValueError."""
    body = bytes((len(settings),))
    for name, value in settings.items():
        try:
            body += SETTINGS[name].to_bytes(4, "big") + b"\x04" + value.to_bytes(4, "big")
        except OverflowError as error:
            raise ValueError(f"{name} cannot hold {value}") from error
    return encode(ids.SET_PARAMETERS, terminal, serial, body)


def encode_text(terminal: Terminal, *, serial: int, text: str, flags: int = 0b1101) -> list[bytes]:
    """Show a text (8300H): urgent, on the display, read aloud. In packets when it is long."""
    kind = b"\x01" if terminal.version == 2019 else b""  # 2019: 1 is a notice
    body = bytes((flags,)) + kind + text.encode("gb18030")
    return encode_packets(ids.TEXT, terminal, serial, body)


def encode_control(terminal: Terminal, *, serial: int, command: int = RESTART) -> bytes:
    """Control the terminal itself (8105H, table 17)."""
    return encode(ids.CONTROL, terminal, serial, bytes((command,)))


def encode_query(terminal: Terminal, *, serial: int, parameters: Iterable[str] = ()) -> bytes:
    """Ask for all parameters (8104H) or for some (8106H)."""
    wanted = [SETTINGS[name].to_bytes(4, "big") for name in parameters]
    if not wanted:
        return encode(ids.QUERY_PARAMETERS, terminal, serial)
    return encode(0x8106, terminal, serial, bytes((len(wanted),)) + b"".join(wanted))


def encode_query_position(terminal: Terminal, *, serial: int) -> bytes:
    """Ask where the vehicle is (8201H)."""
    return encode(ids.QUERY_POSITION, terminal, serial)
