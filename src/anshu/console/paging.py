# SPDX-License-Identifier: Apache-2.0
"""Keyset paging on (sort column, id): as fast on the thousandth page as on the first."""

from __future__ import annotations

import base64
import datetime as dt
import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F, Field, Q, QuerySet

COUNT_LIMIT = 10_000
# The small figure on a tab: a page has several of them, and past this nobody reads it as a number.
TAB_LIMIT = 1_000


@dataclass(frozen=True, slots=True)
class Order:
    """The order of a list: a column, its direction, and whether it may be empty (empty ones come last)."""

    column: str
    descending: bool
    nullable: bool

    @classmethod
    def of(cls, sort: str, field: Field[Any, Any]) -> Order:
        """This will read a sort such as `-grade` over the field it names."""
        return cls(sort.removeprefix("-"), sort.startswith("-"), field.null)

    def apply(self, rows: QuerySet[Any], *, backwards: bool = False) -> QuerySet[Any]:
        """This will order the rows, or turn the order round to read the page before."""
        down = self.descending != backwards
        if self.column in {"id", "pk"}:
            return rows.order_by("-id" if down else "id")
        return rows.order_by(self._expression(down, backwards), "-id" if down else "id")

    def _expression(self, down: bool, backwards: bool) -> Any:
        column = F(self.column)
        if not self.nullable:
            return column.desc() if down else column.asc()
        ends = {"nulls_first": True} if backwards else {"nulls_last": True}
        return column.desc(**ends) if down else column.asc(**ends)

    def after(self, cursor: Cursor, *, backwards: bool = False) -> Q:
        """This will give the condition of the rows beyond the cursor in reading direction."""
        down = self.descending != backwards
        step, edge = ("lt", "lte") if down else ("gt", "gte")
        further = Q(**{f"id__{step}": cursor.pk})
        if self.column in {"id", "pk"}:
            return further
        if cursor.value is None:
            empty = Q(**{f"{self.column}__isnull": True})
            return (empty & further) | ~empty if backwards else empty & further
        same = Q(**{self.column: cursor.value})
        # The first condition is implied by the second; it is what lets the index be entered at the cursor.
        beyond = Q(**{f"{self.column}__{edge}": cursor.value}) & (
            Q(**{f"{self.column}__{step}": cursor.value}) | (same & further)
        )
        if self.nullable and not backwards:
            beyond |= Q(**{f"{self.column}__isnull": True})
        return beyond


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page begins: the sort value and id of the row just outside it."""

    value: Any
    pk: int
    backwards: bool = False

    def encode(self) -> str:
        """This will write the cursor as an opaque word for the address."""
        raw = json.dumps([_plain(self.value), self.pk, int(self.backwards)], separators=(",", ":"))
        return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, word: str, field: Field[Any, Any]) -> Cursor | None:
        """This will read a cursor; anything that is not one is taken as the first page."""
        try:
            raw = base64.urlsafe_b64decode(word + "=" * (-len(word) % 4))
            value, pk, backwards = json.loads(raw)
            if isinstance(value, str) and "\x00" in value:
                return None
            str(value).encode()
            return cls(None if value is None else field.to_python(value), int(pk), bool(backwards))
        except (ValueError, TypeError, ValidationError, OverflowError):
            return None


def _plain(value: Any) -> Any:
    if isinstance(value, (dt.datetime, dt.date)):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


@dataclass(frozen=True, slots=True)
class Page:
    """One page of rows, with the words that lead before and after it."""

    rows: list[Any]
    before: str = ""
    after: str = ""


def page_of(rows: QuerySet[Any], order: Order, field: Field[Any, Any], word: str, size: int) -> Page:
    """This will read one page; a row more than the page holds tells whether there is another."""
    cursor = Cursor.decode(word, field) if word else None
    backwards = cursor is not None and cursor.backwards
    wanted = order.apply(rows, backwards=backwards)
    if cursor is not None:
        wanted = wanted.filter(order.after(cursor, backwards=backwards))
    found = list(wanted[: size + 1])
    more = len(found) > size
    found = found[:size]
    if backwards:
        found.reverse()
    if not found:
        return Page([])
    has_before, has_after = (more, True) if backwards else (cursor is not None, more)
    return Page(
        found,
        _word(found[0], order, backwards=True) if has_before else "",
        _word(found[-1], order, backwards=False) if has_after else "",
    )


def _word(row: Any, order: Order, *, backwards: bool) -> str:
    value = None if order.column in {"id", "pk"} else getattr(row, order.column)
    return Cursor(value, row.pk, backwards).encode()


@dataclass(frozen=True, slots=True)
class Count:
    """How many rows there are, exactly up to a limit."""

    number: int
    limit: int = COUNT_LIMIT

    @property
    def more(self) -> bool:
        """Whether there are more than the limit."""
        return self.number > self.limit

    def __str__(self) -> str:
        return f"{self.limit:,}+" if self.more else f"{self.number:,}"


def count_of(rows: QuerySet[Any], limit: int = COUNT_LIMIT) -> Count:
    """This will count rows, giving up just past the limit so that a million rows cost no more than ten thousand."""
    return Count(rows.order_by().values("pk")[: limit + 1].count(), limit)
