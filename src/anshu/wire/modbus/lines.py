# SPDX-License-Identifier: Apache-2.0
"""Recorded Modbus TCP packets, one a line: answers read by the settings of their device.

An answer does not say what was asked. Where its question stands before it, the transaction number tells; otherwise the
settings must allow one question only that it answers. Source: Modbus Messaging on TCP/IP V1.0b, 3.1.3; Modbus
Application Protocol V1.1b3, 6.1 to 6.4 and 7.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from anshu.wire.base import Message, refuse
from anshu.wire.modbus.registers import MOST_BITS, MOST_WORDS, Plan, Request
from anshu.wire.modbus.settings import BIT_FUNCTIONS, FUNCTIONS, ModbusSettings

PROTOCOL = "modbus"
_HEADER = 7
_QUESTION = 12
_MOST_OPEN = 64
# V1.1b3, 7: what an exception code means.
_EXCEPTIONS = {
    1: "illegal function",
    2: "illegal data address",
    3: "illegal data value",
    4: "server device failure",
    5: "acknowledge",
    6: "server device busy",
    8: "memory parity error",
    10: "gateway path unavailable",
    11: "gateway target did not answer",
}


def line_decoder(settings: ModbusSettings | None, *, device: str, received_at: datetime) -> Callable[[bytes], Message]:
    """Make a reader of packets of one connection; without settings only the words are told."""
    plan = Plan(settings.registers, settings.gap) if settings else Plan(())
    name = device or (f"{settings.host}:{settings.port}" if settings else "")
    open_questions: OrderedDict[int, Request] = OrderedDict()

    def decode_line(raw: bytes) -> Message:
        transaction, function = _head(raw)
        told = {"unit": raw[6], "function": function & 0x7F}
        question = _question(raw, function)
        answers = transaction in open_questions or bool(_fitting(plan, function, 24))
        if question is not None and not (answers and _three_bytes(raw)):
            open_questions[transaction] = question
            while len(open_questions) > _MOST_OPEN:
                open_questions.popitem(last=False)
            told |= {"address": question.address, "count": question.count}
            return _message("question", name, transaction, told, down=True)
        asked = open_questions.pop(transaction, None)
        words = _words(raw, function)
        if settings is None:
            return _message("answer", name, transaction, told | {"words": list(words)})
        question = asked or _only(plan, function, len(words))
        told |= {"address": question.address, "count": question.count}
        observed = plan.observed({question: words[: question.count]}, name, received_at)
        return Message(
            protocol=PROTOCOL,
            thing=name,
            kind="answer",
            serial=transaction,
            observations=tuple(observed),
            parameters=told,
        )

    return decode_line


def _head(raw: bytes) -> tuple[int, int]:
    """Read the header (3.1.3): the transaction and the function."""
    if len(raw) < _HEADER + 2:
        refuse("truncated", len(raw), "3.1.3", expected=_HEADER + 2, found=len(raw))
    if raw[2:4] != b"\0\0":
        refuse("bad_header", 2, "3.1.3")
    length = int.from_bytes(raw[4:6], "big")
    if length != len(raw) - 6:
        refuse("bad_length", 4, "3.1.3", found=length)
    return int.from_bytes(raw[:2], "big"), raw[7]


def _question(raw: bytes, function: int) -> Request | None:
    """Read a question for as much as one may ask for (6.1 to 6.4); None where it is none."""
    if len(raw) != _QUESTION or function not in FUNCTIONS:
        return None
    asked = Request(function, int.from_bytes(raw[8:10], "big"), int.from_bytes(raw[10:12], "big"))
    return asked if 1 <= asked.count <= (MOST_BITS if function in BIT_FUNCTIONS else MOST_WORDS) else None


def _three_bytes(raw: bytes) -> bool:
    """Tell whether twelve bytes can be an answer with three bytes of bits, not only a question."""
    return raw[8] == len(raw) - _HEADER - 2 and raw[7] in BIT_FUNCTIONS


def _words(raw: bytes, function: int) -> Sequence[int]:
    """Read the words, or bits, of an answer (6.1 to 6.4)."""
    if function & 0x80:
        refuse("modbus_exception", 8, "7", code=raw[8], meaning=_EXCEPTIONS.get(raw[8], "?"), function=function & 0x7F)
    if function not in FUNCTIONS:
        refuse("unknown_function", 7, "6", code=f"{function:02X}")
    data = raw[9:]
    if raw[8] != len(data) or (function not in BIT_FUNCTIONS and len(data) % 2):
        refuse("bad_length", 8, "6.1", found=raw[8])
    if function in BIT_FUNCTIONS:
        return [byte >> bit & 1 for byte in data for bit in range(8)]
    return [int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2)]


def _only(plan: Plan, function: int, words: int) -> Request:
    """Give the one question of the settings that such an answer can answer."""
    fitting = _fitting(plan, function, words)
    if len(fitting) != 1:
        refuse("modbus_unasked", 0, "docs/protocols/modbus.md", function=function, count=words, found=len(fitting))
    return fitting[0]


def _fitting(plan: Plan, function: int, words: int) -> list[Request]:
    bits = function in BIT_FUNCTIONS
    asked = [each for each in plan.requests if each.function == function]
    return [each for each in asked if words == ((each.count + 7) // 8 * 8 if bits else each.count)]


def _message(kind: str, name: str, transaction: int, told: Mapping[str, object], *, down: bool = False) -> Message:
    return Message(
        protocol=PROTOCOL,
        thing=name,
        kind=kind,
        direction="down" if down else "up",
        serial=transaction,
        parameters=told,
    )
