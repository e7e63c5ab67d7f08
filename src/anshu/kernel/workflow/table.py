# SPDX-License-Identifier: Apache-2.0
"""Transition tables: which state may become which, by whom, and what must be given. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Needs(StrEnum):
    """What a transition may ask for."""

    REASON = "reason"
    TEXT = "text"
    PHOTO = "photo"
    POSITION = "position"
    ASSIGNEE = "assignee"
    DAYS = "days"
    # The other matter, when two are made one.
    INTO = "into"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """One row of a table. `right` is the letter of the access matrix; `party` narrows it to a part in the matter.

    `party` names a relation that the context checks, such as "assignee" or "not_reporter"; empty means that the
    right alone decides. `label` is a lazy translation of the trade's verb. An empty `target` leaves the state as it
    is. `needs` must be given; `asks` should be, and the screen says so.
    """

    code: str
    label: Any
    sources: frozenset[str]
    target: str
    right: str
    party: str = ""
    needs: tuple[Needs, ...] = ()
    asks: tuple[Needs, ...] = ()
    primary: bool = False

    def reached_from(self, state: str) -> str:
        """This will give the state after the transition."""
        return self.target or state


class Refused(Exception):
    """The table does not allow it. `code`: unknown, state, missing."""

    def __init__(self, code: str, *, transition: str, state: str, missing: tuple[str, ...] = ()) -> None:
        super().__init__(code)
        self.code, self.transition, self.state, self.missing = code, transition, state, missing


@dataclass(frozen=True, slots=True)
class Table:
    """All transitions of one kind of matter."""

    name: str
    transitions: tuple[Transition, ...]
    final: frozenset[str] = field(default=frozenset())

    def find(self, code: str) -> Transition | None:
        """This will give the transition of that code."""
        return next((transition for transition in self.transitions if transition.code == code), None)

    def open_from(self, state: str) -> tuple[Transition, ...]:
        """This will list what may happen in a state, rights apart."""
        return tuple(transition for transition in self.transitions if state in transition.sources)

    def check(self, code: str, *, state: str, given: Mapping[str, Any]) -> Transition:
        """This will give the transition or raise Refused: unknown, wrong state, or something needed is missing."""
        transition = self.find(code)
        if transition is None:
            raise Refused("unknown", transition=code, state=state)
        if state not in transition.sources:
            raise Refused("state", transition=code, state=state)
        missing = tuple(need.value for need in transition.needs if _empty(given.get(need.value)))
        if missing:
            raise Refused("missing", transition=code, state=state, missing=missing)
        return transition


def _empty(value: Any) -> bool:
    if isinstance(value, str):
        return not value.strip()
    return value is None or (isinstance(value, Collection) and not value)
