# SPDX-License-Identifier: Apache-2.0
"""Fields of settings that came as JSON: each is read by its kind, and what is wrong is noted by its path."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from anshu.wire.settings.problems import Problem

_HOST = re.compile(r"[0-9A-Za-z]([0-9A-Za-z.:_-]{0,251}[0-9A-Za-z])?")
_PROPERTY = re.compile(r"[a-z][a-z0-9_.]{0,39}")
_MOST_SHOWN = 40
_LONGEST_ADDRESS = 500
_LONGEST_PEM = 100_000


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

    def certificates(self, name: str) -> str:
        """Read certificates in PEM form; empty where there are none."""
        value = self.given.get(name, "")
        if not isinstance(value, str) or len(value) > _LONGEST_PEM or (value and "BEGIN CERTIFICATE" not in value):
            self.wrong(name, "certificates")
            return ""
        return value

    def host(self, name: str) -> str:
        """Read a host name or an IP address."""
        return self.matching(name, _HOST, "host")

    def property(self, name: str) -> str:
        """Read the code of a property."""
        return self.matching(name, _PROPERTY, "name")

    def matching(self, name: str, pattern: re.Pattern[str], code: str) -> str:
        """Read a text of a certain form; `code` says what it should have been."""
        value = self.given.get(name)
        if value is None:
            self.wrong(name, "absent")
        elif not isinstance(value, str) or not pattern.fullmatch(value):
            self.wrong(name, code, found=_shown(value))
        else:
            return value
        return ""

    def flag(self, name: str, default: bool) -> bool:
        """Read a yes or no."""
        value = self.given.get(name, default)
        if not isinstance(value, bool):
            self.wrong(name, "flag")
            return default
        return value

    def address(self, name: str, schemes: Sequence[str], *, query: bool = False) -> str:
        """Read an address such as https://host:port/path, without user or fragment, with a query only if told."""
        value = self.given.get(name)
        if value is None:
            self.wrong(name, "absent")
        elif not isinstance(value, str) or len(value) > _LONGEST_ADDRESS or not _is_address(value, schemes, query):
            self.wrong(name, "address", found=_shown(value), schemes=", ".join(schemes))
        else:
            return value.rstrip("/")
        return ""

    def part(self, name: str) -> "Fields":
        """Read an object inside this one; empty where there is none."""
        value = self.given.get(name)
        if value is not None and not isinstance(value, Mapping):
            self.wrong(name, "table")
            value = None
        return Fields(value or {}, f"{self.path}{name}.", self.problems)

    def each(self, name: str, most: int, *, needed: bool = False) -> Iterator["Fields"]:
        """Read a list of objects."""
        for number, value in enumerate(self.items(name, most, needed=needed)):
            path = f"{self.path}{name}[{number}]"
            if isinstance(value, Mapping):
                yield Fields(value, f"{path}.", self.problems)
            else:
                self.problems.append(Problem(path, "table"))

    def numbers(self, name: str, most: int) -> tuple[float, ...]:
        """Read a list of finite numbers; one that is none is named by its place."""
        given = {f"[{place}]": value for place, value in enumerate(self.items(name, most))}
        each = Fields(given, f"{self.path}{name}", self.problems)
        return tuple(each.number(place, 0.0, -1e38, 1e38) for place in given)

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


def _is_address(text: str, schemes: Sequence[str], query: bool) -> bool:
    if not text.isascii() or not text.isprintable() or " " in text:
        return False
    try:
        found = urlsplit(text)
        port = found.port
    except ValueError:
        return False
    plain = (query or not found.query) and not (found.fragment or found.username or found.password)
    return found.scheme in schemes and plain and port != 0 and bool(_HOST.fullmatch(found.hostname or ""))


def _finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def _shown(value: Any) -> str:
    if isinstance(value, int) and abs(value) > 10**_MOST_SHOWN:
        return "…"
    return str(value)[:_MOST_SHOWN]
