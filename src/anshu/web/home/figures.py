# SPDX-License-Identifier: Apache-2.0
"""The parts of the home page: figures that open to their rows, and short lists."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode


@dataclass(frozen=True, slots=True)
class Figure:
    """A number, what it counts, and the address of the rows that made it. None means that it is not known."""

    name: Any
    count: int | None
    href: str
    level: str = ""
    note: Any = ""
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One matter in a short list."""

    title: str
    href: str
    level: str = ""
    note: Any = ""
    due_at: Any = None
    at: Any = None
    mark: Any = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A titled part of the page. `empty` says what belongs here and how to begin."""

    code: str
    title: Any
    figures: tuple[Figure, ...] = ()
    rows: tuple[Row, ...] = ()
    empty: Any = ""
    more: str = ""
    table: Any = None


def listing(register: str, **given: str) -> str:
    """This will give the address of a register's list, narrowed."""
    query = urlencode({name: value for name, value in given.items() if value})
    return f"/r/{register}/" + (f"?{query}" if query else "")
