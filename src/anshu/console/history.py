# SPDX-License-Identifier: Apache-2.0
"""The history of one row: steps, audit entries and bare database changes in one order."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from anshu.console.columns import plain_text
from anshu.console.register import Register
from anshu.console.writing import event_change
from anshu.kernel.audit.models import AuditEntry
from anshu.kernel.org.models import Organisation
from anshu.kernel.org.selectors import division_names
from anshu.kernel.workflow.selectors import steps_of

LIMIT = 200


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened to a row."""

    at: dt.datetime
    who: str
    what: str
    reason: str = ""
    changes: tuple[tuple[str, str, str], ...] = ()
    # Nobody answers for it: it was changed in the database, past the services.
    bare: bool = False
    details: dict[str, Any] = field(default_factory=dict)


def history_of(register: Register, row: Any) -> list[Happening]:
    """This will list what happened to a row, newest first. The caller has fetched the row for its viewer."""
    label = row._meta.label_lower
    entries = list(AuditEntry.objects.filter(subject_type=label, subject_id=str(row.pk)).order_by("-id")[:LIMIT])
    steps = list(steps_of(row).order_by("-id")[:LIMIT])
    stepped = {(step.at, step.transition) for step in steps}
    names = _Names.of(entries)
    found = [_of_step(step, register) for step in steps]
    found += [
        _of_entry(entry, register, names)
        for entry in entries
        if (entry.at, entry.action.partition(".")[2]) not in stepped
    ]
    found += _bare(register, row)
    return sorted(found, key=lambda happening: happening.at, reverse=True)


@dataclass(frozen=True, slots=True)
class _Names:
    """Names of the divisions and units that the changes mention."""

    divisions: dict[str, str]
    units: dict[int, str]

    @classmethod
    def of(cls, entries: list[AuditEntry]) -> _Names:
        pairs = [pair for entry in entries for pair in entry.changes.items()]
        codes = {code for name, value in pairs if name == "division_code" for code in _both(value) if code}
        units = {unit for name, value in pairs if name == "unit" for unit in _both(value) if isinstance(unit, int)}
        named = dict(Organisation.objects.filter(pk__in=units).values_list("pk", "name")) if units else {}
        return cls(division_names(codes) if codes else {}, named)


def _both(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _of_step(step: Any, register: Register) -> Happening:
    return Happening(
        at=step.at,
        who=step.actor_label,
        what=action_label(register, step.transition),
        reason=step.reason,
        details={"target": step.target},
    )


def _of_entry(entry: AuditEntry, register: Register, names: _Names) -> Happening:
    verb = entry.action.partition(".")[2]
    changes = () if verb == "created" else _changes(entry, register, names)
    return Happening(entry.at, entry.actor_label, action_label(register, verb), entry.reason, changes)


def _changes(entry: AuditEntry, register: Register, names: _Names) -> tuple[tuple[str, str, str], ...]:
    found = []
    for name, value in entry.changes.items():
        if name in register.field_names and isinstance(value, list) and len(value) == 2:
            old, new = (_readable(register, name, side, names) for side in value)
            found.append((str(register.label_of(name)), old, new))
    return tuple(found)


def _readable(register: Register, name: str, value: Any, names: _Names) -> str:
    if name == "division_code":
        return names.divisions.get(value, value or "")
    if name == "unit":
        return names.units.get(value, "")
    column = register.model._meta.get_field(name)
    choices = dict(getattr(column, "flatchoices", ()) or ())
    if value in choices:
        return str(choices[value])
    if isinstance(value, str) and column.get_internal_type() == "DateTimeField":
        return plain_text(column.to_python(value))  # type: ignore[union-attr]
    return plain_text(value)


def _bare(register: Register, row: Any) -> list[Happening]:
    """This will find history events without a known actor: written past every service."""
    events = getattr(register.model, "pgh_event_model", None)
    if events is None:
        return []
    found = list(
        events._default_manager.filter(pgh_obj_id=row.pk).select_related("pgh_context").order_by("-pgh_id")[:LIMIT]
    )
    bare = []
    for new, old in zip(found, [*found[1:], None], strict=False):
        metadata = new.pgh_context.metadata if new.pgh_context else {}
        if "actor" in metadata or old is None:
            continue
        change = event_change(register, old, new)
        bare.append(Happening(change["at"], _("数据库"), _("未经平台改动"), changes=tuple(change["fields"]), bare=True))
    return bare


def action_label(register: Register, verb: str) -> str:
    """This will name a verb: the register's own action, or the platform's general ones."""
    own = register.verb_name(verb)
    if own is not None:
        return str(own)
    general = {
        "created": _("登记"),
        "updated": _("修改"),
        "retired": _("注销"),
        "restored": _("恢复"),
        "phone_revealed": _("查看号码"),
        "attached": _("添加附件"),
        "verified": _("核实"),
        "graded": _("定级"),
    }
    return general.get(verb, verb)
