# SPDX-License-Identifier: Apache-2.0
"""A list as somebody asked for it: scope, tab, filters, search, sort, columns and page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet

from anshu.console.columns import Column, Sheet
from anshu.console.filters import Control
from anshu.console.paging import TAB_LIMIT, Count, Order, Page, count_of, page_of
from anshu.console.register import Register, Tab
from anshu.kernel.access.viewer import Viewer

SIZES = (50, 100, 200)
SEARCH_MAX = 60


@dataclass(frozen=True, slots=True)
class Query:
    """What the address asks for. Only known parameters are kept, so that addresses stay clean and safe."""

    register: Register
    given: Mapping[str, str]

    @classmethod
    def of(cls, register: Register, given: Mapping[str, str]) -> Query:
        """This will keep the parameters that this register knows."""
        known = {"q", "tab", "sort", "size", "view", "cursor", "retired"}
        known.update(name for each in register.filter_set for name in each.names())
        kept = {name: given[name].replace("\x00", "")[:200] for name in given if name in known}
        return cls(register, {name: value for name, value in kept.items() if value})

    def link(self, **changes: str) -> str:
        """This will give the query string with some parameters changed; an empty value removes one."""
        merged = {**self.given, **changes}
        if "cursor" not in changes:
            merged.pop("cursor", None)
        return urlencode({name: value for name, value in merged.items() if value})

    @property
    def text(self) -> str:
        """What is searched for."""
        return self.given.get("q", "").strip().replace("\x00", "")[:SEARCH_MAX]

    @property
    def size(self) -> int:
        """How many rows a page holds."""
        wanted = self.given.get("size", "")
        return int(wanted) if wanted in {str(size) for size in SIZES} else SIZES[0]

    @property
    def sort(self) -> str:
        """The column to sort by, if it may be sorted by; else the register's own order."""
        wanted = self.given.get("sort", "")
        names = {column.name for column in self.register.columns if column.sortable}
        allowed = wanted.removeprefix("-") in names & self.register.field_names
        return wanted if allowed else self.register.sort

    @property
    def tab(self) -> Tab | None:
        """The chosen tab."""
        return next((tab for tab in self.register.tabs if tab.code == self.given.get("tab")), None)

    @property
    def filtered(self) -> bool:
        """Whether anything narrows the list."""
        return bool(set(self.given) - {"sort", "size", "view", "cursor"})


def narrowed(query: Query, viewer: Viewer, now: datetime, *, tab: Tab | None = None) -> QuerySet[Any]:
    """This will give every row that the query asks for, in scope, in no order yet."""
    register = query.register
    rows = register.rows(viewer)
    if query.given.get("retired") != "1":
        rows = register.listed(rows)
    chosen = tab or query.tab
    if chosen is not None:
        rows = chosen.narrow(rows, viewer, now)
    for each in register.filter_set:
        rows = each.narrow(rows, query.given)
    return _searched(rows, register, query.text)


def _searched(rows: QuerySet[Any], register: Register, text: str) -> QuerySet[Any]:
    for word in text.split()[:5]:
        found = Q()
        for name in register.search:
            found |= Q(**{f"{name}__icontains": word})
        rows = rows.filter(found)
    return rows


@dataclass(frozen=True, slots=True)
class TabCount:
    """A tab with its number of rows."""

    code: str
    name: Any
    count: Count
    chosen: bool
    link: str
    urgent: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell ready for the page."""

    html: str
    label: Any
    column: Column
    link: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A row ready for the page."""

    row: Any
    url: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Head:
    """A heading, with the link that sorts by it."""

    column: Column
    label: Any
    link: str = ""
    sorted: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """Everything the list page shows."""

    query: Query
    page: Page
    count: Count
    lines: tuple[Line, ...]
    heads: tuple[Head, ...]
    controls: tuple[Control, ...]
    tabs: tuple[TabCount, ...] = field(default=())


def listing(query: Query, viewer: Viewer, now: datetime, columns: tuple[Column, ...]) -> Listing:
    """This will read one page of the list; the number of queries does not depend on the number of rows."""
    register = query.register
    rows = narrowed(query, viewer, now)
    order = order_of(query)
    page = page_of(rows, order, _sort_field(register, order), query.given.get("cursor", ""), query.size)
    return Listing(
        query=query,
        page=page,
        count=count_of(rows),
        lines=lines_of(register, columns, page.rows, now),
        heads=tuple(_head(query, column) for column in columns),
        controls=tuple(control for each in register.filter_set for control in each.controls(viewer, query.given)),
        tabs=_tabs(query, viewer, now),
    )


def order_of(query: Query) -> Order:
    """This will give the order that the query asks for."""
    sort = query.sort
    return Order.of(sort, _sort_field(query.register, Order(sort.removeprefix("-"), False, False)))


def _sort_field(register: Register, order: Order) -> Any:
    name = order.column if order.column != "id" else register.model._meta.pk.name
    return register.model._meta.get_field(name)


def lines_of(register: Register, columns: tuple[Column, ...], rows: list[Any], now: datetime) -> tuple[Line, ...]:
    """This will draw the rows."""
    sheet = Sheet(now)
    sheet.load(columns, rows)
    labels = [register.column_label(column) for column in columns]
    return tuple(
        Line(
            row,
            register.url("detail", row.pk),
            tuple(
                Cell(column.cell(row, sheet), label, column, column.link)
                for column, label in zip(columns, labels, strict=True)
            ),
        )
        for row in rows
    )


def _head(query: Query, column: Column) -> Head:
    label = query.register.column_label(column)
    if not column.sortable or column.name not in query.register.field_names:
        return Head(column, label)
    now = query.sort
    ascending = now == column.name
    state = "ascending" if ascending else "descending" if now == f"-{column.name}" else ""
    return Head(column, label, query.link(sort=f"-{column.name}" if ascending else column.name), state)


def _tabs(query: Query, viewer: Viewer, now: datetime) -> tuple[TabCount, ...]:
    register = query.register
    found = [
        TabCount(
            tab.code,
            tab.name,
            count_of(narrowed(Query(register, {}), viewer, now, tab=tab), TAB_LIMIT),
            query.tab is tab,
            query.link(tab=tab.code),
            tab.urgent,
        )
        for tab in register.tabs
    ]
    return tuple(found)


def chosen_columns(register: Register, preferred: Iterable[str] | None) -> tuple[Column, ...]:
    """This will give the columns somebody chose, in the register's order; else the default ones."""
    wanted = set(preferred or ()) & {column.name for column in register.columns}
    if wanted:
        return tuple(column for column in register.columns if column.name in wanted or column.link)
    return tuple(column for column in register.columns if column.default)
