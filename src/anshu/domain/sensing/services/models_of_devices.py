# SPDX-License-Identifier: Apache-2.0
"""Device models: templates by which devices are connected, with everything that makes them work in one step."""

import hashlib
import json
import math
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from anshu.domain.sensing.choices import Protocol, QuarantineKind, Resolution, ThingKind
from anshu.domain.sensing.events import ThingConnected
from anshu.domain.sensing.models import Datastream, DeviceModel, ObservedProperty, Quarantine, Thing
from anshu.domain.sensing.rules import conversion
from anshu.domain.sensing.services.absent import MOST_CODES
from anshu.domain.sensing.services.things import MOST_DATASTREAMS, datastreams_ensure, thing_create, thing_update
from anshu.kernel.access.choices import Capability, Right
from anshu.kernel.access.configuring import configures
from anshu.kernel.access.rows import validate
from anshu.kernel.access.viewer import Absent, Refusal, Viewer
from anshu.kernel.audit.actor import PLATFORM, Actor
from anshu.kernel.audit.services import attribute, record
from anshu.kernel.events.services import publish

REPLAY_CHANNEL = "anshu_replay"
MOST_RULE_TEMPLATES = 50
LARGEST_FACTOR = 1e9
_EDITABLE = frozenset(
    {
        "code",
        "name",
        "maker",
        "kind",
        "protocol",
        "report_interval_s",
        "datastreams",
        "decoder",
        "rule_templates",
    }
)
_ROW_KEYS = frozenset({"property", "name", "factor", "offset", "missing"})
_PROPERTY = re.compile(r"[a-z][a-z0-9_.]{0,39}")


@dataclass(frozen=True, slots=True)
class DecoderReport:
    """What a decoder configuration declares, and everything that is wrong with it in the reader's language."""

    units: Mapping[str, str] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    problems: Sequence[str] = ()


CheckDecoder = Callable[[Any], DecoderReport]
# This context never sees bytes: who can read a decoder configuration says so when the platform starts.
_checks: list[CheckDecoder] = []


def decoders_checked_by(check: CheckDecoder) -> None:
    """This will have decoder configurations checked by the given function from now on."""
    _checks[:] = [check]


# Rules are a context above this one: it says which of its templates there are.
_templates: list[Callable[[], Collection[str]]] = []


def rule_templates_named_by(names: Callable[[], Collection[str]]) -> None:
    """This will have the rule templates that a model names looked up with the given function from now on."""
    _templates[:] = [names]


def require_connecting(actor: Actor) -> None:
    """This will raise Absent unless the actor connects devices somewhere: a model has no place."""
    if isinstance(actor, Viewer):
        if not (configures(actor) or actor.can(Capability.MONITORING, Right.APPROVE)):
            raise Absent
    elif actor.kind != PLATFORM:
        raise Absent


@transaction.atomic
def model_create(*, actor: Actor, now: datetime, reason: str = "", **values: Any) -> DeviceModel:
    """This will register a device model; raises Absent, or Refusal with the fields at fault."""
    require_connecting(actor)
    model = DeviceModel(**_known(values))
    _check(model)
    with attribute(actor=actor, reason=reason):
        model.save(force_insert=True)
    record(actor=actor, now=now, action="devicemodel.created", subject=model, reason=reason, changes=_shown(model))
    return model


@transaction.atomic
def model_update(*, model: DeviceModel, actor: Actor, now: datetime, reason: str, **values: Any) -> DeviceModel:
    """This will change a model; what its devices sent and the old decoder could not read is read again."""
    require_connecting(actor)
    model = DeviceModel.objects.select_for_update().get(pk=model.pk)
    before = _shown(model)
    for name, value in _known(values).items():
        setattr(model, name, value)
    _check(model)
    with attribute(actor=actor, reason=reason):
        model.save()
    after = _shown(model)
    changes = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
    record(actor=actor, now=now, action="devicemodel.updated", subject=model, reason=reason, changes=changes)
    if "decoder" in changes:
        senders = Thing.objects.filter(model=model, retired_at=None)
        for thing in senders:
            _read_again(thing, now)
    return model


@transaction.atomic
def model_retire(*, model: DeviceModel, actor: Actor, now: datetime, reason: str) -> None:
    """This will take a model out of the lists; devices that have it keep working by it."""
    require_connecting(actor)
    model = DeviceModel.objects.select_for_update().get(pk=model.pk)
    if not reason.strip():
        raise Refusal(_("注销须写明理由。"), code="missing", fields={"reason": _("请填写理由")})
    if model.retired_at is not None:
        raise Refusal(_("这条记录已经注销。"), code="state")
    model.retired_at = now
    with attribute(actor=actor, reason=reason):
        model.save(update_fields=["retired_at"])
    record(actor=actor, now=now, action="devicemodel.retired", subject=model, reason=reason)


@transaction.atomic
def models_seed(*, templates: Mapping[str, Any], actor: Actor, now: datetime) -> int:
    """This will add the shipped models that are missing; `templates` holds decoder configurations by name.

    Edited ones are left alone. Gives the number added.
    """
    shipped = json.loads((Path(__file__).parents[1] / "device_models.json").read_text(encoding="utf-8"))
    present = set(DeviceModel.objects.values_list("code", flat=True))
    added = 0
    for values in shipped:
        template = values.pop("template", None)
        if values["code"] not in present:
            decoder = templates[template] if template else None
            model_create(actor=actor, now=now, reason=_("平台预置"), decoder=decoder, **values)
            added += 1
    return added


@transaction.atomic
def thing_connect(
    *, actor: Actor, now: datetime, model: DeviceModel | None = None, reason: str = "", **values: Any
) -> Thing:
    """This will register a thing by its model: kind, interval, datastreams, decoder and default rules in one step.

    What `values` says goes before the model. Frames that it sent before it was registered are replayed. Raises Absent
    and Refusal.
    """
    if model is None:
        values.setdefault("kind", "")
        thing = thing_create(actor=actor, now=now, reason=reason, **values)
        _claim(thing, actor, now)
        return thing
    if model.retired_at is not None:
        raise Refusal(_("型号已停用"), code="retired", fields={"model": _("型号已停用")})
    values = {name: value for name, value in values.items() if value not in (None, "")}
    given: dict[str, Any] = {
        "kind": model.kind,
        "protocol": model.protocol,
        "report_interval_s": model.report_interval_s,
    } | values
    thing = thing_create(actor=actor, now=now, reason=reason, model=model, **given)
    _fit(thing, model, actor, now)
    _claim(thing, actor, now)
    return thing


def _claim(thing: Thing, actor: Actor, now: datetime) -> None:
    """This will have what a thing sent while nobody knew it replayed, with datastreams for all it observes."""
    kept = Quarantine.objects.filter(
        resolved_at=None, kind=QuarantineKind.UNKNOWN, protocol=thing.protocol, thing_address=thing.address
    )
    found = {code: unit for each in kept for code, unit in each.detail.get("properties", {}).items()}
    if found:
        datastreams_ensure(thing_id=thing.pk, properties=found.items(), actor=actor, now=now)
    if kept.update(resolved_at=now, resolution=Resolution.REPLAY):
        _replay()


def _replay() -> None:
    with connection.cursor() as cursor:
        cursor.execute("select pg_notify(%s, '')", [REPLAY_CHANNEL])


@transaction.atomic
def thing_refit(*, thing: Thing, actor: Actor, now: datetime, reason: str = "", **changed: Any) -> Thing:
    """This will change a thing; a new model also gives it what that model has."""
    thing = thing_update(thing=thing, actor=actor, now=now, reason=reason, **changed)
    if changed.get("model") is not None:
        _fit(thing, changed["model"], actor, now)
        _read_again(thing, now)
    return thing


def _fit(thing: Thing, model: DeviceModel, actor: Actor, now: datetime) -> None:
    """This will give a thing the datastreams of its model, and tell those who make its default rules."""
    rows = {row["property"]: row for row in model.datastreams}
    added = datastreams_ensure(thing_id=thing.pk, properties=[(code, None) for code in rows], actor=actor, now=now)
    for stream in Datastream.objects.filter(thing=thing, observed_property__code__in=added).select_related(
        "observed_property"
    ):
        row = rows[stream.observed_property.code]
        stream.name = row.get("name") or stream.observed_property.name
        stream.factor, stream.offset = row.get("factor", 1.0), row.get("offset", 0.0)
        stream.missing_codes = row.get("missing", [])
        stream.save(update_fields=["name", "factor", "offset", "missing_codes"])
    fact = ThingConnected(
        subject_type="sensing.thing",
        subject_id=thing.pk,
        title=thing.name,
        division_code=thing.division_code,
        sector_code=thing.sector_code,
        unit_id=thing.unit_id,
        thing_id=thing.pk,
        model=model.code,
        rule_templates=list(model.rule_templates),
    )
    publish(fact, now=now)


def _read_again(thing: Thing, now: datetime) -> None:
    """This will have kept payloads of a thing read once more, now that its decoder is another."""
    kept = Quarantine.objects.filter(resolved_at=None, protocol=thing.protocol, thing_address=thing.address)
    unread = kept.filter(reason="no_decoder") | kept.filter(reason__startswith="payload_")
    if unread.update(resolved_at=now, resolution=Resolution.REPLAY):
        _replay()


def _known(values: Mapping[str, Any]) -> dict[str, Any]:
    if unknown := set(values) - _EDITABLE:
        raise Refusal(_("这些字段不能修改"), fields=dict.fromkeys(sorted(unknown), _("不能修改")))
    return dict(values)


def _check(model: DeviceModel) -> None:
    """This will refuse a model by which no device would work; properties that its decoder declares are registered."""
    wrong: dict[str, str] = {}
    if model.kind not in ThingKind.values:
        wrong["kind"] = _("没有这个类别")
    if model.protocol not in Protocol.values:
        wrong["protocol"] = _("没有这个协议")
    if not 1 <= model.report_interval_s <= 31 * 86_400:
        wrong["report_interval_s"] = _("应在 1 秒至 31 天之间")
    templates = model.rule_templates
    if not isinstance(templates, list) or len(templates) > MOST_RULE_TEMPLATES or not all(map(_is_code, templates)):
        wrong["rule_templates"] = _("应为规则模板代码的列表")
    elif unknown := [each for each in templates if _templates and each not in _templates[0]()]:
        wrong["rule_templates"] = _("没有规则模板 %(codes)s") % {"codes": "、".join(unknown)}
    report = _report(model)
    if report.problems:
        wrong["decoder"] = "\n".join(report.problems)
    if rows_wrong := _rows_wrong(model.datastreams, report):
        wrong["datastreams"] = rows_wrong
    if wrong:
        raise Refusal(_("型号信息有误"), code="invalid", fields=wrong)
    validate(model)
    _properties_ensure(model, report)


def _is_code(given: Any) -> bool:
    return isinstance(given, str) and 0 < len(given) <= 60


def _report(model: DeviceModel) -> DecoderReport:
    if model.decoder is None:
        return DecoderReport()
    if not _checks:
        return DecoderReport(problems=[_("平台未装载解码程序,不能保存解码配置")])
    return _checks[0](model.decoder)


def _rows_wrong(rows: Any, report: DecoderReport) -> str:
    """This will say what is wrong with the datastreams; empty where nothing is."""
    if not isinstance(rows, list) or len(rows) > MOST_DATASTREAMS:
        return _("应为至多 %(most)d 行的列表") % {"most": MOST_DATASTREAMS}
    said: list[str] = []
    units = dict(ObservedProperty.objects.values_list("code", "unit"))
    seen: set[str] = set()
    for number, row in enumerate(rows, start=1):
        problem = _row_wrong(row, units, report, seen)
        if problem:
            said.append(_("第 %(number)d 行:%(problem)s") % {"number": number, "problem": problem})
    return "\n".join(said[:20])


def _row_wrong(row: Any, units: Mapping[str, str], report: DecoderReport, seen: set[str]) -> str:
    if not isinstance(row, dict) or set(row) - _ROW_KEYS or not isinstance(row.get("property"), str):
        return _("应有要素代码,可有名称、系数、偏移和缺测码")
    code = row["property"]
    if code in seen:
        return _("要素 %(code)s 重复") % {"code": code}
    seen.add(code)
    if code not in units and (code not in report.units or not _PROPERTY.fullmatch(code)):
        return _("没有登记的观测要素:%(code)s") % {"code": code}
    sent, kept = report.units.get(code), units.get(code)
    if sent is not None and kept is not None and conversion(sent, kept) is None:
        return _("要素 %(code)s 登记的单位是 %(kept)s,解码配置给的是 %(sent)s") % {
            "code": code,
            "kept": kept or "1",
            "sent": sent or "1",
        }
    if not _number(row.get("factor", 1.0)) or not row.get("factor", 1.0):
        return _("系数应为不等于 0 的数")
    if not _number(row.get("offset", 0.0)):
        return _("偏移应为数")
    missing = row.get("missing", [])
    if not isinstance(missing, list) or len(missing) > MOST_CODES or not all(map(_number, missing)):
        return _("缺测码应为数,至多 %(number)d 个") % {"number": MOST_CODES}
    name = row.get("name", "")
    return "" if isinstance(name, str) and len(name) <= 120 else _("名称至多 120 字")


def _number(given: Any) -> bool:
    if isinstance(given, bool) or not isinstance(given, int | float):
        return False
    return math.isfinite(given) and abs(given) <= LARGEST_FACTOR


def _properties_ensure(model: DeviceModel, report: DecoderReport) -> None:
    """This will register properties that only the decoder knows, with the unit and title that it declares."""
    wanted = {row["property"] for row in model.datastreams}
    known = set(ObservedProperty.objects.filter(code__in=wanted).values_list("code", flat=True))
    for code in sorted(wanted - known):
        ObservedProperty.objects.create(
            code=code,
            name=(report.titles.get(code) or code)[:60],
            unit=report.units[code][:16],
            source=_("由型号 %(code)s 登记,范围待定") % {"code": model.code},
        )


def _shown(model: DeviceModel) -> dict[str, Any]:
    """This will give a model's fields as the log keeps them; of a decoder its digest, for it may be long."""
    rows = [
        f"{row['property']} ×{row.get('factor', 1)} +{row.get('offset', 0)} {row.get('missing') or ''}".rstrip()
        for row in model.datastreams
        if isinstance(row, dict) and "property" in row
    ]
    told: dict[str, Any] = {name: getattr(model, name) for name in sorted(_EDITABLE - {"datastreams", "decoder"})}
    told["datastreams"] = "、".join(rows)
    text = "" if model.decoder is None else json.dumps(model.decoder, sort_keys=True, ensure_ascii=False)
    told["decoder"] = hashlib.sha256(text.encode()).hexdigest()[:12] if text else ""
    return told
