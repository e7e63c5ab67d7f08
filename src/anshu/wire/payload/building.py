# SPDX-License-Identifier: Apache-2.0
"""Turning a configuration into closures while collecting everything that is wrong with it."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from anshu.wire.payload import limits
from anshu.wire.payload.expressions import BUILT_IN, Malformed, parse
from anshu.wire.payload.functions import Curve
from anshu.wire.payload.machine import Expression, State, Value, storable, text_of
from anshu.wire.payload.operators import whole
from anshu.wire.payload.problems import Problem

Template = Callable[[State], str]

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}\Z")
_FORMAT = re.compile(r"(0?\d{0,2})([dxXb])\Z|\.(\d)f\Z")


def _nothing(_: State) -> Value:
    return None


@dataclass(slots=True)
class Builder:
    """What is known while a configuration is being built."""

    problems: list[Problem] = field(default_factory=list)
    tables: dict[str, Any] = field(default_factory=dict)
    curves: dict[str, Curve] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    blocks: Mapping[str, Any] = field(default_factory=dict)
    calls: dict[str, set[str]] = field(default_factory=dict)
    block: str = ""
    little: bool = False
    assigned: set[str] = field(default_factory=set)
    read: list[tuple[str, str]] = field(default_factory=list)
    spent: int = 0

    def problem(self, path: str, code: str, **params: Any) -> None:
        """This will remember something wrong, up to a bound."""
        if len(self.problems) < limits.PROBLEMS:
            self.problems.append(Problem(path, code, {key: str(value)[:120] for key, value in params.items()}))

    def expression(self, path: str, given: Any) -> Expression:
        """This will build an expression out of a text, a number or a truth value."""
        self.spent += 1
        if isinstance(given, int | float) and self.finite(path, given):
            return lambda _: given
        if not isinstance(given, str):
            self.problem(path, "config_type", expected="expression")
            return _nothing
        try:
            parsed = parse(given)
        except Malformed as wrong:
            self.problem(path, wrong.code, at=wrong.at, detail=wrong.detail)
            return _nothing
        self.spent += parsed.nodes
        self.read.extend((path, name) for name in sorted(parsed.names))
        return parsed.run

    def finite(self, path: str, given: Any) -> bool:
        """This will say whether the thing is a number one can calculate with."""
        try:
            good = isinstance(given, int | float) and math.isfinite(given) and abs(given) < limits.LARGEST_WHOLE
        except OverflowError:
            good = False
        if not good:
            self.problem(path, "config_number")
        return good

    def truth(self, path: str, given: Any) -> bool:
        """This will read true or false."""
        if not isinstance(given, bool):
            self.problem(path, "config_type", expected="true/false")
        return given is True

    def integer(self, path: str, given: Any, low: int, high: int) -> int:
        """This will read a whole number within bounds."""
        if not isinstance(given, int) or isinstance(given, bool):
            self.problem(path, "config_type", expected="whole number")
            return low
        if not low <= given <= high:
            self.problem(path, "config_range", found=str(given)[:30], low=low, high=high)
            return low
        return given

    def words(self, path: str, given: Any, most: int = limits.TEXT_CHARACTERS) -> str:
        """This will read a text."""
        if not isinstance(given, str):
            self.problem(path, "config_type", expected="text")
            return ""
        if len(given) > most:
            self.problem(path, "config_too_large", what="text", limit=most)
        return storable(given[:most])

    def choice(self, path: str, given: Any, choices: Mapping[str, Any] | tuple[str, ...]) -> str:
        """This will read one of several words, and fall back to the first."""
        if isinstance(given, str) and given in choices:
            return given
        self.problem(path, "config_choice", found=given, choices=", ".join(choices))
        return next(iter(choices))

    def name(self, path: str, given: Any) -> str:
        """This will read the name of a variable that is being set."""
        if not isinstance(given, str) or not _NAME.match(given) or given in BUILT_IN:
            self.problem(path, "config_bad_name", found=given)
            return "_"
        self.assigned.add(given)
        return given

    def record(self, path: str, given: Any, allowed: frozenset[str]) -> dict[str, Any]:
        """This will read an object that has none but the allowed keys."""
        if not isinstance(given, dict):
            self.problem(path, "config_type", expected="object")
            return {}
        for key in given:
            if key not in allowed:
                self.problem(path, "config_unknown_key", key=key)
        return given

    def template(self, path: str, given: Any) -> Template:
        """This will build a text with {expression} or {expression:format} in it."""
        text = self.words(path, given)
        pieces: list[Template] = []
        at = 0
        while at < len(text):
            opening = text.find("{", at)
            if opening < 0:
                opening = len(text)
            if opening > at:
                pieces.append(_literal(text[at:opening]))
            if opening == len(text):
                break
            closing = text.find("}", opening)
            if closing < 0:
                self.problem(path, "expression_mark", at=opening, detail="}")
                break
            pieces.append(self._hole(path, text[opening + 1 : closing]))
            at = closing + 1
        if len(pieces) == 1:
            return pieces[0]
        return lambda state: "".join([piece(state) for piece in pieces])[: limits.TEXT_CHARACTERS]

    def _hole(self, path: str, inside: str) -> Template:
        before, colon, form = inside.rpartition(":")
        match = _FORMAT.match(form) if colon else None
        value = self.expression(path, before if match else inside)
        if match is None:
            return lambda state: text_of(value(state))
        return lambda state: _formatted(value(state), form)

    def check_names(self) -> None:
        """This will report the variables that are read and never set."""
        for path, name in self.read:
            if name not in self.assigned:
                self.problem(path, "config_unknown_name", name=name)


def _literal(text: str) -> Template:
    return lambda _: text


def _formatted(value: Value, form: str) -> str:
    if form.endswith("f"):
        return "" if value is None or isinstance(value, str) else f"{float(value):{form}}"
    found = whole(value)
    return "" if found is None else f"{found:{form}}"
