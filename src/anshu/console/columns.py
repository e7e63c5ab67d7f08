# SPDX-License-Identifier: Apache-2.0
"""Columns of a register: what a cell shows on screen, and what it gives to an export."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.contrib.gis.geos import Point
from django.db import models
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anshu.kernel.org.selectors import division_names

LEVELS = {1: "red", 2: "orange", 3: "yellow", 4: "blue"}


@dataclass(slots=True)
class Sheet:
    """What the cells of one page share, so that no cell asks the database by itself."""

    now: dt.datetime
    divisions: dict[str, str] = field(default_factory=dict)
    notes: dict[str, dict[Any, Any]] = field(default_factory=dict)

    def load(self, columns: tuple[Column, ...], rows: list[Any]) -> None:
        """This will fetch, in one query a kind, what the columns need for these rows."""
        codes = {code for column in columns for row in rows for code in column.codes(row)}
        missing = codes - self.divisions.keys()
        if missing:
            self.divisions.update(division_names(missing | {_township_of(code) for code in missing}))
        for column in columns:
            column.prepare(self, rows)

    def division(self, code: str) -> str:
        """This will name a division with its township before it: 小南海镇·红船豆村."""
        name = self.divisions.get(code, code)
        upper = _township_of(code)
        return f"{self.divisions[upper]}·{name}" if upper != code and upper in self.divisions else name


def _township_of(code: str) -> str:
    return code[:9].ljust(12, "0") if code.isdigit() and len(code) >= 12 and code[6:9] != "000" else code


class Column:
    """A field of the row, shown by its type: choices by label, times in local form, numbers aligned right.

    `name` may be dotted ("thing.name"): the register's `related` then names what to join. `default=False` keeps the
    column out of sight until somebody chooses it. `empty` is the word for a missing value.
    """

    def __init__(
        self,
        name: str,
        *,
        label: Any = "",
        link: bool = False,
        default: bool = True,
        sortable: bool | None = None,
        right: bool = False,
        empty: Any = "—",
    ) -> None:
        self.name, self.label, self.link, self.default = name, label, link, default
        self.sortable = "." not in name if sortable is None else sortable
        self.right, self.empty = right, empty

    def value(self, row: Any) -> Any:
        """This will follow the dotted name from the row."""
        found = row
        for part in self.name.split("."):
            if found is None:
                return None
            found = getattr(found, part, None)
        return found() if callable(found) else found

    def codes(self, row: Any) -> tuple[str, ...]:
        """This will give the division codes whose names the cell needs."""
        return ()

    def prepare(self, sheet: Sheet, rows: list[Any]) -> None:
        """This will fetch whatever else the cells of these rows need, in a fixed number of queries."""

    def text(self, row: Any, sheet: Sheet) -> str:
        """This will give the cell as plain text, for exports and for titles."""
        display = getattr(row, f"get_{self.name}_display", None)
        value = display() if callable(display) else self.value(row)
        return plain_text(value)

    def exported(self, row: Any, sheet: Sheet) -> Any:
        """This will give the cell for an export: numbers stay numbers, everything else is text."""
        value = self.value(row)
        display = getattr(row, f"get_{self.name}_display", None)
        if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool) and not callable(display):
            return value
        return self.text(row, sheet)

    def cell(self, row: Any, sheet: Sheet) -> SafeString:
        """This will give the cell as escaped HTML."""
        text = self.text(row, sheet)
        return format_html("{}", text) if text else format_html('<span class="an-nodata">{}</span>', self.empty)


def plain_text(value: Any) -> str:
    """This will write any field value the way people here read it."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, dt.datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, Point):
        return f"{value.x:.5f}, {value.y:.5f}"
    if isinstance(value, (list, tuple, set, frozenset)):
        return "、".join(plain_text(item) for item in value)
    if isinstance(value, models.Model):
        return str(value)
    return str(value)


class LevelColumn(Column):
    """A four-colour grade: shape, word and colour together."""

    def cell(self, row: Any, sheet: Sheet) -> SafeString:
        """This will show the grade as a badge that also reads without colour."""
        return level_badge(self.value(row), self.text(row, sheet))


def level_badge(level: Any, text: str) -> SafeString:
    """This will draw one level with its word."""
    words = {1: _("红色"), 2: _("橙色"), 3: _("黄色"), 4: _("蓝色")}
    named = text if text and not text.isdigit() else words.get(level, _("未定级"))
    return format_html('<span class="an-level an-level-{}">{}</span>', LEVELS.get(level, "none"), named)


class DivisionColumn(Column):
    """The place by name, township before village."""

    def __init__(self, name: str = "division_code", **options: Any) -> None:
        super().__init__(name, **{"label": gettext_lazy("所在区划"), **options})

    def codes(self, row: Any) -> tuple[str, ...]:
        """This will ask for the names of the row's place."""
        code = self.value(row)
        return (code,) if code else ()

    def text(self, row: Any, sheet: Sheet) -> str:
        """This will name the place."""
        code = self.value(row)
        return sheet.division(code) if code else ""


class PhoneColumn(Column):
    """A phone, always masked; the full number is asked for on the detail page, with a reason."""

    def text(self, row: Any, sheet: Sheet) -> str:
        """This will give the masked number."""
        return masked(str(self.value(row) or ""))


def masked(phone: str) -> str:
    """This will hide the middle of a phone."""
    if not phone:
        return ""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 7 else "****"


class AgeColumn(Column):
    """A time shown as an age that the page keeps true."""

    def cell(self, row: Any, sheet: Sheet) -> SafeString:
        """This will give a time element whose age the front end repaints."""
        value = self.value(row)
        if value is None:
            return super().cell(row, sheet)
        return format_html('<time datetime="{}" data-an-age>{}</time>', value.isoformat(), plain_text(value))


class DueColumn(Column):
    """A deadline shown as what is left of it."""

    def cell(self, row: Any, sheet: Sheet) -> SafeString:
        """This will give a time element whose remainder the front end repaints."""
        value = self.value(row)
        if value is None:
            return super().cell(row, sheet)
        late = " is-late" if value < sheet.now else ""
        return format_html(
            '<time class="an-due{}" datetime="{}" data-an-due>{}</time>', late, value.isoformat(), plain_text(value)
        )


class StateColumn(Column):
    """A state as a neutral label."""

    def cell(self, row: Any, sheet: Sheet) -> SafeString:
        """This will draw the state in a quiet frame."""
        text = self.text(row, sheet)
        return format_html('<span class="an-state" data-state="{}">{}</span>', self.value(row) or "", text or "—")
