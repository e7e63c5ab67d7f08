# SPDX-License-Identifier: Apache-2.0
"""What the checks go by: limits, relations of properties, neighbours on one water. All have a source."""

from datetime import datetime
from typing import Any, TypeVar

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from anshu.domain.sensing.models import Neighbour, PropertyPair, QualityLimit
from anshu.domain.sensing.rules import conversion
from anshu.domain.sensing.services.models_of_devices import require_connecting
from anshu.domain.sensing.services.things import require_onboarding
from anshu.kernel.access.rows import validate
from anshu.kernel.access.viewer import Refusal
from anshu.kernel.audit.actor import Actor
from anshu.kernel.audit.services import attribute, record

Row = TypeVar("Row", bound=models.Model)
_BOUNDS = (
    "minimum",
    "maximum",
    "step_max",
    "flat_after_s",
    "calm_max",
    "delayed_after_s",
    "neighbour_range_m",
)


@transaction.atomic
def limit_save(
    *, limit: QualityLimit | None = None, actor: Actor, now: datetime, reason: str = "", **values: Any
) -> QualityLimit:
    """This will write limits down or change them; raises Absent, or Refusal with the fields at fault."""
    row = _held(QualityLimit, limit, values)
    row.since = row.since or now
    _may(row.thing, actor)
    wrong: dict[str, str] = {}
    if all(getattr(row, name) is None for name in _BOUNDS) and not row.ignore_suspect:
        wrong["minimum"] = _("请至少填写一项限值")
    if row.minimum is not None and row.maximum is not None and row.minimum > row.maximum:
        wrong["maximum"] = _("上限应不小于下限")
    if row.until is not None and row.until <= row.since:
        wrong["until"] = _("应晚于生效时间")
    if row.model_id is not None and row.thing_id is not None:
        wrong["model"] = _("型号和设备只能填一个")
    if row.neighbour_range_m is not None and (row.model_id or row.thing_id):
        wrong["neighbour_range_m"] = _("邻站距离只对整个要素规定")
    if not row.source.strip():
        wrong["source"] = _("请写明依据")
    return _saved(row, wrong, "qualitylimit", limit is None, actor, now, reason, values)


@transaction.atomic
def pair_save(
    *, pair: PropertyPair | None = None, actor: Actor, now: datetime, reason: str = "", **values: Any
) -> PropertyPair:
    """This will write a relation of two properties down or change it; raises Absent and Refusal."""
    require_connecting(actor)
    row = _held(PropertyPair, pair, values)
    wrong: dict[str, str] = {}
    if row.lesser_id == row.greater_id:
        wrong["greater"] = _("应为两个不同的要素")
    elif conversion(row.lesser.unit, row.greater.unit) != (1.0, 0.0):
        wrong["greater"] = _("两个要素的单位应相同")
    if not row.source.strip():
        wrong["source"] = _("请写明依据")
    return _saved(row, wrong, "propertypair", pair is None, actor, now, reason, values)


@transaction.atomic
def neighbour_save(
    *, neighbour: Neighbour | None = None, actor: Actor, now: datetime, reason: str = "", **values: Any
) -> Neighbour:
    """This will write down that two level stations hang together, or change it; raises Absent and Refusal."""
    row = _held(Neighbour, neighbour, values)
    for name in ("division_code", "sector_code", "unit_id"):
        setattr(row, name, getattr(row.thing, name))
    _may(row.thing, actor)
    wrong: dict[str, str] = {}
    if row.thing_id == row.other_id:
        wrong["other"] = _("应为两个不同的设备")
    if not row.tolerance > 0:
        wrong["tolerance"] = _("应大于 0")
    if not row.source.strip():
        wrong["source"] = _("请写明依据")
    return _saved(row, wrong, "neighbour", neighbour is None, actor, now, reason, values)


@transaction.atomic
def limit_retire(*, limit: QualityLimit, reason: str, actor: Actor, now: datetime) -> None:
    """This will take limits out of force; what they flagged stays flagged."""
    _may(limit.thing, actor)
    _retired(limit, "qualitylimit", reason, actor, now)


@transaction.atomic
def pair_retire(*, pair: PropertyPair, reason: str, actor: Actor, now: datetime) -> None:
    """This will take a relation out of force."""
    require_connecting(actor)
    _retired(pair, "propertypair", reason, actor, now)


@transaction.atomic
def neighbour_retire(*, neighbour: Neighbour, reason: str, actor: Actor, now: datetime) -> None:
    """This will have two stations compared no more."""
    _may(neighbour.thing, actor)
    _retired(neighbour, "neighbour", reason, actor, now)


def _may(thing: Any, actor: Actor) -> None:
    """This will raise Absent unless the actor runs the thing, or devices at all where it is about no single one."""
    if thing is None:
        require_connecting(actor)
    else:
        require_onboarding(actor, thing)


def _held(kind: type[Row], row: Row | None, values: dict[str, Any]) -> Row:
    held: Row = kind() if row is None else kind._default_manager.select_for_update().get(pk=row.pk)
    known = {field.name for field in kind._meta.concrete_fields} - {"id", "retired_at"}
    if unknown := set(values) - known:
        raise Refusal(_("这些字段不能修改"), fields=dict.fromkeys(sorted(unknown), _("不能修改")))
    for name, value in values.items():
        setattr(held, name, value)
    return held


def _saved(
    row: Row,
    wrong: dict[str, str],
    noun: str,
    made: bool,
    actor: Actor,
    now: datetime,
    reason: str,
    values: dict[str, Any],
) -> Row:
    if wrong:
        raise Refusal(_("填写有误"), code="invalid", fields=wrong)
    validate(row)
    try:
        with transaction.atomic(), attribute(actor=actor, reason=reason):
            row.save()
    except IntegrityError as error:
        raise Refusal(_("已有同样的记录"), code="duplicate") from error
    action = f"{noun}.{'created' if made else 'updated'}"
    changes = {name: str(value) for name, value in values.items()}
    record(actor=actor, now=now, action=action, subject=row, reason=reason, changes=changes)
    return row


def _retired(row: Any, noun: str, reason: str, actor: Actor, now: datetime) -> None:
    if not reason.strip():
        raise Refusal(_("请填写理由"), fields={"reason": _("必填")})
    if row.retired_at is not None:
        raise Refusal(_("这条记录已经停用"), code="state")
    row.retired_at = now
    with attribute(actor=actor, reason=reason):
        row.save(update_fields=["retired_at"])
    record(actor=actor, now=now, action=f"{noun}.retired", subject=row, reason=reason)
