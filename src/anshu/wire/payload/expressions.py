# SPDX-License-Identifier: Apache-2.0
"""The tiny language of derived values: parsed once into closures, no loops, no calls back, every operator total."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NoReturn

from anshu.wire.payload import limits
from anshu.wire.payload.functions import FUNCTIONS
from anshu.wire.payload.machine import Expression, State, Value
from anshu.wire.payload.operators import BINARY, complement, negate, power

_TOKEN = re.compile(
    r"\s*(?:(?P<number>0x[0-9A-Fa-f]{1,32}|0b[01]{1,64}|\d{1,24}(?:\.\d{1,24})?(?:[eE][+-]?\d{1,3})?)"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<text>'[^']*'|\"[^\"]*\")"
    r"|(?P<mark>\*\*|//|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^~!<>()?:,]))"
)
_CONSTANTS: dict[str, Value] = {"true": True, "false": False, "null": None, "pi": math.pi}
_READERS: dict[str, Callable[[State], Value]] = {
    "size": lambda state: len(state.data),
    "left": lambda state: (state.end - state.position) >> 3,
    "left_bits": lambda state: state.end - state.position,
    "pos": lambda state: state.position >> 3,
    "port": lambda state: state.port,
    "received": lambda state: state.received,
}
_OR, _AND, _NOT, _POWER = 1, 2, 3, 12

BUILT_IN = frozenset(_CONSTANTS) | frozenset(_READERS) | frozenset({"and", "or", "not"})


class Malformed(Exception):
    """An expression that cannot be read, with the character at which it goes wrong."""

    def __init__(self, at: int, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.at, self.code, self.detail = at, code, detail[:60]


@dataclass(frozen=True, slots=True)
class Parsed:
    """An expression ready to run, what it costs, and the variables it reads."""

    run: Expression
    nodes: int
    names: frozenset[str]


def parse(text: str) -> Parsed:
    """This will turn the text into something that runs; raise Malformed."""
    if len(text) > limits.EXPRESSION_CHARACTERS:
        raise Malformed(limits.EXPRESSION_CHARACTERS, "expression_too_long")
    parser = _Parser(_tokens(text), len(text))
    run = parser.ternary()
    parser.expect_end()
    return Parsed(run, parser.nodes, frozenset(parser.names))


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int


def _tokens(text: str) -> list[_Token]:
    found, at = [], 0
    text = text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise Malformed(at, "expression_unreadable", text[at : at + 20])
        found.append(_Token(match.lastgroup, match[match.lastgroup], match.start(match.lastgroup)))
        at = match.end()
    return found


@dataclass(slots=True)
class _Parser:
    tokens: list[_Token]
    length: int
    at: int = 0
    depth: int = 0
    nodes: int = 0
    names: set[str] = field(default_factory=set)

    def peek(self) -> str:
        """This will give the next mark or word, or nothing at the end or before a literal."""
        if self.at == len(self.tokens):
            return ""
        token = self.tokens[self.at]
        return token.text if token.kind in ("mark", "name") else ""

    def fail(self, code: str, detail: str = "") -> NoReturn:
        raise Malformed(self.tokens[self.at].at if self.at < len(self.tokens) else self.length, code, detail)

    def take(self, *marks: str) -> bool:
        if self.peek() in marks and self.peek():
            self.at += 1
            return True
        return False

    def expect(self, mark: str) -> None:
        if not self.take(mark):
            self.fail("expression_mark", mark)

    def expect_end(self) -> None:
        if self.at < len(self.tokens):
            self.fail("expression_ended", self.tokens[self.at].text)

    def count(self) -> None:
        self.nodes += 1
        if self.nodes > limits.EXPRESSION_NODES:
            self.fail("expression_too_long")

    def ternary(self) -> Expression:
        self.depth += 1
        if self.depth > limits.EXPRESSION_DEPTH:
            self.fail("expression_too_deep")
        test = self.binary(_OR)
        if self.take("?"):
            self.count()
            chosen = self.ternary()
            self.expect(":")
            test = _choice(test, chosen, self.ternary())
        self.depth -= 1
        return test

    def binary(self, strength: int) -> Expression:
        left = self.unary()
        while True:
            mark = self.peek()
            binding = _strength(mark)
            if binding < strength:
                return left
            self.at += 1
            self.count()
            left = _apply(mark, left, self.binary(binding + 1))

    def unary(self) -> Expression:
        self.depth += 1
        if self.depth > limits.EXPRESSION_DEPTH:
            self.fail("expression_too_deep")
        result = self.prefixed()
        self.depth -= 1
        return result

    def prefixed(self) -> Expression:
        if self.take("-"):
            self.count()
            return _one(negate, self.unary())
        if self.take("~"):
            self.count()
            return _one(complement, self.unary())
        if self.take("!", "not"):
            self.count()
            return _one(_negation, self.binary(_NOT + 1))
        base = self.primary()
        if self.take("**"):
            self.count()
            return _two(power, base, self.unary())
        return base

    def primary(self) -> Expression:
        self.count()
        if self.take("("):
            inner = self.ternary()
            self.expect(")")
            return inner
        if self.at == len(self.tokens) or self.tokens[self.at].kind == "mark":
            self.fail("expression_value")
        token = self.tokens[self.at]
        self.at += 1
        if token.kind == "number":
            return _constant(self.literal(token))
        if token.kind == "text":
            return _constant(token.text[1:-1])
        if self.take("("):
            return self.call(token)
        return self.variable(token)

    def literal(self, token: _Token) -> Value:
        text = token.text
        whole_number = text.isdecimal() or text[:2] in ("0x", "0b")
        value: int | float = int(text, 0 if text[:2] in ("0x", "0b") else 10) if whole_number else float(text)
        if not math.isfinite(value):
            raise Malformed(token.at, "expression_number", token.text)
        return value

    def variable(self, token: _Token) -> Expression:
        name = token.text
        if name in ("and", "or", "not"):
            raise Malformed(token.at, "expression_value")
        if name in _CONSTANTS:
            return _constant(_CONSTANTS[name])
        if name in _READERS:
            return _READERS[name]
        self.names.add(name)
        return lambda state: state.names.get(name)

    def call(self, token: _Token) -> Expression:
        known = FUNCTIONS.get(token.text)
        if known is None:
            raise Malformed(token.at, "expression_function", token.text)
        arguments: list[Expression] = []
        if not self.take(")"):
            arguments.append(self.ternary())
            while self.take(","):
                arguments.append(self.ternary())
            self.expect(")")
        fewest, most, function = known
        if not fewest <= len(arguments) <= most:
            raise Malformed(token.at, "expression_arguments", f"{token.text}: {fewest}–{most}")
        return lambda state: function(state, [each(state) for each in arguments])


def _strength(mark: str) -> int:
    if mark in ("or", "||"):
        return _OR
    if mark in ("and", "&&"):
        return _AND
    return BINARY[mark][0] if mark in BINARY else 0


def _apply(mark: str, left: Expression, right: Expression) -> Expression:
    if mark in ("or", "||"):
        return lambda state: bool(left(state)) or bool(right(state))
    if mark in ("and", "&&"):
        return lambda state: bool(left(state)) and bool(right(state))
    return _two(BINARY[mark][1], left, right)


def _two(operate: Callable[[Value, Value], Value], left: Expression, right: Expression) -> Expression:
    return lambda state: operate(left(state), right(state))


def _one(operate: Callable[[Value], Value], inner: Expression) -> Expression:
    return lambda state: operate(inner(state))


def _choice(test: Expression, chosen: Expression, other: Expression) -> Expression:
    return lambda state: chosen(state) if test(state) else other(state)


def _constant(value: Value) -> Expression:
    return lambda _: value


def _negation(value: Value) -> Value:
    return not value
