# SPDX-License-Identifier: Apache-2.0
"""What an event is in Python: a frozen fact in the past tense, bound to a kind by name."""

from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

import msgspec


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """The base of every event. Subclasses set `kind` and `capability` and add JSON-able fields.

    `capability` is the row of the access matrix whose read right lets somebody see the event; division, sector and
    unit place it in the viewer's scope.
    """

    kind: ClassVar[str]
    capability: ClassVar[str]
    subject_type: str
    subject_id: int
    title: str
    division_code: str
    sector_code: str = ""
    unit_id: int | None = None


F = TypeVar("F", bound=Fact)
_ENVELOPE = ("subject_type", "subject_id", "division_code", "sector_code", "unit_id")


def payload_of(fact: Fact) -> dict[str, Any]:
    """This will give the fact's own fields as plain JSON types, without the envelope."""
    plain = msgspec.to_builtins(fact)
    return {name: value for name, value in plain.items() if name not in _ENVELOPE}


def fact_from(cls: type[F], envelope: dict[str, Any], payload: dict[str, Any]) -> F:
    """This will rebuild a fact from its stored form; unknown fields of newer versions are ignored."""
    return msgspec.convert({**payload, **envelope}, cls, strict=False)
