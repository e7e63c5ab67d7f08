# SPDX-License-Identifier: Apache-2.0
"""Fields of settings that came as JSON: each is read by its kind, and what is wrong is noted by its path."""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from anshu.wire.modbus.problems import Problem

_HOST = re.compile(r"[0-9A-Za-z]([0-9A-Za-z.:_-]{0,251}[0-9A-Za-z])?")
_PROPERTY = re.compile(r"[a-z][a-z0-9_.]{0,39}")
_MOST_SHOWN = 40


class Fields:
    """One object of settings under a path; problems go to a list that all objects share."""

    def __init__(self, given: Mapping[str, Any], path: str, problems: list[Problem]) -> None:
        self.given, self.path, self.problems = given, path, problems

    def wrong(self, name: str, code: str, **params: Any) -> None:
        """Note what is wrong with a field."""
        self.problems.append(Problem(f"{self.path}{name}", code, params))

    def known(self, names: frozenset[str]) -> None:
        """Note every field that is none of these: a slip of the pen must not pass for a default."""
        for name in self.given:
            if name not in names:
                self.wrong(str(name)[:_MOST_SHOWN], "unknown")

    def integer(self, name: str, low: int, high: int, default: int | None = None) -> int:
        """Read a whole number; without a default it must be there."""
        value = self.given.get(name, default)
        if value is None:
            self.wrong(name, "absent")
        elif isinstance(value, bool) or not isinstance(value, int):
            self.wrong(name, "integer")
        elif not low <= value <= high:
            self.wrong(name, "range", found=_shown(value), low=low, high=high)
        else:
            return value
        return low

    def number(self, name: str, default: float, low: float = -1e12, high: float = 1e12) -> float:
        """Read a finite number."""
        value = self.given.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not _finite(value):
            self.wrong(name, "number")
        elif not low <= value <= high:
            self.wrong(name, "range", found=_shown(value), low=low, high=high)
        else:
            return float(value)
        return default

    def choice(self, name: str, choices: Sequence[Any], default: Any = None) -> Any:
        """Read one of a few values; without a default it must be there."""
        value = self.given.get(name, default)
        if value is None:
            self.wrong(name, "absent")
        elif type(value) is not type(choices[0]) or value not in choices:
            self.wrong(name, "choice", found=_shown(value), choices=", ".join(map(str, choices)))
        else:
            return value
        return choices[0]

    def text(self, name: str, most: int) -> str:
        """Read a text that may be empty."""
        value = self.given.get(name, "")
        if not isinstance(value, str) or len(value) > most or not value.isprintable():
            self.wrong(name, "text", most=most)
            return ""
        return value.strip()

    def host(self, name: str) -> str:
        """Read a host name or an IP address."""
        return self._matching(name, _HOST, "host")

    def property(self, name: str) -> str:
        """Read the code of a property."""
        return self._matching(name, _PROPERTY, "name")

    def _matching(self, name: str, pattern: re.Pattern[str], code: str) -> str:
        value = self.given.get(name)
        if value is None:
            self.wrong(name, "absent")
        elif not isinstance(value, str) or not pattern.fullmatch(value):
            self.wrong(name, code, found=_shown(value))
        else:
            return value
        return ""

    def items(self, name: str, most: int, *, needed: bool = False) -> list[Any]:
        """Read a list of at most so many items."""
        value = self.given.get(name)
        if value is None or value == []:
            if needed:
                self.wrong(name, "absent")
        elif not isinstance(value, list):
            self.wrong(name, "list")
        elif len(value) > most:
            self.wrong(name, "too_many", found=len(value), most=most)
        else:
            return value
        return []


def _finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def _shown(value: Any) -> str:
    if isinstance(value, int) and abs(value) > 10**_MOST_SHOWN:
        return "…"
    return str(value)[:_MOST_SHOWN]
