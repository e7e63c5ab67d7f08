# SPDX-License-Identifier: Apache-2.0
"""The language of $filter and $orderby, read into a tree of bounded size (OData 4.0 part 2 as 18-088, 9.3.3.5)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from anshu.web.sensorthings.problems import Problem, located, wrong

MOST_CHARACTERS = 4_000
MOST_NODES = 300
DEEPEST = 25
_BINDING = {
    "or": 1, "and": 2, "eq": 4, "ne": 4, "gt": 5, "ge": 5, "lt": 5, "le": 5,
    "add": 6, "sub": 6, "mul": 7, "div": 7, "mod": 7,
}  # fmt: skip
_NOT, _MINUS = 3, 8
_OFFSET = r"(?:Z|[+\- ]\d\d:?\d\d)"
_MOMENT = rf"\d{{4}}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{{1,9}})?)?{_OFFSET}?"
_SPAN = r"P\d[\dYMWD.]*(?:T[\dHMS.]+)?|PT[\dHMS.]+"
_TOKEN = re.compile(
    rf"""\s*(?:
      (?P<period>{_MOMENT}/(?:{_MOMENT}|{_SPAN})|(?:{_SPAN})/{_MOMENT})
    | (?P<moment>{_MOMENT})
    | (?P<date>\d{{4}}-\d\d-\d\d)
    | (?P<clock>\d\d:\d\d:\d\d(?:\.\d{{1,6}})?)
    | (?P<typed>(?:geography|geometry|duration)'(?:[^']|'')*')
    | (?P<text>'(?:[^']|'')*')
    | (?P<number>\d+(?:\.\d+)?(?:[eE][+\-]?\d{{1,3}})?)
    | (?P<name>@?[^\W\d][\w.]*(?:/@?[^\W\d][\w.\-]*)*)
    | (?P<mark>[(),\-])
    )""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant: `kind` is text, number, moment, period, date, clock, duration, geography, bool or null."""

    kind: str
    value: Any
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Route:
    """A property, reached over navigation and into objects: Datastream/Thing/properties/code."""

    parts: tuple[str, ...]
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Call:
    """A function or an operator with its operands."""

    name: str
    operands: tuple["Node", ...]
    at: int = field(default=0, compare=False)


Node = Literal | Route | Call


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int


def parse(text: str) -> Node:
    """This will read one expression; raises Problem where it is none or is larger than we take."""
    with located("$filter"):
        reader = _Reader(text)
        node = reader.expression(0, 0)
        reader.expect_end()
        return node


def parse_order(text: str) -> list[tuple[Node, bool]]:
    """This will read `expression [asc|desc]` separated by commas; True is descending."""
    with located("$orderby"):
        return _read_order(_Reader(text))


def _read_order(reader: "_Reader") -> list[tuple[Node, bool]]:
    keys = []
    while True:
        node, word = reader.expression(0, 0), reader.peek()
        down = word.kind == "name" and word.text.lower() == "desc"
        if down or (word.kind == "name" and word.text.lower() == "asc"):
            reader.take()
        keys.append((node, down))
        if reader.peek().text != ",":
            break
        reader.take()
    reader.expect_end()
    return keys


class _Reader:
    def __init__(self, text: str) -> None:
        if len(text) > MOST_CHARACTERS:
            raise wrong(_("表达式太长,最多 %(number)s 个字符") % {"number": MOST_CHARACTERS}, "too_long")
        if "\x00" in text:
            raise wrong(_("含有不可用的字符")).placed(text.index("\x00"))
        self._tokens = list(_tokens(text))
        self._next = self._nodes = 0

    def peek(self) -> _Token:
        return self._tokens[self._next]

    def take(self) -> _Token:
        token = self._tokens[self._next]
        self._next = min(self._next + 1, len(self._tokens) - 1)
        return token

    def expect_end(self) -> None:
        if self.peek().kind != "end":
            raise self._lost(self.peek())

    def expression(self, binding: int, depth: int) -> Node:
        """This will read operators that bind tighter than `binding`."""
        if depth > DEEPEST:
            said = _("表达式嵌套太深,最多 %(number)s 层") % {"number": DEEPEST}
            raise wrong(said, "too_deep").placed(self.peek().at)
        left = self._operand(depth)
        while True:
            token = self.peek()
            strength = _BINDING.get(token.text, 0) if token.kind == "name" else 0
            if strength <= binding:
                return left
            self.take()
            left = self._made(Call(token.text, (left, self.expression(strength, depth + 1)), token.at))

    def _operand(self, depth: int) -> Node:
        token = self.take()
        if token.text == "(":
            inner = self.expression(0, depth + 1)
            self._expect(")")
            return inner
        if token.text == "-":
            return self._made(Call("minus", (self.expression(_MINUS, depth + 1),), token.at))
        if token.kind == "name":
            return self._named(token, depth)
        if token.kind in ("mark", "end"):
            raise self._lost(token)
        return self._made(_literal(token))

    def _named(self, token: _Token, depth: int) -> Node:
        if token.text == "not":
            return self._made(Call("not", (self.expression(_NOT, depth + 1),), token.at))
        if self.peek().text == "(" and self.peek().kind == "mark":
            return self._made(Call(token.text.lower(), self._operands(depth), token.at))
        if token.text in ("true", "false"):
            return self._made(Literal("bool", token.text == "true", token.at))
        if token.text == "null":
            return self._made(Literal("null", None, token.at))
        if token.text in _BINDING:
            raise self._lost(token)
        return self._made(Route(tuple(token.text.split("/")), token.at))

    def _operands(self, depth: int) -> tuple[Node, ...]:
        self.take()
        found: list[Node] = []
        while self.peek().text != ")":
            found.append(self.expression(0, depth + 1))
            if self.peek().text != ",":
                break
            self.take()
        self._expect(")")
        return tuple(found)

    def _expect(self, mark: str) -> None:
        token = self.take()
        if token.text != mark:
            raise self._lost(token)

    def _made(self, node: Node) -> Node:
        self._nodes += 1
        if self._nodes > MOST_NODES:
            raise wrong(_("表达式太长,最多 %(number)s 项") % {"number": MOST_NODES}, "too_long").placed(node.at)
        return node

    def _lost(self, token: _Token) -> Problem:
        said = _("表达式不完整") if token.kind == "end" else _("“%(text)s”无法理解") % {"text": token.text[:40]}
        return wrong(said, "syntax").placed(token.at)


def _tokens(text: str) -> Iterator[_Token]:
    at, end = 0, len(text.rstrip())
    while at < end:
        found = _TOKEN.match(text, at)
        if found is None or found.lastgroup is None:
            rest = text[at:].lstrip()
            raise wrong(_("“%(text)s”无法理解") % {"text": rest[:20]}, "syntax").placed(len(text) - len(rest))
        yield _Token(found.lastgroup, found.group(found.lastgroup), found.start(found.lastgroup))
        at = found.end()
    yield _Token("end", "", end)


def _literal(token: _Token) -> Literal:
    if token.kind == "typed":
        kind, quoted = token.text.split("'", 1)
        return Literal("duration" if kind == "duration" else "geography", quoted[:-1].replace("''", "'"), token.at)
    if token.kind == "text":
        return Literal("text", token.text[1:-1].replace("''", "'"), token.at)
    if token.kind == "number":
        number = float(token.text)
        whole = token.text.isdigit() and len(token.text) <= 18
        return Literal("number", int(token.text) if whole else number, token.at)
    return Literal(token.kind, token.text, token.at)
