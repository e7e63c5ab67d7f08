# SPDX-License-Identifier: Apache-2.0
"""Paths into a JSON document: `a.b[0].c`, from the present item; `$.a` from the whole document; `@` the item itself."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from anshu.wire.payload.building import Builder
from anshu.wire.payload.machine import State

Getter = Callable[[State], Any]

ABSENT: Any = object()
_PART = re.compile(r"\.?([^.\[\]\"]{1,64})|\[(-?\d{1,6})\]|\[\"([^\"]{1,64})\"\]")
_MOST_PARTS = 32


def getter(builder: Builder, path: str, given: Any) -> Getter:
    """This will build what follows a path; it gives ABSENT where the document has nothing there."""
    text = builder.words(path, given, 200)
    from_root = text.startswith("$")
    parts = parts_of(text[1:] if from_root or text.startswith("@") else text)
    if parts is None or not text:
        builder.problem(path, "config_bad_path", found=text)
        parts = []

    return lambda state: follow(state.root if from_root else state.node, parts)


def follow(found: Any, parts: Sequence[str | int]) -> Any:
    """This will go down a document; ABSENT where it has nothing there."""
    for part in parts:
        found = _child(found, part)
    return found


def parts_of(text: str) -> list[str | int] | None:
    """This will cut a path into keys and indexes; None when it is not a path."""
    parts: list[str | int] = []
    at = 0
    while at < len(text):
        match = _PART.match(text, at)
        if match is None or len(parts) == _MOST_PARTS:
            return None
        parts.append(int(match[2]) if match[2] else match[1] or match[3])
        at = match.end()
    return parts


def _child(found: Any, part: str | int) -> Any:
    if isinstance(part, str):
        return found.get(part, ABSENT) if isinstance(found, dict) else ABSENT
    if isinstance(found, list) and -len(found) <= part < len(found):
        return found[part]
    return ABSENT
