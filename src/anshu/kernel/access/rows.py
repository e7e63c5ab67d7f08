# SPDX-License-Identifier: Apache-2.0
"""The three plain writes of a scoped row, with rights, validation, attribution and audit in one place.

A context's own service names them (`risk_create`), says which capability is asked for, and adds what only it knows.
"""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, TypeVar

from django.contrib.gis.geos import GEOSGeometry, Point
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from anshu.kernel.access.choices import Capability, Right
from anshu.kernel.audit.actor import Actor
from anshu.kernel.audit.refusals import Absent, Refusal
from anshu.kernel.audit.services import attribute, record

M = TypeVar("M", bound=models.Model)
# Never written in full into the log.
MASKED = frozenset({"phone"})


@transaction.atomic
def row_create(
    model: type[M],
    values: Mapping[str, Any],
    *,
    capability: Capability,
    actor: Actor,
    now: dt.datetime,
    reason: str = "",
) -> M:
    """This will insert one row where the actor may create it; raises Absent, or Refusal with the fields at fault."""
    row = model(**values)
    demand(row, capability, Right.CREATE, actor)
    validate(row)
    with attribute(actor=actor, reason=reason):
        row.save(force_insert=True)
    changes = {name: [None, plain(row, name)] for name in values if plain(row, name) not in (None, "")}
    record(
        actor=actor,
        now=now,
        action=f"{model._meta.model_name}.created",
        subject=row,
        reason=reason,
        changes=changes,
    )
    return row


@transaction.atomic
def row_update(
    row: M,
    values: Mapping[str, Any],
    *,
    capability: Capability,
    actor: Actor,
    now: dt.datetime,
    reason: str = "",
    right: Right = Right.UPDATE,
    action: str = "updated",
) -> M:
    """This will change the given fields; the right must hold before and after, so nothing is moved out of sight."""
    row = type(row)._default_manager.select_for_update(of=("self",)).get(pk=row.pk)
    demand(row, capability, right, actor)
    before = {name: plain(row, name) for name in values}
    for name, value in values.items():
        setattr(row, name, value)
    changes = {name: [old, plain(row, name)] for name, old in before.items() if plain(row, name) != old}
    if not changes:
        return row
    if not actor.may(capability, right, row):
        raise Refusal(
            _("改动后这条记录将超出您的管辖范围,请由上一级办理。"),
            code="out_of_scope",
            fields={"division_code": _("超出管辖范围")},
        )
    validate(row)
    with attribute(actor=actor, reason=reason):
        row.save(update_fields=list(values))
    record(
        actor=actor,
        now=now,
        action=f"{row._meta.model_name}.{action}",
        subject=row,
        reason=reason,
        changes=changes,
    )
    return row


def row_retire(row: M, *, capability: Capability, actor: Actor, now: dt.datetime, reason: str) -> M:
    """This will take a row out of use without deleting it; raises Refusal when it already is or no reason is given."""
    if not reason.strip():
        raise Refusal(_("注销须写明理由。"), code="missing", fields={"reason": _("请填写理由")})
    if getattr(row, "retired_at", None) is not None:
        raise Refusal(_("这条记录已经注销。"), code="state")
    return row_update(
        row, {"retired_at": now}, capability=capability, actor=actor, now=now, reason=reason, action="retired"
    )


def demand(row: models.Model, capability: Capability, right: Right, actor: Actor) -> None:
    """This will raise Absent unless the actor holds the right on the row; the platform itself is trusted."""
    if not actor.may(capability, right, row):
        raise Absent


def validate(row: models.Model) -> None:
    """This will check fields, uniqueness and constraints; raises Refusal naming field and reason."""
    try:
        row.full_clean()
    except ValidationError as error:
        texts = {name: " ".join(messages) for name, messages in error.message_dict.items()}
        general = texts.pop(NON_FIELD_ERRORS, "")
        named = [f"{_label(row, name)}:{text}" for name, text in texts.items()]
        raise Refusal(" ".join([*named, general]).strip(), code="invalid", fields=texts) from error


def _label(row: models.Model, name: str) -> str:
    return str(getattr(row._meta.get_field(name), "verbose_name", name))


def plain(row: models.Model, name: str) -> Any:
    """This will give a field's value as the log keeps it: JSON types, phones masked, positions to five decimals."""
    field = row._meta.get_field(name)
    value = getattr(row, getattr(field, "attname", name))
    if name in MASKED and value:
        return f"{str(value)[:3]}****{str(value)[-4:]}" if len(str(value)) >= 7 else "****"
    if isinstance(value, Point):
        return f"{value.x:.5f},{value.y:.5f}"
    if isinstance(value, GEOSGeometry):
        return value.geom_type
    if isinstance(value, (dt.datetime, dt.date)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return value
