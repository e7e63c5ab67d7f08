# SPDX-License-Identifier: Apache-2.0
"""The little language of formulas: + - * / min max abs over the properties of one thing.

It is total: every formula that is accepted has at most LONGEST characters and NODES parts, is evaluated in one pass,
and gives a number or nothing. Nothing is looked up but names that were given.
"""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np

from anshu.domain.alerts.rules.evaluation import Floats

LONGEST = 200
NODES = 60
DEEPEST = 12
# Unit symbol -> exponent; None is a bare number, which takes whatever unit it is compared with.
Unit = dict[str, int] | None
_TOKEN = re.compile(r"\s*(?:(\d{1,12}(?:\.\d{1,9})?)|([a-z][a-z0-9_]{0,39})|([-+*/(),]))", re.ASCII)
_CALLS = {"min": (2, 8), "max": (2, 8), "abs": (1, 1)}
_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "min": np.minimum,
    "max": np.maximum,
}


class FormulaFault(Exception):
    """Why a formula is refused: a code, and the part that it is about."""

    def __init__(self, code: str, part: str = "") -> None:
        super().__init__(code, part)
        self.code, self.part = code, part


@dataclass(frozen=True, slots=True)
class Node:
    """A part of a formula: a `number`, a `name`, or an operation on other parts."""

    kind: str
    value: float = 0.0
    name: str = ""
    parts: tuple["Node", ...] = ()


def formula_read(text: str) -> Node:
    """This will read a formula; raises FormulaFault saying what cannot be understood."""
    if len(text) > LONGEST:
        raise FormulaFault("too_long")
    reader = _Reader(_tokens(text))
    found = reader.sum(0)
    if reader.next:
        raise FormulaFault("unexpected", reader.next)
    if not names_of(found):
        raise FormulaFault("no_name")
    return found


def _tokens(text: str) -> list[str]:
    found, at = [], 0
    text = text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise FormulaFault("unexpected", text[at:].strip()[:10])
        found.append(match[0].strip())
        at = match.end()
    return found


class _Reader:
    """Reads the tokens once from left to right; the depth is bounded, so that no text can exhaust the stack."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._at = 0
        self._made = 0

    @property
    def next(self) -> str:
        """The token to be read, nothing at the end."""
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def sum(self, depth: int) -> Node:
        """This will read terms with + or - between them."""
        found = self._product(depth)
        while self.next in ("+", "-"):
            found = self._node(self._take(), (found, self._product(depth)))
        return found

    def _product(self, depth: int) -> Node:
        found = self._factor(depth)
        while self.next in ("*", "/"):
            found = self._node(self._take(), (found, self._factor(depth)))
        return found

    def _factor(self, depth: int) -> Node:
        if depth >= DEEPEST:
            raise FormulaFault("too_deep")
        token = self._take()
        if token == "-":
            return self._node("negative", (self._factor(depth + 1),))
        if token == "(":
            found = self.sum(depth + 1)
            self._need(")")
            return found
        if token in _CALLS:
            return self._call(token, depth)
        if token[:1].isdigit():
            return self._node("number", value=float(token))
        if token[:1].isalpha():
            return self._node("name", name=token)
        raise FormulaFault("unexpected" if token else "ends_early", token)

    def _call(self, name: str, depth: int) -> Node:
        self._need("(")
        parts = [self.sum(depth + 1)]
        while self.next == ",":
            self._take()
            parts.append(self.sum(depth + 1))
        self._need(")")
        least, most = _CALLS[name]
        if not least <= len(parts) <= most:
            raise FormulaFault("arguments", name)
        return self._node(name, tuple(parts))

    def _take(self) -> str:
        token = self.next
        self._at += 1
        return token

    def _need(self, wanted: str) -> None:
        token = self._take()
        if token != wanted:
            raise FormulaFault("unexpected" if token else "ends_early", token)

    def _node(self, kind: str, parts: tuple[Node, ...] = (), *, value: float = 0.0, name: str = "") -> Node:
        self._made += 1
        if self._made > NODES:
            raise FormulaFault("too_many_parts")
        return Node(kind, value, name, parts)


def names_of(node: Node) -> frozenset[str]:
    """This will give the properties that a formula reads."""
    if node.kind == "name":
        return frozenset({node.name})
    return frozenset().union(*(names_of(each) for each in node.parts))


def formula_value(node: Node, values: Mapping[str, Floats]) -> Floats:
    """This will evaluate a formula over arrays; NaN where a value is missing or a division has no answer."""
    with np.errstate(all="ignore"):
        found = np.asarray(_value(node, values), dtype=np.float64)
    return np.where(np.isfinite(found), found, np.nan)


def _value(node: Node, values: Mapping[str, Floats]) -> Any:
    if node.kind == "number":
        return np.float64(node.value)
    if node.kind == "name":
        return values[node.name]
    parts = [_value(each, values) for each in node.parts]
    if node.kind == "negative":
        return -parts[0]
    if node.kind == "abs":
        return np.abs(parts[0])
    return reduce(_ARITHMETIC[node.kind], parts)


def formula_unit(node: Node, units: Mapping[str, str]) -> str:
    """This will give the unit of a formula's value; raises FormulaFault where unlike things are put together."""
    return unit_text(_unit(node, units))


def _unit(node: Node, units: Mapping[str, str]) -> Unit:
    if node.kind == "number":
        return None
    if node.kind == "name":
        symbol = units[node.name]
        return {} if symbol in ("", "1") else {symbol: 1}
    parts = [_unit(each, units) for each in node.parts]
    if node.kind in ("*", "/"):
        return _combined(parts[0], parts[1], 1 if node.kind == "*" else -1)
    return reduce(_alike, parts)


def _combined(one: Unit, other: Unit, sign: int) -> Unit:
    if one is None and other is None:
        return None
    found = dict(one or {})
    for symbol, exponent in (other or {}).items():
        found[symbol] = found.get(symbol, 0) + sign * exponent
    return {symbol: exponent for symbol, exponent in found.items() if exponent}


def _alike(one: Unit, other: Unit) -> Unit:
    if one is None or other is None:
        return other if one is None else one
    if one != other:
        raise FormulaFault("units", f"{unit_text(one) or '1'} / {unit_text(other) or '1'}")
    return one


def unit_text(unit: Unit) -> str:
    """This will write a unit as people do, such as mm·m/s."""
    above = [_power(symbol, exponent) for symbol, exponent in sorted((unit or {}).items()) if exponent > 0]
    below = [_power(symbol, -exponent) for symbol, exponent in sorted((unit or {}).items()) if exponent < 0]
    if not below:
        return "·".join(above)
    divisor = below[0] if len(below) == 1 and "/" not in below[0] else f"({'·'.join(below)})"
    return f"{'·'.join(above) or '1'}/{divisor}"


def _power(symbol: str, exponent: int) -> str:
    return symbol if exponent == 1 else f"({symbol})^{exponent}" if "/" in symbol else f"{symbol}^{exponent}"
