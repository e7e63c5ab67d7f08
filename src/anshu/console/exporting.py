# SPDX-License-Identifier: Apache-2.0
"""Export: the rows of the present filter, in scope, in the present columns, phones masked, noted in the audit log."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.contrib.gis.geos import Point
from django.utils.translation import gettext_lazy

from anshu.console.columns import Column, Sheet
from anshu.console.listing import Query, narrowed, order_of
from anshu.console.register import Register
from anshu.kernel.access.viewer import Viewer

CHUNK = 1_000
XLSX_MOST = 50_000


class PositionColumn(Column):
    """One coordinate of the row's position; only exports have it."""

    def __init__(self, point: str, axis: str, label: Any) -> None:
        super().__init__(point, label=label)
        self.axis = axis

    def exported(self, row: Any, sheet: Sheet) -> Any:
        """This will give the coordinate in degrees."""
        point = self.value(row)
        return round(getattr(point, self.axis), 6) if isinstance(point, Point) else ""


def export_columns(register: Register, columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """This will add what makes an export complete: the position in WGS-84."""
    if not register.point:
        return columns
    kept = tuple(column for column in columns if column.name != register.point)
    return (
        *kept,
        PositionColumn(register.point, "x", gettext_lazy("经度(WGS-84)")),
        PositionColumn(register.point, "y", gettext_lazy("纬度(WGS-84)")),
    )


def heads(register: Register, columns: tuple[Column, ...]) -> list[str]:
    """This will give the headings."""
    return [str(register.column_label(column)) for column in columns]


def export_rows(
    query: Query, viewer: Viewer, now: datetime, columns: tuple[Column, ...], *, most: int | None = None
) -> Iterator[list[Any]]:
    """This will stream the rows in the order of the list, a thousand at a time."""
    rows = order_of(query).apply(narrowed(query, viewer, now))
    if most is not None:
        rows = rows[:most]
    sheet, chunk = Sheet(now), []
    for row in rows.iterator(chunk_size=CHUNK):
        chunk.append(row)
        if len(chunk) == CHUNK:
            yield from _drawn(sheet, columns, chunk)
            chunk = []
    yield from _drawn(sheet, columns, chunk)


def _drawn(sheet: Sheet, columns: tuple[Column, ...], rows: list[Any]) -> Iterator[list[Any]]:
    sheet.load(columns, rows)
    for row in rows:
        yield [column.exported(row, sheet) for column in columns]
