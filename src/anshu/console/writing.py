# SPDX-License-Identifier: Apache-2.0
"""Between a checked form and a named service: versions, conflicts, and many rows in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from django.db import DatabaseError, models, transaction
from django.utils.translation import gettext as _

from anshu.console.columns import plain_text
from anshu.console.register import Register
from anshu.kernel.access.viewer import Viewer
from anshu.kernel.audit.refusals import Absent, Refusal

# Never shown in a history.
_MASKED = frozenset({"phone", "secret"})


class Conflict(Refusal):
    """Somebody else changed the row after the form was opened."""


def version_of(row: models.Model) -> str:
    """This will name the row's present version: its last history event, or nothing where none is kept."""
    events = getattr(type(row), "pgh_event_model", None)
    if events is None:
        return ""
    last = events._default_manager.filter(pgh_obj_id=row.pk).order_by("-pgh_id").values_list("pgh_id", flat=True)
    return str(last.first() or 0)


def create(
    register: Register, values: Mapping[str, Any], *, actor: Viewer, now: datetime, reason: str
) -> tuple[Any, str]:
    """This will make a row through the register's service; gives it with what is to be shown once."""
    service = register.service("create")
    if service is None:
        raise Absent
    return register.made(service(actor=actor, now=now, reason=reason, **values))


@transaction.atomic
def update(
    register: Register,
    row: Any,
    values: Mapping[str, Any],
    *,
    version: str,
    actor: Viewer,
    now: datetime,
    reason: str,
) -> Any:
    """This will change a row through the register's service; raises Conflict when it has moved on meanwhile."""
    service = register.service("update")
    if service is None:
        raise Absent
    if values and not reason.strip():
        raise Refusal(_("修改须写明理由。"), code="missing", fields={"reason": _("请填写修改理由")})
    locked = register.model._default_manager.select_for_update(of=("self",)).get(pk=row.pk)
    if version != version_of(locked):
        raise Conflict(_("您打开之后,别人改过这条记录。"), code="conflict")
    return service(**{register.subject_name: locked}, actor=actor, now=now, reason=reason.strip(), **values)


def retire(register: Register, row: Any, *, actor: Viewer, now: datetime, reason: str) -> Any:
    """This will take a row out of use through the register's service."""
    service = register.service("retire")
    if service is None:
        raise Absent
    return service(**{register.subject_name: row}, actor=actor, now=now, reason=reason.strip())


def changed_since(register: Register, row: Any, version: str) -> list[dict[str, Any]]:
    """This will tell who changed what after a version: one entry an event, with fields old and new."""
    events = getattr(register.model, "pgh_event_model", None)
    if events is None or not version.isdigit():
        return []
    found = list(
        events._default_manager.filter(pgh_obj_id=row.pk, pgh_id__gte=int(version))
        .select_related("pgh_context")
        .order_by("pgh_id")
    )
    return [event_change(register, old, new) for old, new in pairwise(found)]


def event_change(register: Register, old: Any, new: Any) -> dict[str, Any]:
    """This will describe one history event: who, when, why and which fields."""
    context = new.pgh_context.metadata if new.pgh_context else {}
    fields = []
    for field in register.model._meta.concrete_fields:
        if not hasattr(new, field.attname):
            continue
        before, after = (_shown(event, field) for event in (old, new))
        if before != after:
            fields.append((field.verbose_name, before, after))
    return {
        "at": new.pgh_created_at,
        "who": context.get("actor_label", ""),
        "reason": context.get("reason", ""),
        "fields": fields,
    }


def _shown(event: Any, field: models.Field[Any, Any]) -> str:
    if event is None:
        return ""
    display = getattr(event, f"get_{field.name}_display", None)
    value = display() if callable(display) else getattr(event, field.attname)
    return "****" if field.name in _MASKED and value else plain_text(value)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row of a bulk change."""

    row: Any
    done: bool
    text: str


def bulk(rows: Iterable[Any], change: Callable[[Any], Any]) -> tuple[bool, list[Outcome]]:
    """This will change all rows or none: every row is tried, and one refusal takes the others back."""
    outcomes: list[Outcome] = []
    with transaction.atomic():
        for row in rows:
            outcomes.append(_one(row, change))
        passed = all(outcome.done for outcome in outcomes)
        if not passed:
            transaction.set_rollback(True)
    return passed, outcomes


def _one(row: Any, change: Callable[[Any], Any]) -> Outcome:
    try:
        with transaction.atomic():
            change(row)
    except Absent:
        return Outcome(row, False, _("没有权限"))
    except Refusal as refusal:
        return Outcome(row, False, refusal.message)
    except DatabaseError:
        return Outcome(row, False, _("数据库拒绝了这次改动"))
    return Outcome(row, True, _("可以改动"))
