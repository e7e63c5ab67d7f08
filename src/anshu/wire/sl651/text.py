# SPDX-License-Identifier: Apache-2.0
"""The ASCII body of a report: symbols and values set apart by spaces, clause 6.6.2."""

import re
from datetime import timedelta
from typing import Any

from anshu.wire.base import bcd_time, refuse
from anshu.wire.sl651.body import Value, Walk, is_fill, series_values
from anshu.wire.sl651.elements import BY_SYMBOL, Element

_LAYOUT = "6.6.2.1"
_STEP = re.compile(r"DR([DHN])(\d\d)")  # table C.2
_UNITS = {"D": "days", "H": "hours", "N": "minutes"}
_NUMBER = re.compile(r"[+-]?\d{1,15}(\.\d{1,9})?")
_HEX = re.compile(r"[0-9A-Fa-f]+")
_REST = {"PIC": "picture", "RGZS": "manual"}  # 6.4.1: sent as they are
_FIVE_MINUTES = timedelta(minutes=5)

Token = tuple[str, int]


class _Tokens:
    """Hand out the words of a body with their offsets."""

    def __init__(self, body: bytes, start: int, base: int) -> None:
        self.body, self.pos, self.base = body, start, base

    def next(self) -> Token | None:
        """Give the next word, None at the end."""
        body, pos = self.body, self.pos
        while body[pos : pos + 1] == b" ":
            pos += 1
        if pos >= len(body):
            return None
        end = body.find(b" ", pos)
        end = len(body) if end < 0 else end
        self.pos = min(end + 1, len(body))
        word = body[pos:end]
        if not word.isascii():
            refuse("bad_text", self.base + pos, "6.4.1")
        return word.decode("ascii"), self.base + pos

    def value(self, symbol: Token) -> Token:
        """Give the word that must follow a symbol."""
        word = self.next()
        if word is None:
            refuse("overrun", symbol[1], _LAYOUT, code=symbol[0], needed=1, left=0)
        return word

    def rest(self) -> bytes:
        """Give everything that is left."""
        return self.body[self.pos :]


def read_text(body: bytes, start: int, base: int, walk: Walk, *, classed: bool) -> None:
    """Read every group from `start` on into `walk`; raise Refused."""
    tokens = _Tokens(body, start, base)
    while (token := tokens.next()) is not None:
        symbol = token[0].upper()
        if symbol == "ST":
            _station(tokens, token, walk, classed)
        elif symbol == "TT":
            digits, at = tokens.value(token)
            walk.observed_at = bcd_time(digits if len(digits) == 10 else "", at, "6.6.2.8")
        elif symbol in _REST:
            _take_rest(tokens, symbol, walk)
            return
        elif symbol[:2] == "DR" and _STEP.fullmatch(_joined_step(tokens, symbol)):
            _uniform(tokens, _joined_step(tokens, symbol, take=True), walk)
            return
        else:
            _element(tokens, token, walk)


def _station(tokens: _Tokens, token: Token, walk: Walk, classed: bool) -> None:
    address, at = tokens.value(token)
    if len(address) != 10:
        refuse("bad_value", at, "6.2.3.2", raw=address)
    walk.thing, walk.gate = address.upper(), None
    if classed:
        walk.station_class = tokens.value(token)[0][:1]


def _take_rest(tokens: _Tokens, symbol: str, walk: Walk) -> None:
    if symbol == "PIC":
        walk.payload = tokens.rest()
    else:
        walk.parameters["manual"] = tokens.rest().decode("ascii", "backslashreplace").strip()


def _joined_step(tokens: _Tokens, symbol: str, *, take: bool = False) -> str:
    """Read a step written in one word (DRN05) or, as table C.2 prints it, in two (DRN 05)."""
    if len(symbol) == 3 and symbol[2] in _UNITS:
        following = tokens.body[tokens.pos : tokens.pos + 2]
        if take:
            tokens.pos += 2
        return symbol + following.decode("ascii", "replace")
    return symbol


def _element_of(symbol: str) -> Element:
    known = BY_SYMBOL.get(symbol) or BY_SYMBOL.get(symbol.upper())
    if known:
        return known
    name = f"custom_{symbol.lower()}"
    return Element(0xFF, symbol, name, "1", "用户自定义要素", 0)


def _element(tokens: _Tokens, token: Token, walk: Walk) -> None:
    symbol, at = token
    if not symbol[0].isalpha() or not symbol.isalnum():
        refuse("unknown_element", at, "附录C 表C.1", code=symbol)
    element = _element_of(symbol)
    if walk.observed_at is None:
        refuse("no_observation_time", at, "6.6.2.11", code=symbol)
    word, at = tokens.value(token)
    if element.form in ("series_1", "series_2"):
        _series(word, at, element, walk, _FIVE_MINUTES)
        return
    walk.see(element, *_value(word, at, element), walk.observed_at)


def _value(word: str, at: int, element: Element) -> Value:
    # 6.6.4.4 d: M stands for no data
    if word.upper() == "M" or (len(word) > 1 and is_fill(word.lower())):
        return None, "missing"
    if element.form == "status":
        if len(word) > 8 or not _HEX.fullmatch(word):
            refuse("bad_value", at, "表58", raw=word)
        return float(int(word, 16)), "good"
    if not _NUMBER.fullmatch(word):
        if element.digits == 0:
            return None, "suspect"
        refuse("bad_value", at, "6.6.2.2", raw=word)
    if element.form == "duration":
        hours, _, minutes = word.partition(".")
        return float(int(hours) * 60 + int(minutes.ljust(2, "0")[:2] or 0)), "good"
    return float(word), "good"


def _series(word: str, at: int, element: Element, walk: Walk, step: timedelta) -> None:
    if not _HEX.fullmatch(word):
        refuse("bad_series", at, "附录C 表C.1", length=len(word))
    if (time := walk.observed_at) is None:
        refuse("no_observation_time", at, "6.6.2.11", code=element.symbol)
    for value, quality in series_values(word.lower(), element, at):
        walk.see(element, value, quality, time)
        time += step


def _uniform(tokens: _Tokens, step_code: str, walk: Walk) -> None:
    """Read a step, the symbols, then data groups of one value for each symbol (6.6.4.4)."""
    step = _step(step_code, tokens.base + tokens.pos)
    elements: list[Element] = []
    while (token := tokens.next()) is not None and token[0] != "M" and token[0] in BY_SYMBOL:
        elements.append(BY_SYMBOL[token[0]])
    if token is None:
        return
    if not elements:
        refuse("unknown_element", token[1], "附录C 表C.1", code=token[0])
    if (time := walk.observed_at) is None:
        refuse("no_observation_time", token[1], "6.6.2.11", code=elements[0].symbol)
    count = 0
    while token is not None:
        element = elements[count % len(elements)]
        at_time: Any = time + (count // len(elements)) * step
        if element.form in ("series_1", "series_2"):
            _series(token[0], token[1], element, walk, step or _FIVE_MINUTES)
        else:
            walk.see(element, *_value(token[0], token[1], element), at_time)
        token, count = tokens.next(), count + 1
    if count % len(elements):
        refuse("bad_series", tokens.base + tokens.pos, "6.6.4.4", length=count)


def _step(code: str, at: int) -> timedelta:
    match = _STEP.fullmatch(code)
    if match is None:
        refuse("bad_step", at, "附录C 表C.2", raw=code)
    return timedelta(**{_UNITS[match[1]]: int(match[2])})
