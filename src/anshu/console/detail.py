# SPDX-License-Identifier: Apache-2.0
"""What the detail page shows of one row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.gis.db.models import GeometryField
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from anshu.console.columns import AgeColumn, Column, DivisionColumn, LevelColumn, PhoneColumn, Sheet
from anshu.console.register import Group, Register
from anshu.kernel.access.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Fact:
    """One labelled value."""

    name: str
    label: Any
    html: SafeString
    phone: bool = False


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of the state bar."""

    name: Any
    done: bool
    current: bool


def facts_of(register: Register, row: Any, now: datetime) -> list[tuple[Any, list[Fact]]]:
    """This will give the row's facts by group, empty ones included: a gap is worth seeing."""
    groups = register.groups or (Group(_("基本情况"), _plain_names(register)),)
    columns = {name: _column_for(register, name) for group in groups for name in group.names}
    sheet = Sheet(now)
    sheet.load(tuple(columns.values()), [row])
    return [(group.title, [_fact(register, columns[name], row, sheet) for name in group.names]) for group in groups]


def _plain_names(register: Register) -> tuple[str, ...]:
    return tuple(
        field.name
        for field in register.model._meta.concrete_fields
        if field.name != "id" and not isinstance(field, GeometryField)
    )


def _column_for(register: Register, name: str) -> Column:
    declared = next((column for column in register.columns if column.name == name), None)
    if declared is not None:
        return declared
    if name == "division_code":
        return DivisionColumn()
    if name in register.phones:
        return PhoneColumn(name)
    if name == register.level_field:
        return LevelColumn(name)
    return Column(name)


def _fact(register: Register, column: Column, row: Any, sheet: Sheet) -> Fact:
    html = column.cell(row, sheet)
    phone = isinstance(column, PhoneColumn) and bool(column.value(row))
    if isinstance(column, AgeColumn) and column.value(row) is not None:
        html = format_html("{} ({})", column.text(row, sheet), html)
    return Fact(column.name, register.column_label(column), html, phone)


def stages_of(register: Register, row: Any) -> list[Stage]:
    """This will place the row on the register's row of stages; none when it has no stages."""
    codes = [code for code, _name in register.stages]
    state = getattr(row, register.state_field, None)
    here = codes.index(state) if state in codes else -1
    return [Stage(name, index < here, index == here) for index, (_code, name) in enumerate(register.stages)]


def panels_of(register: Register, row: Any, viewer: Viewer, now: datetime) -> dict[str, list[Mapping[str, Any]]]:
    """This will fill the register's own panels, for the main column and for the side."""
    filled: dict[str, list[Mapping[str, Any]]] = {"main": [], "side": []}
    for panel in register.panels:
        context = panel.context(row, viewer, now)
        if context is not None:
            filled["side" if panel.side else "main"].append({"template": panel.template, **context})
    return filled
